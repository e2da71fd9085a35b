"""What is attached to a schema's types: the table and scope of an entity, the source of a field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLField, GraphQLNamedType

from resolvers.access import AccessClass
from resolvers.reading.found import Found
from resolvers.reading.layouts import Layout
from resolvers.reading.rows import ANY_VALUE, Probe
from resolvers.reading.source import Source

ScopeOf = Callable[[Any, AccessClass], sa.ColumnElement[bool] | None]


@dataclass(frozen=True)
class Entity:
    """A type that is read from a table, and which of its rows a subject sees."""

    row: Any
    scope: ScopeOf | None = None

    @property
    def table(self) -> sa.Table:
        """The mapped table."""
        return cast("sa.Table", self.row.__table__)

    @property
    def probe(self) -> Probe:
        """Stands for one of its rows while declarations are looked at."""
        return Probe(self.table)


@dataclass(frozen=True)
class Finding:
    """A type that is read from what a traversal found, and which of that a subject sees."""

    layout: Layout
    scope: ScopeOf | None = None

    @property
    def probe(self) -> Found:
        """Stands for one object while declarations are looked at."""
        return Found(self.layout, ANY_VALUE, whole=False)


def origin_of(gtype: GraphQLNamedType) -> Any:
    """The Python class behind a GraphQL type."""
    definition = gtype.extensions.get("strawberry-definition") if gtype.extensions else None
    return getattr(definition, "origin", None)


def entity_of(gtype: GraphQLNamedType) -> Entity | None:
    """The declared table of a type."""
    return cast("Entity | None", getattr(origin_of(gtype), "__entity__", None))


def finding_of(gtype: GraphQLNamedType) -> Finding | None:
    """The declared layout of a type that traversals find."""
    return cast("Finding | None", getattr(origin_of(gtype), "__finding__", None))


def part_of(gtype: GraphQLNamedType) -> bool:
    """Whether a type is made of the row, or the page, around it."""
    return bool(getattr(origin_of(gtype), "__part__", False))


def source_of(field: GraphQLField) -> Source | None:
    """Where a field's value comes from, as declared."""
    definition = field.extensions.get("strawberry-definition") if field.extensions else None
    return None if definition is None else (definition.metadata or {}).get("source")
