"""PostgreSQL: rows by COPY, without indexes and foreign keys, which are built once at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.generating.rows import Page, Parcel

_NULL: Final = "None"
"""How a COPY's text says null: as Python writes it, so that a row becomes text in one step."""

_SETTINGS: Final = """
SELECT set_config('statement_timeout', '0', true),
       set_config('maintenance_work_mem',
                  greatest(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024 || 'kB', true)
"""
"""For this transaction: as long as it takes, and at least 256 MB to sort an index in."""

_CONSTRAINTS: Final = """
SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, contype::text AS kind,
       pg_get_constraintdef(oid) AS definition
FROM pg_constraint
WHERE contype IN ('p', 'u', 'f')
  AND (conrelid::regclass::text = ANY(:tables) OR confrelid::regclass::text = ANY(:tables))
ORDER BY contype DESC, owner, name
"""
_INDEXES: Final = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index
WHERE indrelid::regclass::text = ANY(:tables)
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY name
"""


class _Constraint(NamedTuple):
    """A primary key (p), a unique (u) or a foreign key (f), of a table or to it."""

    owner: str
    name: str
    kind: str
    definition: str


class CopyWriter:
    """Writes through one connection, in its transaction: an error anywhere leaves the database as it was."""

    def __init__(self, connection: AsyncConnection, driver: Any, tables: Sequence[str]) -> None:
        self._connection = connection
        self._driver = driver
        self._tables = tables
        self._constraints: list[_Constraint] = []
        self._indexes: list[str] = []

    @staticmethod
    def pack(page: Page) -> Parcel:
        """The rows as the text of a COPY. Raises ValueError if a text would break the lines or columns of it."""
        width = len(page.target.columns)
        line = "\t".join(["%s"] * width) + "\n"
        text = "".join(map(line.__mod__, page.rows))
        if text.count("\t") != (width - 1) * len(page.rows) or text.count("\n") != len(page.rows) or "\\" in text:
            raise ValueError(f"a text for table {page.target.table} holds a tab, a line break or a backslash")
        return Parcel(page.target, len(page.rows), text.encode())

    async def lock(self) -> None:
        """Keep everybody else out, readers too, until the end of the transaction."""
        await self._run(_SETTINGS)
        await self._run(f"LOCK TABLE {', '.join(self._tables)} IN ACCESS EXCLUSIVE MODE")

    async def clear(self) -> None:
        """Drop what slows writing down; truncated here, the rows may be written frozen, and need no vacuum later."""
        known = {"tables": list(self._tables)}
        found = await self._connection.execute(sa.text(_CONSTRAINTS), known)
        self._constraints = [_Constraint(*row) for row in found]
        indexes = (await self._connection.execute(sa.text(_INDEXES), known)).all()
        self._indexes = [index.definition for index in indexes]
        for constraint in sorted(self._constraints, key=lambda one: one.kind != "f"):
            await self._run(f"ALTER TABLE {constraint.owner} DROP CONSTRAINT {constraint.name}")
        for index in indexes:
            await self._run(f"DROP INDEX {index.name}")
        await self._run(f"TRUNCATE {', '.join(self._tables)}")

    async def write(self, parcel: Parcel) -> None:
        """Write the rows of one parcel."""
        if not isinstance(parcel.content, bytes):
            raise TypeError("PostgreSQL takes the text of a COPY")
        await self._driver.copy_to_table(
            parcel.target.table,
            source=BytesIO(parcel.content),
            columns=parcel.target.columns,
            null=_NULL,
            freeze=True,
        )

    async def restore(self, step: Callable[[int, int], None]) -> None:
        """Build keys and indexes, tell the planner what there is, and check the foreign keys."""
        statements = [
            *(self._adding(constraint) for constraint in self._constraints if constraint.kind != "f"),
            *self._indexes,
            *(f"ANALYZE {table}" for table in self._tables),
            *(self._adding(constraint) for constraint in self._constraints if constraint.kind == "f"),
        ]
        for done, statement in enumerate(statements):
            step(done, len(statements))
            await self._run(statement)
        step(len(statements), len(statements))

    def _adding(self, constraint: _Constraint) -> str:
        return f"ALTER TABLE {constraint.owner} ADD CONSTRAINT {constraint.name} {constraint.definition}"

    async def _run(self, statement: str) -> None:
        """Run a statement made of names and definitions that the database itself gave."""
        await self._connection.exec_driver_sql(statement)
