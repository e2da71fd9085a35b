"""Filters: typed inputs with and, or, not, made conditions. Their structure shapes the statement, values are binds.

A null anywhere in a filter is the same as leaving the place out. Whoever may not read a column may not filter by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
import strawberry
from graphql import GraphQLInputObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from resolvers.reading.criteria import (
    ByColumn,
    ByRule,
    ByWords,
    Criterion,
    Filtering,
    Place,
    Target,
    instant,
    milli,
)
from resolvers.reading.errors import InvalidError
from resolvers.reading.filter_inputs import Choice, Range, TextFilter
from resolvers.reading.rows import Probe
from resolvers.reading.values import Of

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler
    from resolvers.reading.source import Selected

__all__ = [
    "Choice",
    "Range",
    "Target",
    "TextFilter",
    "by",
    "by_rule",
    "by_words",
    "compile_filter",
    "filters",
    "instant",
    "milli",
]

T = TypeVar("T")
MAX_PLACES = 60
"""How many fields, operators and items of and/or a filter may have."""

MAX_NESTING = 10
"""How deep and, or, not may be inside one another."""


def compile_filter(compiler: Compiler, selected: Selected, name: str, row: Any) -> list[Any]:
    """The conditions of a filter argument; none when it was not given."""
    definition = get_named_type(selected.definition.args[name].type)
    assert isinstance(definition, GraphQLInputObjectType)  # noqa: S101  # the binder checked it
    criteria = criteria_of(definition)
    shape = selected.shape(name, lambda value: None if value is None else shape_of(criteria, value, [0]))
    if not shape:
        return []
    compiler.let_values_matter()
    return [_group(Filtering(compiler, selected, to_camel_case(name)), criteria, row, shape, ())]


def shape_of(criteria: Mapping[str, Criterion], value: Mapping[str, Any], places: list[int], level: int = 0) -> Any:
    """The structure of a filter object. One with too many places, or too deep, is refused."""
    if level > MAX_NESTING:
        message = f"A filter's and, or, not may be {MAX_NESTING} deep; split the question."
        raise InvalidError("FILTER_TOO_LARGE", message)
    _count(places, len(value))
    out = []
    for key, inner in value.items():
        if inner is None:
            continue
        if key in ("and", "or"):
            _count(places, len(inner))
            out.append((key, tuple(shape_of(criteria, item, places, level + 1) for item in inner)))
        elif key == "not":
            out.append((key, shape_of(criteria, inner, places, level + 1)))
        else:
            _count(places, len(inner) if isinstance(inner, Mapping) else 0)
            out.append((key, criteria[key].structure(inner)))
    return tuple(out)


def _count(places: list[int], more: int) -> None:
    places[0] += more
    if places[0] > MAX_PLACES:
        raise InvalidError("FILTER_TOO_LARGE", f"A filter may have {MAX_PLACES} places at most; split the question.")


def _group(filtering: Filtering, criteria: Mapping[str, Criterion], row: Any, shape: Any, place: Place) -> Any:
    clauses: list[Any] = [sa.true()]
    for key, inner in shape:
        here = (*place, key)
        if key in ("and", "or"):
            parts = [_group(filtering, criteria, row, item, (*here, i)) for i, item in enumerate(inner)]
            clauses.append(sa.and_(sa.true(), *parts) if key == "and" else sa.or_(sa.false(), *parts))
        elif key == "not":
            clauses.append(sa.not_(sa.func.coalesce(_group(filtering, criteria, row, inner, here), sa.false())))
        else:
            of = filtering.compiler.node_type(filtering.selected.type).name
            filtering.compiler.require(criteria[key].level, f"filter by `{key}`", of, f"filter.{key}")
            clauses.append(criteria[key].build(filtering, row, inner, here))
    return sa.and_(*clauses)


def criteria_of(definition: GraphQLInputObjectType) -> Mapping[str, Criterion]:
    """The criteria of a filter input by the names of its fields."""
    found: Mapping[str, Criterion] = definition.extensions["strawberry-definition"].origin.__criteria__
    return found


def criterion(definition: Criterion, description: str) -> Any:
    """A field of a filter input."""
    return strawberry.field(default=strawberry.UNSET, description=description, metadata={"criterion": definition})


def by(of: Of, description: str, convert: Callable[[Any], Any] | None = None, *, leads_to: Target | None = None) -> Any:
    """A filter field with operators over a column or expression; of a key, `leads_to` says what it names."""
    return criterion(ByColumn(of=of, convert=convert, leads_to=leads_to), description)


def by_words(tokens: Any, owner: str, description: str) -> Any:
    """A filter field that searches by words."""
    return criterion(ByWords(tokens=tokens, owner=owner), description)


def by_rule(
    rule: Callable[[Any, Any], Any],
    bound: Any,
    description: str,
    convert: Any = None,
    *,
    leads_to: Target | None = None,
) -> Any:
    """A filter field with a condition of its own; `leads_to` says what the given value names, if it is a key."""
    return criterion(ByRule(rule=rule, bound=bound, convert=convert, leads_to=leads_to), description)


def filters(row: Any, description: str) -> Callable[[type[T]], type[T]]:
    """Make a class of criteria the filter input of a mapped class, with and, or, not over itself."""

    def make(cls: type[T]) -> type[T]:
        name = cls.__name__
        several, single = f"list[{name}] | None", f"{name} | None"
        cls.__annotations__ |= {"and_": several, "or_": several, "not_": single}
        for key, text in (("and", "All of these hold."), ("or", "One of these holds."), ("not", "This does not hold.")):
            setattr(cls, f"{key}_", strawberry.field(name=key, default=strawberry.UNSET, description=text))
        made = strawberry.input(cls, description=description)
        made.__criteria__ = _criteria(made, row)  # type: ignore[attr-defined]  # read by criteria_of
        return made

    return make


def _criteria(made: Any, row: Any) -> dict[str, Criterion]:
    found = {}
    for spec in made.__strawberry_definition__.fields:
        definition = (spec.metadata or {}).get("criterion")
        if definition is not None:
            probe = Probe(row.__table__)
            definition.probe(probe)
            definition.level = probe.level
            found[to_camel_case(spec.graphql_name or spec.python_name)] = definition
    return found
