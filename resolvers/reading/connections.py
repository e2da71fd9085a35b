"""A source that pages through the rows of one type: Relay's connection, in an order that the client chooses."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from graphql import GraphQLObjectType

from resolvers.reading.filtering import compile_filter
from resolvers.reading.paging import Key, Page, Window, counted, row_number
from resolvers.reading.relations import Relation
from resolvers.reading.rows import Probe, columns_of
from resolvers.reading.source import Piece, Selected

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


ONE_COLUMN: sa.Label[Any] = sa.literal_column("1").label("one")


@dataclass(kw_only=True)
class Connection(Relation):
    """Rows of one type, paged by key; `orders` are the orders that a client may choose, the first is the default."""

    orders: Mapping[enum.Enum | None, tuple[Any, ...]]
    filter_type: Any = None
    nested_selects = 3

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """One page, as nested JSON."""
        node_type = compiler.node_type(selected.type)
        target = compiler.alias(compiler.entity(node_type).table)
        window = self._window(compiler, selected, node_type, target.columns)
        page = Page(compiler, selected, window)
        documents = page.documents(lambda nodes: compiler.object(node_type, nodes, target.columns))
        base = self._conditions(compiler, row, target.columns, selected, node_type)
        columns = [document.label(f"d{i}") for i, (document, _) in enumerate(documents.values())]
        if page.needs_info or window.backward:
            columns += [window.cursor.label("cur"), row_number(window.ordering)]
        query = sa.select(*columns or [ONE_COLUMN]).select_from(target.source)
        query = query.where(*base, *window.conditions()).order_by(*window.ordering)

        def count() -> Any:
            return counted(sa.select(ONE_COLUMN).select_from(target.source).where(*base))

        return page.piece(query, documents, count)

    def _window(self, compiler: Compiler, selected: Selected, node_type: GraphQLObjectType, row: Any) -> Window:
        default = next(iter(self.orders))
        chosen = selected.shape("order_by", lambda value: default if value is None else value)
        columns = self.orders[chosen]
        level = max((_level(compiler, node_type, c) for c in columns), default=0)
        compiler.require(level, "sort by this", node_type.name, f"orderBy.{chosen.name}" if chosen else "orderBy")
        keys = [Key(row[name], descending, row[name].type) for name, descending in map(columns_of, columns)]
        return Window(selected, f"{node_type.name}.{chosen.name if chosen else ''}", keys)

    def _conditions(self, compiler: Compiler, row: Any, target: Any, selected: Selected, node_type: Any) -> list[Any]:
        scope = [] if self.within else compiler.scope(compiler.entity(node_type), target)
        on = self.on(row, target, *selected.parameters(self.arguments))
        chosen = compile_filter(compiler, selected, "filter", target) if self.filter_type is not None else []
        return [on, *scope, *selected.conditions(self.arguments, target), *chosen]


def _level(compiler: Compiler, node_type: GraphQLObjectType, order: Any) -> int:
    probe = Probe(compiler.entity(node_type).table)
    probe[columns_of(order)[0]]
    return probe.level
