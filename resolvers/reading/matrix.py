"""The access matrix: which field asks for which clearance, and how rows are scoped, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLObjectType, GraphQLSchema

from resolvers.reading.declarations import entity_of, part_of, source_of
from store.clearance import Clearance


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """One readable field: who may read it. `row_scope` is how rows of its type are narrowed, if they are."""

    type_name: str
    field_name: str
    clearance: Clearance
    row_scope: str | None


def access_matrix(schema: GraphQLSchema) -> list[FieldAccess]:
    """Every declared field of every readable type of a bound schema, by type and name."""
    return sorted(_rows(schema), key=lambda row: (row.type_name, row.field_name))


def _rows(schema: GraphQLSchema) -> Iterator[FieldAccess]:
    for gtype in schema.type_map.values():
        if not isinstance(gtype, GraphQLObjectType) or not (entity_of(gtype) or part_of(gtype)):
            continue
        entity = entity_of(gtype)
        scope = entity.scope.__name__ if entity and entity.scope else None
        for name, definition in gtype.fields.items():
            source = source_of(definition)
            if source is not None:
                yield FieldAccess(gtype.name, name, source.level, scope)
