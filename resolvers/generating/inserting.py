"""SQLite: rows by prepared inserts, without the secondary indexes, which are built once at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.generating.rows import Page, Parcel

CACHE_KIB: Final = 256 * 1024
"""Memory for pages while writing: keys in random order would otherwise go to the disk and back."""


class InsertWriter:
    """Writes through one connection, in its transaction: an error anywhere leaves the database as it was."""

    def __init__(self, connection: AsyncConnection, driver: aiosqlite.Connection, tables: Sequence[str]) -> None:
        self._connection = connection
        self._driver = driver
        self._tables = tables
        self._indexes: list[str] = []

    @staticmethod
    def pack(page: Page) -> Parcel:
        """The rows as they are."""
        return Parcel(page.target, len(page.rows), page.rows)

    async def lock(self) -> None:
        """Nothing to do: a transaction on SQLite is the only writer from its start."""

    async def clear(self) -> None:
        """Drop the indexes that do not belong to a key; foreign keys are checked with each row."""
        await self._connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
        found = await self._connection.exec_driver_sql(
            "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        )
        for index in found.all():
            if index.tbl_name in self._tables:
                self._indexes.append(index.sql)
                await self._connection.exec_driver_sql(f'DROP INDEX "{index.name}"')

    async def write(self, parcel: Parcel) -> None:
        """Write the rows of one parcel."""
        if isinstance(parcel.content, bytes):
            raise TypeError("SQLite takes rows")
        columns = parcel.target.columns
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {parcel.target.table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our names
        await self._driver.executemany(statement, parcel.content)

    async def restore(self, step: Callable[[int, int], None]) -> None:
        """Build the indexes, and tell the planner what there is."""
        statements = [*self._indexes, "ANALYZE"]
        for done, statement in enumerate(statements):
            step(done, len(statements))
            await self._connection.exec_driver_sql(statement)
        step(len(statements), len(statements))
        await self._connection.exec_driver_sql("PRAGMA cache_size = -2000")
