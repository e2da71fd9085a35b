"""What facts are gathered about: a table whose rows are the subjects, and the sources of what is said of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.facts.conversion import NoRateError
from resolvers.facts.instants import Moment
from resolvers.facts.parts import Part
from rules.engine.kinds import Value
from store.lists import ListOf, member
from store.types import Uid

OF_ITSELF = None
"""In place of a part: a column of the subject's own row."""

Columns = tuple[tuple[Part | None, str], ...]


@dataclass(frozen=True)
class Source:
    """The columns of a fact, in the order in which its function takes them after the moment."""

    columns: Columns
    value: Callable[..., Value | None]


@dataclass(frozen=True, eq=False)
class Record:
    """A table of subjects, and how each fact about them is computed, by the names of the vocabulary."""

    what: str
    """As messages name the subjects: `customers`."""
    table: sa.Table
    sources: Mapping[str, Source]


@dataclass
class Gathered:
    """Facts of subjects, a list a fact, in the order of `ids`; and of whom a fact cannot be known, with why."""

    ids: list[uuid.UUID]
    columns: dict[str, list[Any]]
    faults: dict[uuid.UUID, str] = field(default_factory=dict)
    customers: list[uuid.UUID] = field(default_factory=list)
    """Whose each subject is, in the same order."""
    unknown: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    """By facts, the subjects of which each cannot be known."""

    def each(self) -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
        """Each subject with its facts; what cannot be known is null, and `faults` says why."""
        names = list(self.columns)
        for key, *values in zip(self.ids, *self.columns.values(), strict=True):
            yield key, dict(zip(names, values, strict=True))

    def note(self, key: uuid.UUID, name: str, error: Exception) -> None:
        """Note that a fact of a subject cannot be known, and why."""
        self.faults[key] = f"{name}: {error}"
        self.unknown.setdefault(name, set()).add(key)


class UnknownFactError(LookupError):
    """Nothing computes a fact of this name about the subjects."""


async def read(
    connection: AsyncConnection, record: Record, names: Sequence[str], moment: Moment, ids: Collection[uuid.UUID]
) -> Gathered:
    """The facts of these subjects in one statement, in the order of their ids; who is not on record is left out.

    Raises:
        UnknownFactError: nothing computes one of them.
    """
    statement = statement_of(record, columns_of(record, names), narrowed=True)
    rows = await connection.execute(statement, {**moment.parameters(), "ids": sorted(set(ids))})
    return computed(record, names, rows.all(), moment)


def columns_of(record: Record, names: Sequence[str]) -> Columns:
    """All columns that the facts need, each once.

    Raises:
        UnknownFactError: nothing computes one of them.
    """
    unknown = [name for name in names if name not in record.sources]
    if unknown:
        raise UnknownFactError(f"nothing computes {', '.join(unknown)} about {record.what}")
    found: dict[tuple[Part | None, str], None] = {}
    for name in names:
        found |= dict.fromkeys(record.sources[name].columns)
    return tuple(found)


@lru_cache(maxsize=64)
def statement_of(record: Record, columns: Columns, *, narrowed: bool) -> sa.Select[Any]:
    """The subjects with these columns: each part once, with those of its columns that are needed."""
    table, within = record.table, _in_ids if narrowed else all_of_them
    chosen = joined(table, columns, lambda part, names: part.subquery(names, within))
    return chosen.where(within(table.c.id)).order_by(table.c.id)


def joined(
    subjects: sa.FromClause, columns: Columns, subquery: Callable[[Part, frozenset[str]], sa.Subquery]
) -> sa.Select[Any]:
    """The subjects, each by its id, with these columns of them and of parts; `subquery` says what a part gives."""
    by_part: dict[str, tuple[Part, set[str]]] = {}
    for part, name in columns:
        if part is not None:
            by_part.setdefault(part.name, (part, set()))[1].add(name)
    source, subqueries = subjects, {}
    for part, names in by_part.values():
        found = subqueries[part.name] = subquery(part, frozenset(names))
        source = source.outerjoin(found, found.c.key == subjects.c.id)
    chosen = [(subjects if part is None else subqueries[part.name]).c[name] for part, name in columns]
    return sa.select(subjects.c.id, *chosen).select_from(source)


def computed(record: Record, names: Sequence[str], rows: Sequence[sa.Row[Any]], moment: Moment) -> Gathered:
    """The facts of the rows that the statement gave: the id first, then its columns."""
    return computed_each(record, names, rows, [moment] * len(rows))


def computed_each(
    record: Record, names: Sequence[str], rows: Sequence[sa.Row[Any]], moments: Sequence[Moment]
) -> Gathered:
    """The same, each row as of its own moment."""
    place = {column: at for at, column in enumerate(columns_of(record, names), start=1)}
    found = Gathered([row[0] for row in rows], {})
    for name in names:
        source = record.sources[name]
        places = [place[column] for column in source.columns]
        found.columns[name] = _one(name, source, places, rows, moments, found)
    return found


def of_row(record: Record, names: Sequence[str], row: object, moment: Moment) -> dict[str, Value | None]:
    """The facts of a subject that is in memory and new: nothing has happened to it, so all its parts are null."""
    found = {}
    for name in names:
        source = record.sources[name]
        found[name] = source.value(
            moment, *(getattr(row, column) if part is None else None for part, column in source.columns)
        )
    return found


def _in_ids(column: sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
    return member(column, sa.bindparam("ids", type_=ListOf(Uid())))


def all_of_them(_: sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Narrows nothing."""
    return sa.true()


def _one(
    name: str,
    source: Source,
    places: Sequence[int],
    rows: Sequence[sa.Row[Any]],
    moments: Sequence[Moment],
    found: Gathered,
) -> list[Any]:
    """One fact of all rows."""
    values = []
    for row, moment in zip(rows, moments, strict=True):
        try:
            values.append(source.value(moment, *[row[at] for at in places]))
        except NoRateError as error:
            found.note(row[0], name, error)
            values.append(None)
    return values
