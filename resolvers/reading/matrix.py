"""The access matrix, from the declarations: each field, each way to it, each filter and order, for each reach."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from resolvers.access import AccessClass
from resolvers.reading.connections import Connection
from resolvers.reading.declarations import Entity, Finding, entity_of, finding_of, origin_of, part_of, source_of
from resolvers.reading.filtering import criteria_of
from resolvers.reading.merging import Merged
from resolvers.reading.nodes import Node, Nodes
from resolvers.reading.relations import Lookup, Many, One, Relation
from resolvers.reading.rows import Probe, columns_of
from resolvers.reading.source import Source
from resolvers.reading.traversing import Listed, OneOf, Traversal
from resolvers.reading.values import Part
from store.clearance import Clearance


class Shown(enum.StrEnum):
    """What a subject gets where it asks for a field."""

    VALUE = "value"
    """Its value, in every row."""
    IN_REACH = "in reach"
    """Its value, in the rows of its scope; others are not there."""
    NULL = "null"
    """Null, with a notice: the clearance is too low."""
    ABSENT = "absent"
    """Nothing, and no notice: no row of the type, or of the type that the field leads to, is there."""


class Via(enum.StrEnum):
    """How a field leads to a type."""

    ENTRY = "entry"
    NODE = "node"
    RELATION = "relation"
    LIST = "list"
    CONNECTION = "connection"
    TIMELINE = "timeline"
    TRAVERSAL = "traversal"
    PART = "part"
    PAYLOAD = "payload"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """One readable field: who may read it. `row_scope` is how rows of its type are narrowed, if they are."""

    type_name: str
    field_name: str
    clearance: Clearance
    row_scope: str | None
    entity: Entity | Finding | None
    target: Entity | Finding | None
    """Whose rows the field leads to, if their own scope is asked there."""

    def shown(self, access: AccessClass) -> Shown:
        """What a subject of this access class gets; of a part, where the object around it is there."""
        own = _scope_of(self.entity, access)
        if isinstance(own, sa.False_):
            return Shown.ABSENT
        if self.clearance > access.clearance:
            return Shown.NULL
        if isinstance(_scope_of(self.target, access), sa.False_):
            return Shown.ABSENT
        return Shown.VALUE if own is None else Shown.IN_REACH


@dataclass(frozen=True, slots=True)
class Path:
    """One field that leads to objects of a type."""

    type_name: str
    via: Via
    owner: str
    field_name: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a subject may ask about rows of a type only with a clearance: a filter's field, or an order."""

    type_name: str
    name: str
    clearance: Clearance

    def allowed(self, access: AccessClass) -> bool:
        """Whether it is answered; else it is refused (FORBIDDEN), whatever rows there are."""
        return self.clearance <= access.clearance


def access_matrix(schema: GraphQLSchema) -> list[FieldAccess]:
    """Every declared field of every readable type of a bound schema, by type and name."""
    return sorted(_fields(schema), key=lambda row: (row.type_name, row.field_name))


def paths(schema: GraphQLSchema) -> list[Path]:
    """Every field that leads to objects of a readable type, by that type."""
    found = {path for gtype in _objects(schema) for path in _paths_of(schema, gtype)}
    return sorted(found, key=lambda path: (path.type_name, path.via, path.owner, path.field_name))


def filter_fields(schema: GraphQLSchema) -> list[Question]:
    """Every field of every filter."""
    found = []
    for gtype in schema.type_map.values():
        if isinstance(gtype, GraphQLInputObjectType) and hasattr(origin_of(gtype), "__criteria__"):
            found += [Question(gtype.name, name, one.level) for name, one in criteria_of(gtype).items()]
    return sorted(found, key=lambda question: (question.type_name, question.name))


def orders(schema: GraphQLSchema) -> list[Question]:
    """Every order that a client may choose, by the type of the rows."""
    found: dict[tuple[str, str], Question] = {}
    for gtype in _objects(schema):
        for definition in gtype.fields.values():
            source = source_of(definition)
            if isinstance(source, Connection):
                found |= {(one.type_name, one.name): one for one in _orders_of(source, definition)}
    return [found[key] for key in sorted(found)]


def _objects(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """The object types of the schema, introspection's own left out."""
    for gtype in schema.type_map.values():
        if isinstance(gtype, GraphQLObjectType) and not gtype.name.startswith("__"):
            yield gtype


def _fields(schema: GraphQLSchema) -> Iterator[FieldAccess]:
    for gtype in _objects(schema):
        entity = entity_of(gtype) or finding_of(gtype)
        if entity is None and not part_of(gtype):
            continue
        scope = entity.scope.__name__ if entity and entity.scope else None
        for name, definition in gtype.fields.items():
            source = source_of(definition)
            if source is not None:
                yield FieldAccess(gtype.name, name, source.level, scope, entity, _target_of(definition, source))


def _scope_of(entity: Entity | Finding | None, access: AccessClass) -> Any:
    """The row scope of a type for an access class: a condition, or None where all rows are seen."""
    return None if entity is None or entity.scope is None else entity.scope(entity.probe, access)


def _target_of(definition: GraphQLField, source: Source) -> Entity | Finding | None:
    named = get_named_type(definition.type)
    if isinstance(source, Traversal):
        return finding_of(named)
    return entity_of(named) if isinstance(source, Relation) and not source.within else None


def _paths_of(schema: GraphQLSchema, owner: GraphQLObjectType) -> Iterator[Path]:
    for name, definition in owner.fields.items():
        source = source_of(definition)
        if source is not None:
            via = _via(schema, owner, source)
            yield from (Path(target, via, owner.name, name) for target in _targets(schema, definition, source))


VIA: tuple[tuple[type[Source], Via], ...] = (
    (Traversal, Via.TRAVERSAL),
    (Listed, Via.LIST),
    (OneOf, Via.RELATION),
    (Part, Via.PART),
    (Node, Via.NODE),
    (Nodes, Via.NODE),
    (Merged, Via.TIMELINE),
    (Many, Via.LIST),
    (Lookup, Via.ENTRY),
    (One, Via.RELATION),
)
"""How the sources lead to types; any other gives pages."""


def _via(schema: GraphQLSchema, owner: GraphQLObjectType, source: Source) -> Via:
    if owner is schema.subscription_type:
        return Via.SUBSCRIPTION
    if owner is not schema.query_type and entity_of(owner) is None and not part_of(owner):
        return Via.PAYLOAD
    return next((via for kind, via in VIA if isinstance(source, kind)), Via.CONNECTION)


def _targets(schema: GraphQLSchema, definition: GraphQLField, source: Source) -> Iterator[str]:
    """The names of the types that a field leads to; none for values."""
    named: Any = get_named_type(definition.type)
    if is_leaf_type(named):
        return
    if isinstance(source, Merged):
        yield from source.members
    elif is_abstract_type(named):
        yield from (gtype.name for gtype in schema.get_possible_types(named))
    elif entity_of(named) is None and "nodes" in named.fields:
        yield get_named_type(named.fields["nodes"].type).name
    else:
        yield named.name


def _orders_of(source: Connection, definition: GraphQLField) -> Iterator[Question]:
    connection: Any = get_named_type(definition.type)
    node: Any = get_named_type(connection.fields["nodes"].type)
    entity = entity_of(node)
    assert entity is not None  # noqa: S101  # the binder checked it
    chosen: Mapping[Any, Any] = source.orders
    for name, columns in chosen.items():
        if name is not None:
            probe = Probe(entity.table)
            for column in columns:
                probe[columns_of(column)[0]]
            yield Question(node.name, name.name, probe.level)
