"""Where a file waits, once read and before it is written: a temporary database of its own, so memory stays bounded."""

from __future__ import annotations

import pickle
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final, Self

from outbox.log import Change
from resolvers.importing.record import Record, RecordKind, Rejection

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
CREATE TABLE record (place INTEGER PRIMARY KEY, kind TEXT, key TEXT, line INTEGER, body BLOB, UNIQUE (kind, key));
CREATE TABLE place (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID;
CREATE TABLE rejection (place INTEGER PRIMARY KEY, line INTEGER, "column" TEXT, value TEXT, reason TEXT);
CREATE TABLE touched (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE change (place INTEGER PRIMARY KEY, body BLOB);
"""


class Spool:
    """Records and refused rows of one run, and what came of them. The file behind it is removed by its end."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.executescript(_TABLES)
        self._store.execute("BEGIN")
        self._refused_by_reading = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._store.close()

    def add(self, record: Record) -> int | None:
        """Keep a record; returns the line of an earlier one with its key, and then keeps nothing."""
        written = self._store.execute(
            "INSERT OR IGNORE INTO record (kind, key, line, body) VALUES (?, ?, ?, ?)",
            (record.kind.value, record.key, record.line, pickle.dumps(record)),
        )
        if written.rowcount:
            return None
        return int(self._one("SELECT line FROM record WHERE kind = ? AND key = ?", record.kind.value, record.key))

    def take(self, name: str, line: int) -> int | None:
        """Keep a place for a line; returns the line that has it already."""
        written = self._store.execute("INSERT OR IGNORE INTO place VALUES (?, ?)", (name, line))
        return None if written.rowcount else int(self._one("SELECT line FROM place WHERE name = ?", name))

    def count(self, kind: RecordKind | None = None) -> int:
        """How many records wait, of one kind or in all."""
        if kind is None:
            return int(self._one("SELECT count(*) FROM record"))
        return int(self._one("SELECT count(*) FROM record WHERE kind = ?", kind.value))

    def batches(self, kind: RecordKind, size: int) -> Iterator[list[Record]]:
        """The records of a kind in the order of the file."""
        chosen = self._store.execute("SELECT body FROM record WHERE kind = ? ORDER BY place", (kind.value,))
        return self._pages(chosen, size)

    def reject(self, rejection: Rejection) -> None:
        """Keep a refusal."""
        values = (rejection.line, rejection.column, rejection.value, rejection.reason)
        self._store.execute('INSERT INTO rejection (line, "column", value, reason) VALUES (?, ?, ?, ?)', values)

    def rejections(self) -> Iterator[Rejection]:
        """The refusals in the order of the file."""
        with closing(self._store.execute("SELECT * FROM rejection ORDER BY line, place")) as chosen:
            yield from (Rejection(*row[1:]) for row in chosen)

    def refused_rows(self) -> int:
        """How many rows of the file were refused; a row may have several reasons."""
        return int(self._one("SELECT count(DISTINCT line) FROM rejection"))

    def touch(self, ids: Iterable[uuid.UUID]) -> None:
        """Note customers whose figures are to be computed anew."""
        self._store.executemany("INSERT OR IGNORE INTO touched VALUES (?)", [(key.bytes,) for key in ids])

    def touched(self, size: int) -> Iterator[list[uuid.UUID]]:
        """Those customers, in the order of their ids."""
        chosen = self._store.execute("SELECT id FROM touched ORDER BY id")
        while rows := chosen.fetchmany(size):
            yield [uuid.UUID(bytes=row[0]) for row in rows]

    def change(self, change: Change) -> None:
        """Keep an event for the end."""
        self._store.execute("INSERT INTO change (body) VALUES (?)", (pickle.dumps(change),))

    def changes(self, size: int) -> Iterator[list[Change]]:
        """Those events, in their order."""
        return self._pages(self._store.execute("SELECT body FROM change ORDER BY place"), size)

    def begin_writing(self) -> None:
        """Note how far reading came: `forget_writing` returns to here."""
        self._refused_by_reading = int(self._one("SELECT coalesce(max(place), 0) FROM rejection"))

    def forget_writing(self) -> None:
        """Forget what came of an attempt to write, so that there can be another."""
        self._store.execute("DELETE FROM rejection WHERE place > ?", (self._refused_by_reading,))
        self._store.execute("DELETE FROM touched")
        self._store.execute("DELETE FROM change")

    def _one(self, statement: str, *values: Any) -> Any:
        return self._store.execute(statement, values).fetchone()[0]

    @staticmethod
    def _pages(chosen: sqlite3.Cursor, size: int) -> Iterator[list[Any]]:
        while rows := chosen.fetchmany(size):
            yield [pickle.loads(row[0]) for row in rows]  # noqa: S301 - written by this run, into its own unnamed file
