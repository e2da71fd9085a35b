"""Reading rows of the record for the graph store: those that events name, or all, in chunks."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.projecting.kinds import Kind, Value
from store.lists import ListOf, member
from store.types import Uid

CHUNK: Final = 5_000
"""Rows that are read and written together when all are copied."""


async def of_keys(connection: AsyncConnection, kind: Kind, keys: Collection[uuid.UUID]) -> list[dict[str, Value]]:
    """The rows of a kind whose key is one of these."""
    if not keys:
        return []
    chosen = kind.select.where(member(kind.key, sa.bindparam("keys", type_=ListOf(Uid()))))
    return [kind.record(row) for row in await connection.execute(chosen, {"keys": list(keys)})]


async def all_of(connection: AsyncConnection, kind: Kind) -> AsyncIterator[list[dict[str, Value]]]:
    """All rows of a kind, in chunks."""
    async with connection.stream(kind.select.execution_options(yield_per=CHUNK)) as rows:
        async for chunk in rows.partitions():
            yield [kind.record(row) for row in chunk]


async def count_of(connection: AsyncConnection, kind: Kind) -> int:
    """How many rows a kind has."""
    return (await connection.execute(sa.select(sa.func.count()).select_from(kind.select.subquery()))).scalar_one()
