"""What commands share that ask the database: both its sides opened, and a bar while it takes a while."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from resolvers.reading import ReadStore, open_reads
from server.commands.options import given
from server.database import check, in_words, open_database
from server.settings import load_settings
from store.session import Database

T = TypeVar("T")


@dataclass(frozen=True)
class Stores:
    """The database, to write and to read."""

    database: Database
    reads: ReadStore


def with_database(url: str | None, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the database of the settings. Raises UserError where it cannot be used, or what `work` does."""
    return asyncio.run(_with_database(url, work))


async def _with_database(url: str | None, work: Callable[[Database], Awaitable[T]]) -> T:
    settings = load_settings(**given(database_url=url))
    await check(settings)
    database = open_database(settings)
    try:
        with in_words(settings):
            return await work(database)
    finally:
        await database.close()


def with_stores(database: str | None, work: Callable[[Stores], Awaitable[T]]) -> T:
    """Do something with the database of the settings. Raises UserError where it cannot be used."""
    return asyncio.run(_opened(database, work))


async def _opened(url: str | None, work: Callable[[Stores], Awaitable[T]]) -> T:
    settings = load_settings(**given(database_url=url))
    await check(settings)
    async with contextlib.AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        with in_words(settings):
            reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
            stack.push_async_callback(reads.close)
            return await work(Stores(database, reads))


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing where there is none; gives what is told of each so many done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=total)
        yield lambda count: bars.advance(task, count)


def actor() -> str:
    """Who is at the command line, for the record."""
    return f"command line ({getpass.getuser()})"
