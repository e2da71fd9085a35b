"""Statements of the log's readers, as bare drivers run them: SQLAlchemy's engine would cost more than the statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class Reads(Protocol):
    """A connection or a pool on which each statement is a transaction of its own."""

    dialect: Dialect

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """All rows of a statement, with the driver's own values."""
        ...


class Statement:
    """A select that is compiled once for each kind of store; its values are given by the names of its parameters."""

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:
        self._select = select
        self._compiled: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def on(self, dialect: Dialect, **values: Any) -> tuple[str, list[Any]]:
        """The text for a kind of store, and the values in the order in which it wants them."""
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled = self._select.compile(dialect=dialect)
            known = str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params)
            self._compiled[dialect.name] = known
        text, names, own = known
        return text, [values[name] if name in values else own[name] for name in names]

    async def rows(self, reads: Reads, **values: Any) -> Sequence[Any]:
        """Run it."""
        text, ordered = self.on(reads.dialect, **values)
        return await reads.rows(text, ordered)
