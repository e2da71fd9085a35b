"""Sources whose value is made of the parent's own row, or of the request alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resolvers.reading.context import Context, Run
from resolvers.reading.rows import Named, Probe
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonBoolean, JsonDocument, JsonFloat
from resolvers.reading.work import Inside

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

Of = Any
"""A mapped attribute, or a lambda over the row that gives a SQL expression."""


def expression(of: Of, row: Any) -> Any:
    """What a declaration stands for, over one row."""
    return row[of.key] if hasattr(of, "key") else of(row)


def wire(value: Any) -> Any:
    """The expression's JSON form, as GraphQL clients see it."""
    if isinstance(value.type, sa.Boolean):
        return JsonBoolean(value)
    if isinstance(value.type, sa.Float):
        return JsonFloat(value)
    return value


@dataclass(kw_only=True)
class Column(Source):
    """A value of the row."""

    of: Of
    weight = 0
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The column or expression in its JSON form."""
        del compiler, selected
        return Piece(wire(expression(self.of, row)))

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch the column."""
        del target
        expression(self.of, parent)


@dataclass(kw_only=True)
class GlobalId(Source):
    """Relay's global id: the type's name and the row's id."""

    type_name: str = ""
    weight = 0
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The two joined."""
        del compiler, selected
        return Piece(sa.literal_column(f"'{self.type_name}:'").concat(sa.cast(row.id, sa.Text())))

    def probe(self, parent: Probe, target: Probe) -> None:
        """Ids are public."""


@dataclass(kw_only=True)
class Part(Source):
    """An object made of the same row; with `values`, of those expressions, and null where the first of them is."""

    values: Mapping[str, Of] | None = None
    weight = 0
    row_weight = 0

    @property
    def first(self) -> Of:
        """The value without which the part is null; none when it is of the whole row."""
        return next(iter(self.values.values()), None) if self.values else None

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The nested document."""
        if self.values is None:
            document, tasks = compiler.object(selected.type, selected.nodes, row)
            return Piece(document, Inside(tasks) if tasks else None)
        values = {name: expression(of, row) for name, of in self.values.items()}
        document, tasks = compiler.object(selected.type, selected.nodes, Named(values))
        first = next(iter(values.values()))
        whole = JsonDocument(sa.case((first.is_not(None), document)))
        return Piece(whole, Inside(tasks) if tasks else None)

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch the given values; a part of the whole row masks field by field instead."""
        del target
        for of in (self.values or {}).values():
            expression(of, parent)


@dataclass(kw_only=True)
class FromRequest(Source):
    """A value of the request: of who asks, or of the clock."""

    read: Callable[[Context], Any]
    bound: sa.types.TypeEngine[Any]
    weight = 0
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A bind parameter."""
        del row, selected

        def value(run: Run) -> Any:
            return self.read(run.context)

        return Piece(wire(compiler.bind(value, self.bound)))

    def probe(self, parent: Probe, target: Probe) -> None:
        """Nothing of the store is touched."""
