"""Which record someone means by a number; where there is none, which they may have meant.

Of a million customers those are looked at that stand next to the text in the order of codes, and those whose names
have a word that begins like it.
"""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from graph.port import PartyKind
from store.customer import CustomerRow, CustomerTokenRow
from store.department import DepartmentRow
from store.search import query_tokens
from store.staff import StaffRow, StaffTokenRow
from store.statement import Reads, Statement

CLOSE: Final = 3
"""Close matches that are told."""

_LOOKED_AT: Final = 20
"""Rows of each kind of closeness that are compared."""

_ALIKE: Final = 0.6
"""How alike two texts must be, between 0 and 1."""


@dataclass(frozen=True)
class Close:
    """A record that may have been meant."""

    number: str
    name: str


@dataclass(frozen=True)
class _Kind:
    """How the records of a kind are looked for."""

    by_id: Statement
    by_number: Statement
    before: Statement
    after: Statement
    named: Statement


async def by_number(reads: Reads, kind: PartyKind, number: str) -> uuid.UUID | None:
    """The id of the record with this number."""
    rows = await _KINDS[kind].by_number.rows(reads, text=number)
    return rows[0][0] if rows else None


async def is_there(reads: Reads, kind: PartyKind, key: uuid.UUID) -> bool:
    """Whether there is such a record."""
    return bool(await _KINDS[kind].by_id.rows(reads, key=key))


async def close_to(reads: Reads, kind: PartyKind, text: str) -> list[Close]:
    """Records whose number or name is like a text, the likest first."""
    statements, found = _KINDS[kind], dict[str, Close]()
    for written in dict.fromkeys((text, text.upper())):
        for statement in (statements.before, statements.after):
            found |= _by_number(await statement.rows(reads, text=written))
    words = query_tokens(text)
    if words:
        found |= _by_number(await statements.named.rows(reads, text=words[0], end=words[0] + "\U0010ffff"))
    likeness = {number: _likeness(text, close) for number, close in found.items()}
    alike = [number for number in found if likeness[number] >= _ALIKE]
    return [found[number] for number in sorted(alike, key=lambda number: (-likeness[number], number))[:CLOSE]]


def _by_number(rows: Sequence[tuple[Any, ...]]) -> dict[str, Close]:
    return {number: Close(number, name) for number, name in rows}


def _likeness(text: str, close: Close) -> float:
    """How like a text a record is: by its number, its name, or the beginning of its name."""
    wanted, name = text.casefold(), close.name.casefold()
    texts = (close.number.casefold(), name, name[: len(wanted)])
    return max(difflib.SequenceMatcher(None, wanted, each).ratio() for each in texts)


def _kind(table: Any, number: str, named: sa.Select[*tuple[Any, ...]]) -> _Kind:
    column, text = table.c[number], sa.bindparam("text", type_=sa.Text())
    key = sa.bindparam("key", type_=table.c.id.type)
    some = sa.select(column, table.c.name).limit(sa.literal_column(str(_LOOKED_AT)))
    return _Kind(
        Statement(sa.select(table.c.id).where(table.c.id == key)),
        Statement(sa.select(table.c.id).where(column == text)),
        Statement(some.where(column < text).order_by(column.desc())),
        Statement(some.where(column > text).order_by(column)),
        Statement(named),
    )


def _with_token(table: Any, number: str, tokens: Any, key: str) -> sa.Select[*tuple[Any, ...]]:
    """Who is found by a word: one of their tokens begins with it."""
    begins = tokens.c.token >= sa.bindparam("text", type_=sa.Text())
    ends = tokens.c.token < sa.bindparam("end", type_=sa.Text())
    found = sa.select(table.c[number], table.c.name).join_from(tokens, table, table.c.id == tokens.c[key])
    found = found.where(begins, ends).order_by(tokens.c.token, table.c[number])
    return found.limit(sa.literal_column(str(_LOOKED_AT)))


def _all(table: Any, number: str, most: int) -> sa.Select[*tuple[Any, ...]]:
    """All of a table, for one that is small."""
    return sa.select(table.c[number], table.c.name).order_by(table.c[number]).limit(sa.literal_column(str(most)))


_DEPARTMENT, _PERSON, _CUSTOMER = DepartmentRow.__table__, StaffRow.__table__, CustomerRow.__table__
_KINDS: Final = {
    PartyKind.DEPARTMENT: _kind(_DEPARTMENT, "number", _all(_DEPARTMENT, "number", 2_000)),
    PartyKind.STAFF: _kind(_PERSON, "number", _with_token(_PERSON, "number", StaffTokenRow.__table__, "staff_id")),
    PartyKind.CUSTOMER: _kind(
        _CUSTOMER, "code", _with_token(_CUSTOMER, "code", CustomerTokenRow.__table__, "customer_id")
    ),
}
