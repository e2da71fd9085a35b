"""Looking at a store from outside: everything that is in it, and every statement that reaches it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from store.base import Base
from store.session import Database


async def contents(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of all tables."""
    found = {}
    async with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if not table.info.get("view"):
                rows = await connection.execute(sa.select(table))
                found[table.name] = {tuple(map(repr, row)) for row in rows}
    return found


def changed_tables(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The names of the tables that differ."""
    return {name for name in before if before[name] != after[name]}


@contextlib.contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that reach the store meanwhile, the beginnings of transactions left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
