"""Our own forms: CSV or JSONL, one row a record, columns named as fields; `docs/how-to/import.md` shows them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from resolvers.importing.form import Form, Values, any_rows, misfit, shown
from resolvers.importing.record import Parsed, Record, RecordKind, Ref, Rejection
from resolvers.importing.textfile import BadRow, Line
from store.base import Base

Build = Callable[[Values, int, dt.datetime], Record]
"""Makes the record of one row: its values, its line, the time of the import. Raises RowError."""


CLOCKS_DIFFER = dt.timedelta(minutes=5)
"""How far the clock of who made a file may be ahead of ours."""


class RowError(ValueError):
    """The cells of a row contradict each other; names the column where to mend it."""

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = "" if value is None else str(value)
        self.reason = reason


def parser(form: Form, build: Build) -> Callable[[Iterator[Line], str, dt.datetime], Iterator[Parsed]]:
    """The parser of one form."""

    def parse(lines: Iterator[Line], suffix: str, now: dt.datetime) -> Iterator[Parsed]:
        for row in any_rows(form, lines, suffix):
            if isinstance(row, BadRow):
                yield misfit(row)
                continue
            values, wrong = form.values(row)
            yield from wrong
            if not wrong:
                yield _built(build, values, row.line, now)

    return parse


def _built(build: Build, values: Values, line: int, now: dt.datetime) -> Parsed:
    try:
        return build(values, line, now)
    except RowError as error:
        return Rejection(line, error.column, shown(error.value), error.reason)


def columns_of(row: type[Base], values: Values) -> dict[str, Any]:
    """The values that are columns of a table. An empty cell clears its column, unless it must be filled."""
    columns = Base.metadata.tables[row.__tablename__].c
    return {
        name: value
        for name, value in values.items()
        if name in columns and (value is not None or columns[name].nullable)
    }


def refs_of(values: Values, **columns: tuple[str, RecordKind]) -> dict[str, Ref | None]:
    """What a row refers to: for each column of the table the column of the file and the kind that it names."""
    return {
        name: None if values[column] is None else Ref(kind, values[column], column)
        for name, (column, kind) in columns.items()
        if column in values
    }


def past(values: Values, now: dt.datetime, *names: str) -> None:
    """Raise RowError for a time or day that has not come yet; clocks and time zones may differ a little."""
    latest = {dt.datetime: now + CLOCKS_DIFFER, dt.date: (now + dt.timedelta(days=1)).date()}
    for name in names:
        value = values.get(name)
        if value is not None and value > latest[type(value)]:
            raise RowError(name, value.isoformat(), "has not come yet")


def in_order(values: Values, *names: str) -> None:
    """Raise RowError when a later one of these times or days comes before an earlier one."""
    known = [(name, values[name]) for name in names if values.get(name) is not None]
    for (before, first), (name, second) in itertools.pairwise(known):
        if second < first:
            raise RowError(name, second.isoformat(), f"is before {before}")
