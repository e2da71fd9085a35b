"""Small statements that bare drivers run, with Python's values in and out: the engine would cost more than they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Process = Callable[[Any], Any] | None


class Reads(Protocol):
    """A connection or a pool on which each statement is a transaction of its own."""

    dialect: Dialect

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement, with the driver's own values."""
        ...


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one kind of store: its text, its parameters in order, and which columns to convert, and how."""

    text: str
    parameters: Sequence[tuple[str, Any, Process]]
    columns: Sequence[tuple[int, Callable[[Any], Any]]]


class Statement:
    """A select that is compiled once for each kind of store. Values are given by the names of its parameters."""

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:
        self._select = select
        self._known: dict[str, _Compiled] = {}

    async def rows(self, reads: Reads, **values: Any) -> list[tuple[Any, ...]]:
        """The rows, in the types of the columns."""
        compiled = self._known.get(reads.dialect.name) or self._compile(reads.dialect)
        bound = []
        for name, own, process in compiled.parameters:
            value = values.get(name, own)
            bound.append(value if process is None else process(value))
        found = await reads.rows(compiled.text, bound)
        return (
            [tuple(row) for row in found] if not compiled.columns else [_read(row, compiled.columns) for row in found]
        )

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._select.compile(dialect=dialect)
        parameters = [
            (name, bind.value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
            for bind in (compiled.binds[name],)
        ]
        columns = [
            (place, process)
            for place, column in enumerate(self._select.selected_columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]
        self._known[dialect.name] = _Compiled(str(compiled), parameters, columns)
        return self._known[dialect.name]


def _read(row: Sequence[Any], columns: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    """A row with the columns converted that are not yet Python's own values."""
    values = list(row)
    for place, process in columns:
        values[place] = process(values[place])
    return tuple(values)
