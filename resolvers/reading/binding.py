"""Bind a strawberry schema to the planner, and refuse declarations that would lie.

After binding, planned types answer from dictionaries by response key; entries (fields with a source on types that have
no table: the query's, a payload's) call the planner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import orjson
import sqlalchemy as sa
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)

from resolvers.reading.computed import Computed, Resolved
from resolvers.reading.connections import Connection
from resolvers.reading.context import Context, Run
from resolvers.reading.cursors import is_pageable
from resolvers.reading.declarations import entity_of, finding_of, origin_of, part_of, source_of
from resolvers.reading.found import Found, may_be_none
from resolvers.reading.merging import Merged
from resolvers.reading.planner import Planner
from resolvers.reading.relations import One, Relation
from resolvers.reading.rows import Probe, columns_of
from resolvers.reading.source import Source
from resolvers.reading.traversing import OneOf, Traversal
from resolvers.reading.values import Column, GlobalId, Part
from resolvers.reading.work import TAG
from store.clearance import Clearance


class DeclarationError(TypeError):
    """A field is declared in a way that cannot be answered as the schema promises; the text says what to change."""


class Ready:
    """An answer that graphql-core need not complete."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data


def bind(schema: GraphQLSchema, planner: Planner) -> None:
    """Give every declared field its resolver, find every field's level, and check the declarations."""
    for gtype in list(schema.type_map.values()):
        if gtype.name.startswith("__"):
            continue
        if isinstance(gtype, GraphQLUnionType | GraphQLInterfaceType):
            gtype.resolve_type = _by_tag(gtype.resolve_type)
        elif is_leaf_type(gtype) and not is_specified_scalar_type(gtype):
            _let_text_pass(gtype)
        elif isinstance(gtype, GraphQLObjectType):
            _bind_type(planner, gtype)


def _by_tag(ordinary: Any) -> Any:
    """A planned document tells its type by its tag; anything else is left to strawberry."""
    return lambda value, info, gtype: value[TAG] if type(value) is dict else ordinary(value, info, gtype)


def _let_text_pass(gtype: Any) -> None:
    """SQL has already written scalars and enums in the form that clients see."""
    ordinary = gtype.coerce_output_value
    gtype.coerce_output_value = lambda value: value if type(value) is str else ordinary(value)


def _bind_type(planner: Planner, gtype: GraphQLObjectType) -> None:
    gtype.is_type_of = None
    planned = entity_of(gtype) is not None or part_of(gtype)
    for name, definition in gtype.fields.items():
        source = source_of(definition)
        if source is None:
            if planned and name not in PAGE_FIELDS:
                raise DeclarationError(f"{gtype.name}.{name}: declare where it comes from")
            if planned:
                definition.resolve = by_key
            continue
        _check_stock(gtype, name, definition)
        if isinstance(source, GlobalId):
            source.type_name = gtype.name
        parent, target = _probe(gtype), Probe(_target_table(definition))
        if isinstance(source, Relation) and _target_table(definition) is None:
            raise DeclarationError(f"{gtype.name}.{name}: a relation leads to a type that is read from a table")
        try:
            source.probe(parent, target)
        except AttributeError as error:
            raise DeclarationError(f"{gtype.name}.{name}: {error}") from error
        source.level = max(source.level, target.level, Clearance.PUBLIC if isinstance(parent, Found) else parent.level)
        _check(gtype, name, definition, source, parent)
        if planned or gtype is planner.schema.subscription_type:
            definition.resolve = source.resolve if isinstance(source, Resolved) else by_key
        else:
            definition.resolve = entry(planner)


PAGE_FIELDS = frozenset(
    {
        "edges",
        "nodes",
        "pageInfo",
        "totalCount",
        "cursor",
        "node",
        "hasNextPage",
        "hasPreviousPage",
        "startCursor",
        "endCursor",
    }
)
"""Fields of connections, which `Page` writes by itself."""


def by_key(source: Any, info: Any, **_: Any) -> Any:
    """A planned field's value: the document has it under the response key."""
    return source[info.path.key]


def table_of(gtype: Any) -> Any:
    """The table whose columns a type's declarations see, or None."""
    entity = entity_of(gtype)
    if entity is not None:
        return entity.table
    row = getattr(origin_of(gtype), "__part_row__", None)
    return None if row is None else row.__table__


def _probe(gtype: GraphQLObjectType) -> Any:
    """Stands for the rows that a type's declarations see."""
    finding = finding_of(gtype)
    return Probe(table_of(gtype)) if finding is None else finding.probe


def _target_table(definition: GraphQLField) -> Any:
    target = get_named_type(definition.type)
    if isinstance(target, GraphQLObjectType) and "nodes" in target.fields and entity_of(target) is None:
        target = get_named_type(target.fields["nodes"].type)
    return table_of(target) if isinstance(target, GraphQLObjectType) else None


def _check_stock(gtype: GraphQLObjectType, name: str, definition: GraphQLField) -> None:
    spec = definition.extensions["strawberry-definition"]
    if spec.permission_classes or spec.extensions:
        raise DeclarationError(
            f"{gtype.name}.{name}: the planner would go round its permissions or extensions; use levels and scopes"
        )
    if spec.base_resolver is not None:
        raise DeclarationError(f"{gtype.name}.{name}: a field has a source or a resolver, not both")


UNSURE: tuple[tuple[type[Source], str], ...] = (
    (Traversal, "the network cannot always be asked, so the field must be nullable"),
    (OneOf, "the targets have row scopes, so the field must be nullable"),
)
"""Sources that may always give nothing."""


def _check(gtype: GraphQLObjectType, name: str, definition: GraphQLField, source: Source, parent: Any) -> None:
    """A field's declaration must not promise what its source cannot keep."""
    problem = None
    if is_non_null_type(definition.type):
        unsure = (why for kind, why in UNSURE if isinstance(source, kind))
        problem = next(unsure, None) or _non_null_problem(definition, source, parent)
    if isinstance(source, Computed) and not is_leaf_type(get_named_type(definition.type)):
        problem = "a function's value is a scalar or an enum, or a list of them; for objects use `traversal`"
    if isinstance(source, Traversal):
        problem = _traversal_problem(definition, source) or problem
    if isinstance(source, Column) and isinstance(_type_of(source.of), sa.BigInteger):
        problem = "a bigint does not fit GraphQL's Int" if get_named_type(definition.type).name == "Int" else problem
    if isinstance(source, Connection):
        problem = _paging_problem(source, _target_table(definition)) or problem
    if isinstance(source, Merged) and any(m.at.nullable for m in source.members.values()):
        problem = "a time of paging may not be NULL"
    if source.level is Clearance.SECRET and not _has_record(gtype):
        problem = "who reads a secret is recorded with the record's id, and this table has none"
    if problem is not None:
        raise DeclarationError(f"{gtype.name}.{name}: {problem}")


def _has_record(gtype: GraphQLObjectType) -> bool:
    """Whether what a type shows can be put on record by an id; of an entry, and of a part, the object around it is."""
    table = table_of(gtype)
    return finding_of(gtype) is None if table is None else "id" in table.c


def _traversal_problem(definition: GraphQLField, source: Traversal) -> str | None:
    if finding_of(get_named_type(definition.type)) is None:
        return "a traversal leads to a type that is declared as a finding"
    if is_list_type(get_nullable_type(definition.type)) != ("first" in source.arguments):
        return "a traversal that gives a list is bounded by `first`, and no other is"
    return None


def _paging_problem(source: Connection, table: sa.Table) -> str | None:
    keys = [table.c[key] for order in source.orders.values() for key, _ in map(columns_of, order)]
    nullable = [key.name for key in keys if key.nullable]
    if nullable:
        return f"paging keys may not be NULL: {nullable}"
    unreadable = [key.name for key in keys if not is_pageable(key.type)]
    return f"cursors cannot hold columns of such a type: {unreadable}" if unreadable else None


def _non_null_problem(definition: GraphQLField, source: Source, parent: Any) -> str | None:
    if source.level > Clearance.PUBLIC:
        return f"its level is {source.level.name}, so it must be nullable to be masked"
    if isinstance(source, Column) and (
        getattr(source.of, "nullable", False) or (isinstance(parent, Found) and may_be_none(parent))
    ):
        return "the column may be NULL, so the field must be nullable"
    if isinstance(source, One) and not _always_there(definition, source):
        return "the target has a row scope, so the field must be nullable"
    if isinstance(source, One) and _may_be_none(parent):
        return "the key of the target may be NULL, so the field must be nullable"
    if isinstance(source, Part) and getattr(source.first, "nullable", False):
        return "the part is null where its first column is, so the field must be nullable"
    return None


def _always_there(definition: GraphQLField, source: Relation) -> bool:
    entity = entity_of(get_named_type(definition.type))
    return entity is None or entity.scope is None or source.within


def _may_be_none(parent: Any) -> bool:
    """Whether what was touched of a row may be null."""
    return may_be_none(parent) if isinstance(parent, Found) else bool(parent.nullable)


def _type_of(of: Any) -> Any:
    return getattr(of, "type", None)


def entry(planner: Planner) -> Callable[..., Any]:
    """The resolver of a planned entry under graphql-core."""

    async def resolve(source: Any, info: Any, **_: Any) -> Any:
        context: Context = info.context
        run = Run(context, cast("dict[str, Any]", info.variable_values), source)
        names = "/".join(k for k in info.path.as_list() if isinstance(k, str))
        # graphql-core has already decided by directives which of the merged fields stand
        place = (names, *[node.loc.start for node in info.field_nodes])

        def plan(*, walking: bool) -> Any:
            return planner.plan(
                info.operation,
                info.fragments,
                info.parent_type,
                lambda _: {info.path.key: info.field_nodes},
                run.variables,
                context.subject.access,
                walking=walking,
                entry=place,
            )

        found = plan(walking=context.walking)
        prefix = [k for k in info.path.as_list()[:-1] if isinstance(k, str)]
        context.notes.withheld += [notice.below(prefix) for notice in found.withheld]
        if context.walking or found.needs_walk:
            return (await plan(walking=True).documents(run))[0]
        if found.is_whole:
            text = (await found.texts(run))[0]
            return None if text is None else Ready(orjson.Fragment(text))
        document = (await found.documents(run))[0]
        if run.failed:  # only a walk can report an error at its place
            return (await plan(walking=True).documents(Run(context, run.variables, source)))[0]
        return None if document is None else Ready(document)

    return resolve
