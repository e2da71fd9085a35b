"""A generated world, from its plan into an empty database, in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import gc
import multiprocessing
import signal
import uuid
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing, contextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from outbox.log import JSON, Change, append
from resolvers.generating.chance import mix
from resolvers.generating.chunks import Chunk, draw_frame
from resolvers.generating.plan import WorldPlan
from resolvers.generating.referrals import count_referrals
from resolvers.generating.rows import Page, Parcel
from resolvers.generating.targets import TABLES
from resolvers.generating.writing import BulkWriter, first_filled, open_writer
from store.session import Database

ACTOR: Final = "c360 generate"
GENERATED: Final = "world.generated"
"""The one event that a generated world leaves in the log: its customers are not announced one by one."""

Pack = Callable[[Page], Parcel]


class Stage(enum.StrEnum):
    """What is going on while a world is made."""

    CUSTOMERS = "customers"
    INDEXES = "indexes"


Report = Callable[[Stage, int, int], None]
"""Told the stage, and how much of it is done out of how much: customers, or statements."""


class NotEmptyError(Exception):
    """A world goes into an empty database only; the text says what is there."""


async def generate_world(
    database: Database, plan: WorldPlan, *, at: dt.datetime, workers: int = 0, report: Report = lambda *_: None
) -> dict[str, int]:
    """Generate a world and return how many rows each table got.

    `at` is when the event of it happened. `workers` processes draw the rows; 0 draws them here. The rows are the same.

    Raises:
        NotEmptyError: the database holds customers, staff or departments already; nothing was changed.
    """
    async with database.transaction(idle_ms=0) as session:
        connection = await session.connection()
        writer = await open_writer(connection)
        await writer.lock()
        if filled := await first_filled(connection):
            raise NotEmptyError(f"a world goes into an empty database only: table {filled} already holds rows")
        await writer.clear()
        counts = await _write(writer, plan, workers, report)
        await count_referrals(connection)
        await writer.restore(lambda done, total: report(Stage.INDEXES, done, total))
        await _announce(session, plan, counts, at)
    return counts


async def _write(writer: BulkWriter, plan: WorldPlan, workers: int, report: Report) -> dict[str, int]:
    """Write all rows, chunk by chunk in their order."""
    counts: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
    report(Stage.CUSTOMERS, 0, plan.customers)
    for page in draw_frame(plan).pages:
        await writer.write(writer.pack(page))
        counts[page.target.table] += len(page.rows)
    async with aclosing(_parcels(plan, writer.pack, workers)) as chunks:
        async for parcels in chunks:
            for parcel in parcels:
                await writer.write(parcel)
                counts[parcel.target.table] += parcel.count
            report(Stage.CUSTOMERS, counts["customer"], plan.customers)
    return dict(counts)


async def _parcels(plan: WorldPlan, pack: Pack, workers: int) -> AsyncGenerator[list[Parcel], None]:
    """The parcels of each chunk, in the order of the chunks; a few chunks ahead where other processes draw them."""
    if not workers:
        for number in range(plan.chunks):
            yield draw_parcels(plan, number, pack)
        return
    loop = asyncio.get_running_loop()
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawning, initializer=_leave_interrupts_to_parent) as pool:
        ahead: deque[asyncio.Future[list[Parcel]]] = deque()
        for number in range(plan.chunks):
            ahead.append(loop.run_in_executor(pool, draw_parcels, plan, number, pack))
            if len(ahead) > 2 * workers:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()


def _leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the one that writes decides what becomes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def draw_parcels(plan: WorldPlan, number: int, pack: Pack) -> list[Parcel]:
    """Draw one chunk and pack its pages: what a worker does."""
    with _no_collection():
        return [pack(page) for page in Chunk(plan, number).draw()]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cycles away from a hundred thousand new tuples that have none: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _announce(session: AsyncSession, plan: WorldPlan, counts: dict[str, int], at: dt.datetime) -> None:
    """Append the one event of a generated world."""
    world = uuid.UUID(int=mix(plan.seed, 1) << 64 | mix(plan.seed, plan.customers))
    data: dict[str, JSON] = {
        "customers": plan.customers,
        "seed": plan.seed,
        "as_of": plan.as_of.isoformat(),
        "rows": counts,
    }
    await append(session, [Change(GENERATED, "World", world, data)], at=at, actor=ACTOR)
