"""Writing millions of rows in one transaction: all of them, or none, and the tables as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.generating.copying import CopyWriter
from resolvers.generating.inserting import InsertWriter
from resolvers.generating.rows import Page, Parcel
from resolvers.generating.targets import TABLES

Step = Callable[[int, int], None]
"""Told how many steps of how many are done."""


class BulkWriter(Protocol):
    """Fills empty tables. Indexes and foreign keys are away in between: to build them once is many times faster."""

    @staticmethod
    def pack(page: Page) -> Parcel:
        """Turn a page into what `write` takes; a plain function, since another process may call it."""
        ...

    async def lock(self) -> None:
        """Keep everybody else out until the end of the transaction."""

    async def clear(self) -> None:
        """Take the indexes and foreign keys of the tables away."""

    async def write(self, parcel: Parcel) -> None:
        """Write the rows of one parcel."""

    async def restore(self, step: Step) -> None:
        """Put indexes and foreign keys back as they were; raises when the rows do not allow it."""


async def open_writer(connection: AsyncConnection) -> BulkWriter:
    """The writer for the store of a connection, within the connection's transaction."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name == "postgresql":
        return CopyWriter(connection, driver, TABLES)
    return InsertWriter(connection, driver, TABLES)


async def first_filled(connection: AsyncConnection) -> str | None:
    """The first of the tables, customers before all others, that holds a row; None when all are empty."""
    for table in sorted(TABLES, key=lambda name: name != "customer"):
        if await connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)):
            return table
    return None
