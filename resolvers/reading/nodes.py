"""Relay's `node` and `nodes`: objects of any type by their global ids."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from graphql import GraphQLObjectType

from resolvers.global_id import split
from resolvers.reading.context import Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.relations import MAX_PAGE
from resolvers.reading.rows import Probe
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonArray, JsonDocument, JsonObject, JsonRows
from resolvers.reading.work import InOrder, Inside
from store.lists import ListOf, member
from store.types import Uid

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


def parse(global_id: str) -> tuple[str, str]:
    """Type name and canonical UUID text of a global id; what is none gives a pair that names nothing."""
    name, key = split(global_id)
    return name, str(key or uuid.UUID(int=0))


def _entity_type(compiler: Compiler, selected: Selected, name: str) -> GraphQLObjectType | None:
    found = compiler.schema.type_map.get(name)
    if isinstance(found, GraphQLObjectType) and compiler.schema.is_sub_type(selected.type, found):  # type: ignore[arg-type]
        return found
    return None


@dataclass(kw_only=True)
class Node(Source):
    """`node(id)`: the type is part of the statement's shape, the key is not."""

    nested_selects = 1
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The one object, or null."""
        del row
        name = selected.shape("id", lambda value: parse(value)[0])
        found = _entity_type(compiler, selected, name)
        if found is None:
            return Piece(sa.null())
        target = compiler.alias(compiler.entity(found).table)
        document, tasks = compiler.object(found, selected.nodes, target.columns, tagged=compiler.walking)
        key = compiler.bind(selected.getter("id", lambda value: uuid.UUID(parse(value)[1])), Uid())
        scope = compiler.scope(compiler.entity(found), target.columns)
        query = sa.select(document).select_from(target.source).where(target.columns["id"] == key, *scope)
        return Piece(JsonDocument(query.scalar_subquery()), Inside(tasks) if tasks else None)

    def probe(self, parent: Probe, target: Probe) -> None:
        """Ids are public; the type masks its own fields."""


@dataclass(kw_only=True)
class Nodes(Source):
    """`nodes(ids)`: one sub-select a type, put into the order of the ids afterwards."""

    nested_selects = 2

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The objects by type, and the work that orders them."""
        del row
        names = selected.shape("ids", lambda values: tuple(sorted({parse(v)[0] for v in _bounded(values)})))
        read = selected.getter("ids", lambda values: [parse(v) for v in values])
        pairs, tasks = [], {}
        for name in names:
            found = _entity_type(compiler, selected, name)
            if found is not None:
                document, tasks[name] = self._rows(compiler, selected, found, read)
                pairs.append((name, document))
        return Piece(JsonObject(pairs), InOrder(read, tasks, compiler.walking))

    @staticmethod
    def _rows(compiler: Compiler, selected: Selected, found: GraphQLObjectType, read: Any) -> tuple[Any, Any]:
        target = compiler.alias(compiler.entity(found).table)
        document, tasks = compiler.object(found, selected.nodes, target.columns)

        def keys(run: Run) -> list[uuid.UUID]:
            return [uuid.UUID(key) for name, key in read(run) if name == found.name]

        scope = compiler.scope(compiler.entity(found), target.columns)
        pair = JsonArray(sa.cast(target.columns["id"], sa.Text()), document)
        query = sa.select(pair.label("pair")).select_from(target.source)
        query = query.where(member(target.columns["id"], compiler.bind(keys, ListOf(Uid()))), *scope)
        rows = query.subquery(compiler.name("s"))
        return JsonDocument(sa.select(JsonRows(rows.c.pair)).select_from(rows).scalar_subquery()), tasks

    def probe(self, parent: Probe, target: Probe) -> None:
        """Ids are public; the types mask their own fields."""


def _bounded(values: list[str]) -> list[str]:
    if len(values) > MAX_PAGE:
        raise InvalidError("BAD_PAGE_SIZE", f"Ask for at most {MAX_PAGE} nodes at once, not {len(values)}.")
    return values
