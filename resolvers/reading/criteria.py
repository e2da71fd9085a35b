"""Criteria: the fields of filters, and the conditions that their values make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from resolvers.reading.context import Getter, Run
from resolvers.reading.declarations import ScopeOf
from resolvers.reading.errors import InvalidError
from resolvers.reading.rows import ANY_VALUE, Probe
from resolvers.reading.values import Of, expression
from store.clearance import Clearance
from store.lists import ListOf, member
from store.search import query_tokens
from store.types import Instant

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler
    from resolvers.reading.source import Selected

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


@dataclass(frozen=True)
class Target:
    """The table that a key leads to, and which of its rows a subject sees: filters know no more than fields do."""

    row: Any
    scope: ScopeOf

    def seen(self, compiler: Compiler, key: Any) -> Any:
        """The key, NULL where it leads to a row that the subject does not see."""
        target = compiler.alias(self.row.__table__)
        scope = self.scope(target.columns, compiler.access)
        if scope is None:
            return key
        one: sa.ColumnClause[int] = sa.literal_column("1")
        query = sa.select(one).select_from(target.source).where(target.columns["id"] == key, scope)
        return sa.case((sa.exists(query), key))


@dataclass(kw_only=True)
class Criterion:
    """A field of a filter. `level` is that of the columns that it touches; `leads_to` is what its key names."""

    level: Clearance = Clearance.PUBLIC
    leads_to: Target | None = None

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
        if self.leads_to is not None:
            column = self.leads_to.seen(filtering.compiler, column)
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
        given = filtering.bind(place, self.bound, self.convert or CONVERT.get(type(self.bound)))
        if self.leads_to is not None:
            given = self.leads_to.seen(filtering.compiler, given)
        return self.rule(row, given)

    def probe(self, row: Probe) -> None:
        """Touch the columns."""
        self.rule(row, ANY_VALUE)


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
