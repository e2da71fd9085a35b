"""Reads what was generated, as Python values."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from resolvers.generating.targets import TABLES
from store.base import Base
from store.session import Database


async def rows_of(database: Database, mapped: type[Base]) -> list[Any]:
    """All rows of a table, in the order of their keys."""
    async with database.sessions() as session:
        return list((await session.scalars(sa.select(mapped).order_by(*sa.inspect(mapped).primary_key))).all())


async def digest(database: Database) -> dict[str, str]:
    """What each table holds, to the last byte, whatever the store."""
    found = {}
    async with database.sessions() as session:
        for name in TABLES:
            table = Base.metadata.tables[name]
            rows = (await session.execute(sa.select(table).order_by(*table.primary_key))).all()
            found[name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return found


async def indexes_and_keys(database: Database) -> set[str]:
    """The definitions of all indexes, keys and constraints, as the store tells them."""
    if database.engine.dialect.name == "sqlite":
        statements = ["SELECT coalesce(sql, name) FROM sqlite_master"]
    else:
        statements = [
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text NOT LIKE 'pg_%'",
            "SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) || convalidated FROM pg_constraint",
        ]
    async with database.sessions() as session:
        return {line for each in statements for line in await session.scalars(sa.text(each))}


def grouped(rows: Iterable[Any], *names: str) -> dict[Any, list[Any]]:
    """Rows by one or several of their columns."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        key = tuple(getattr(row, name) for name in names)
        groups[key if len(names) > 1 else key[0]].append(row)
    return groups
