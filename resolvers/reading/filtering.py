"""Filters: typed inputs with and, or, not, made conditions. Their structure shapes the statement, values are binds.

A null anywhere in a filter is the same as leaving the place out. Whoever may not read a column may not filter by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa
import strawberry
from graphql import GraphQLInputObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from resolvers.reading.context import Getter, Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.filter_inputs import Choice, Range, TextFilter
from resolvers.reading.parameters import ListOf, member
from resolvers.reading.rows import ANY_VALUE, Probe
from resolvers.reading.values import Of, expression
from store.clearance import Clearance
from store.search import query_tokens
from store.types import Instant

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler
    from resolvers.reading.source import Selected

__all__ = [
    "Choice",
    "Range",
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

LAST_CHARACTER = "\U0010ffff"


Place = tuple[Any, ...]
"""The way to a value inside the filter argument: keys and list positions."""


@dataclass
class Filtering:
    """One filter argument being compiled."""

    compiler: Compiler
    selected: Selected
    name: str

    def bind(self, place: Place, bound: Any, convert: Callable[[Any], Any] | None = None) -> Any:
        """The value at a place as a bind parameter."""
        read = self.selected.getter(self.name)

        def value(run: Run) -> Any:
            found = read(run)
            for step in place:
                found = found[step]
            return found if convert is None else convert(found)

        return self.compiler.bind(cast("Getter", value), bound)


@dataclass(kw_only=True)
class Criterion:
    """A field of a filter. `level` is that of the columns that it touches."""

    level: Clearance = Clearance.PUBLIC

    def structure(self, value: Any) -> Any:
        """What of the value changes the statement's text, hashable."""
        raise NotImplementedError

    def build(self, filtering: Filtering, row: Any, shape: Any, place: Place) -> Any:
        """The condition."""
        raise NotImplementedError

    def probe(self, row: Probe) -> None:
        """Touch the columns."""
        raise NotImplementedError


@dataclass(kw_only=True)
class ByColumn(Criterion):
    """Operators over a column or expression; `convert` makes a client's value one of the column's."""

    of: Of
    convert: Callable[[Any], Any] | None = None

    def build(self, filtering: Filtering, row: Any, shape: Any, place: Place) -> Any:
        """All operators that were given."""
        column = expression(self.of, row)
        convert = self.convert or CONVERT.get(type(column.type))
        clauses = []
        for operator, inner in shape:
            build, many = OPERATORS[operator]
            if operator == "isNull":
                clauses.append(column.is_(None) if inner else column.is_not(None))
            elif many:
                bind = filtering.bind((*place, operator), ListOf(column.type), _each(convert))
                clauses.append(build(column, bind))
            else:
                clauses.append(build(column, filtering.bind((*place, operator), column.type, convert)))
        return sa.and_(sa.true(), *clauses)

    def structure(self, value: Any) -> Any:
        """The operators; the truth value of isNull is part of the text."""
        return tuple((k, v if k == "isNull" else True) for k, v in value.items() if v is not None)

    def probe(self, row: Probe) -> None:
        """Touch the columns."""
        expression(self.of, row)


@dataclass(kw_only=True)
class ByWords(Criterion):
    """Search: every word that was typed must be the beginning of one of the row's tokens."""

    tokens: Any
    owner: str

    def structure(self, value: Any) -> Any:
        """How many words there are."""
        return len(query_tokens(value))

    def build(self, filtering: Filtering, row: Any, shape: Any, place: Place) -> Any:
        """Membership in what the words find, served by the index over tokens."""
        if shape == 0:
            return sa.false()
        found = [self._having(filtering, place, position) for position in range(shape)]
        return row.id.in_(found[0] if len(found) == 1 else sa.intersect(*found))

    def _having(self, filtering: Filtering, place: Place, position: int) -> sa.Select[Any]:
        """Whose token begins with a word. Several words intersect: a store guesses badly how many rows a word finds."""
        tokens = filtering.compiler.alias(self.tokens.__table__)
        low = filtering.bind(place, sa.Text(), _word(position, ""))
        high = filtering.bind(place, sa.Text(), _word(position, LAST_CHARACTER))
        found = sa.select(tokens.columns[self.owner]).select_from(tokens.source)
        return found.where(tokens.columns["token"] >= low, tokens.columns["token"] < high)

    def probe(self, row: Probe) -> None:
        """Tokens are made of names and codes, which are public."""


@dataclass(kw_only=True)
class ByRule(Criterion):
    """A condition of its own, over the row and the given value."""

    rule: Callable[[Any, Any], Any]
    bound: sa.types.TypeEngine[Any]
    convert: Callable[[Any], Any] | None = None

    def structure(self, value: Any) -> Any:
        """Only whether it is there."""
        del value
        return True

    def build(self, filtering: Filtering, row: Any, shape: Any, place: Place) -> Any:
        """The condition with the value bound."""
        del shape
        return self.rule(row, filtering.bind(place, self.bound, self.convert or CONVERT.get(type(self.bound))))

    def probe(self, row: Probe) -> None:
        """Touch the columns."""
        self.rule(row, ANY_VALUE)


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
            filtering.compiler.require(criteria[key].level, f"filter by `{key}`")
            clauses.append(criteria[key].build(filtering, row, inner, here))
    return sa.and_(*clauses)


def criteria_of(definition: GraphQLInputObjectType) -> Mapping[str, Criterion]:
    """The criteria of a filter input by the names of its fields."""
    found: Mapping[str, Criterion] = definition.extensions["strawberry-definition"].origin.__criteria__
    return found


def _starts_with(column: Any, value: Any) -> Any:
    return sa.and_(column >= value, column < value.concat(sa.literal_column(f"'{LAST_CHARACTER}'")))


OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], bool]] = {
    "eq": (lambda c, v: c == v, False),
    "ne": (lambda c, v: c.is_distinct_from(v), False),
    "in": (member, True),
    "notIn": (lambda c, v: sa.not_(sa.func.coalesce(member(c, v), sa.false())), True),
    "gt": (lambda c, v: c > v, False),
    "gte": (lambda c, v: c >= v, False),
    "lt": (lambda c, v: c < v, False),
    "lte": (lambda c, v: c <= v, False),
    "startsWith": (_starts_with, False),
    "isNull": (lambda c, v: c.is_(v), False),
}
"""How an operator becomes a condition, and whether its value is a list."""


def instant(value: dt.datetime) -> dt.datetime:
    """An instant of a client, in UTC; without a time zone, or out of the years of the calendar, it is refused."""
    if value.tzinfo is None:
        raise InvalidError("BAD_INSTANT", f"{value.isoformat()} needs a time zone, such as {value.isoformat()}Z.")
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise InvalidError("BAD_INSTANT", f"{value.isoformat()} is not in the years 1 to 9999 in UTC.") from None


def milli(value: Decimal) -> int:
    """An amount in thousandths, the unit in which amounts of all currencies can be compared; a finer one is refused."""
    if not value.is_finite() or abs(value) > 10**15 or value * 1000 % 1:
        raise InvalidError("BAD_AMOUNT", "An amount has at most 15 digits before the point and three after it.")
    return int(value * 1000)


CONVERT: dict[type, Callable[[Any], Any]] = {Instant: instant}


def _each(convert: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    return None if convert is None else lambda values: [convert(v) for v in values]


def _word(position: int, ending: str) -> Callable[[Any], str]:
    return lambda text: query_tokens(text)[position] + ending


def criterion(definition: Criterion, description: str) -> Any:
    """A field of a filter input."""
    return strawberry.field(default=strawberry.UNSET, description=description, metadata={"criterion": definition})


def by(of: Of, description: str, convert: Callable[[Any], Any] | None = None) -> Any:
    """A filter field with operators over a column or expression."""
    return criterion(ByColumn(of=of, convert=convert), description)


def by_words(tokens: Any, owner: str, description: str) -> Any:
    """A filter field that searches by words."""
    return criterion(ByWords(tokens=tokens, owner=owner), description)


def by_rule(rule: Callable[[Any, Any], Any], bound: Any, description: str, convert: Any = None) -> Any:
    """A filter field with a condition of its own."""
    return criterion(ByRule(rule=rule, bound=bound, convert=convert), description)


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
