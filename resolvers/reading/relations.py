"""Sources that lead to rows of another type: one, or a short list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resolvers.reading.errors import InvalidError
from resolvers.reading.rows import ANY_VALUE, Probe, columns_of
from resolvers.reading.source import NO_BIND, Argument, Piece, Selected, Source
from resolvers.reading.sqljson import JsonDocument, JsonRows
from resolvers.reading.work import Each, Inside

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

DEFAULT_PAGE = 20
MAX_PAGE = 100


@dataclass(kw_only=True)
class Relation(Source):
    """Rows of another type. `within`: whoever sees the parent sees the target, so its scope is not asked again."""

    on: Callable[..., Any]
    order_by: tuple[Any, ...] = ()
    within: bool = False

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch what the condition, the order and the arguments touch."""
        free = [a for a in self.arguments.values() if a.where is None and a.bound is not NO_BIND]
        self.on(parent, target, *[ANY_VALUE for _ in free])
        for order in self.order_by:
            target[columns_of(order)[0]]
        for argument in self.arguments.values():
            if argument.where is not None:
                argument.where(target, ANY_VALUE)

    def conditions(self, compiler: Compiler, row: Any, target: Any, selected: Selected) -> list[Any]:
        """What a row of the target must fulfil."""
        entity = compiler.entity(selected.type)
        scope = [] if self.within else compiler.scope(entity, target)
        on = self.on(row, target, *selected.parameters(self.arguments))
        return [on, *scope, *selected.conditions(self.arguments, target)]


@dataclass(kw_only=True)
class One(Relation):
    """The one row, or none; with an order, the first."""

    nested_selects = 1
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A correlated sub-select of the row's document: a second row is an error of the store, never a doubled row."""
        target = compiler.alias(compiler.entity(selected.type).table)
        document, tasks = compiler.object(selected.type, selected.nodes, target.columns)
        query = sa.select(document).select_from(target.source)
        query = query.where(*self.conditions(compiler, row, target.columns, selected))
        if self.order_by:
            query = query.order_by(*ordering(self.order_by, target.columns)).limit(sa.literal_column("1"))
        return Piece(JsonDocument(query.scalar_subquery()), Inside(tasks) if tasks else None)


@dataclass(kw_only=True)
class Lookup(One):
    """The one row that an argument names; of several arguments, exactly one must be given."""

    def conditions(self, compiler: Compiler, row: Any, target: Any, selected: Selected) -> list[Any]:
        """The given argument's condition and the row scope."""
        if sum(selected.is_given(name) for name in self.arguments) != 1:
            raise InvalidError("BAD_LOOKUP", f"Give exactly one of: {', '.join(self.arguments)}.")
        return super().conditions(compiler, row, target, selected)


@dataclass(kw_only=True)
class Many(Relation):
    """A short list in a fixed order, never longer than its `first`."""

    nested_selects = 2

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A correlated sub-select that collects the rows' documents."""
        target = compiler.alias(compiler.entity(selected.type).table)
        document, tasks = compiler.object(selected.type, selected.nodes, target.columns)
        query = sa.select(document.label("document")).select_from(target.source)
        query = query.where(*self.conditions(compiler, row, target.columns, selected))
        query = query.order_by(*ordering(self.order_by, target.columns))
        query = query.limit(selected.number("first", page_size, DEFAULT_PAGE))
        rows = query.subquery(compiler.name("s"))
        whole = sa.select(JsonRows(rows.c.document)).select_from(rows).scalar_subquery()
        return Piece(JsonDocument(whole), Each(tasks) if tasks else None)


def ordering(order_by: tuple[Any, ...], row: Any) -> list[Any]:
    """The declared order over one alias."""
    return [row[key].desc() if descending else row[key] for key, descending in map(columns_of, order_by)]


def page_size(number: int | None) -> int:
    """A page's size, from 0 to 100 rows."""
    if number is None:
        return DEFAULT_PAGE
    if not 0 <= number <= MAX_PAGE:
        raise InvalidError("BAD_PAGE_SIZE", f"Ask for 0 to {MAX_PAGE} rows a page, not {number}.")
    return number


FIRST = Argument(int | None, f"How many rows, 0 to {MAX_PAGE}.", NO_BIND, DEFAULT_PAGE)
