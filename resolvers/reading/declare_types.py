"""The vocabulary of declarations, of types: where the rows come from that their fields see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import strawberry

from resolvers.reading.declarations import Entity, Finding, ScopeOf
from resolvers.reading.declare import (
    batch,
    column,
    connection,
    from_request,
    global_id,
    lookup,
    many,
    merged,
    node,
    nodes,
    one,
    part,
    resolved,
    traversal,
    value,
)
from resolvers.reading.declare_found import listed, one_of
from resolvers.reading.layouts import Layout

T = TypeVar("T")


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        column,
        global_id,
        part,
        from_request,
        one,
        lookup,
        many,
        connection,
        merged,
        node,
        nodes,
        value,
        batch,
        traversal,
        resolved,
    ),
)
def entity(row: Any, description: str, *, scope: ScopeOf | None = None) -> Callable[[type[T]], type[T]]:
    """A type that is read from a mapped class. `scope` says which of its rows a subject sees."""

    def make(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=description)
        made.__entity__ = Entity(row, scope)  # type: ignore[attr-defined]  # read by declarations.entity_of
        return made

    return make


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        column,
        global_id,
        part,
        from_request,
        one,
        lookup,
        many,
        connection,
        merged,
        node,
        nodes,
        value,
        batch,
        traversal,
        resolved,
    ),
)
def part_type(description: str, row: Any = None) -> Callable[[type[T]], type[T]]:
    """A type made of the row (or the page) around it; `row` names the mapped class if its fields are columns of it."""

    def make(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=description)
        made.__part__ = True  # type: ignore[attr-defined]  # read by declarations.part_of
        made.__part_row__ = row  # type: ignore[attr-defined]  # read by the binder
        return made

    return make


@dataclass_transform(
    kw_only_default=True, field_specifiers=(column, part, one, many, value, batch, traversal, listed, one_of)
)
def finding(of: type, description: str, *, scope: ScopeOf | None = None) -> Callable[[type[T]], type[T]]:
    """A type made of what a traversal found: its fields see the attributes of `of`, a dataclass or NamedTuple.

    `scope` says which of it a subject sees.
    """

    def make(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=description)
        made.__part__ = True  # type: ignore[attr-defined]  # read by declarations.part_of
        made.__finding__ = Finding(Layout(of), scope)  # type: ignore[attr-defined]  # read by declarations.finding_of
        return made

    return make


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        column,
        global_id,
        part,
        from_request,
        one,
        lookup,
        many,
        connection,
        merged,
        node,
        nodes,
        value,
        batch,
        traversal,
        resolved,
    ),
)
def payload(description: str) -> Callable[[type[T]], type[T]]:
    """A mutation's answer: ordinary attributes, and planned fields that read back after the commit."""

    def make(cls: type[T]) -> type[T]:
        return strawberry.type(cls, description=description)

    return make
