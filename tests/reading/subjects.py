"""Who asks: subjects of every scope and clearance, at moments where clocks turn."""

from __future__ import annotations

import datetime as dt
import random

from resolvers.access import Clearance, Role, Scope, Subject
from tests.factories import NOW
from tests.reading.naive_rows import Rows

MOMENTS = (
    NOW,
    NOW + dt.timedelta(microseconds=123_456),
    dt.datetime(2024, 2, 29, 23, 59, 59, 500_000, tzinfo=dt.UTC),
    dt.datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
)

EVERYTHING = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)


def subject_with(rows: Rows, scope: Scope, clearance: Clearance, chance: random.Random) -> Subject:
    """A subject that sees about half of what its scope is about."""

    def half(gtype: str) -> frozenset[object]:
        return frozenset(row["id"] for row in rows.all(gtype) if chance.random() < 0.5)

    return Subject(
        'O\'Brien "x" 张',
        chance.choice(list(Role)),
        clearance,
        scope,
        staff_id=chance.choice([None, *(row["id"] for row in rows.all("Staff"))]),
        department_ids=half("Department"),
        customer_ids=half("Customer"),
    )


def any_subject(rows: Rows, chance: random.Random) -> Subject:
    """Any subject; every third sees all rows."""
    scope = chance.choice([*Scope, Scope.ALL, Scope.ALL])
    return subject_with(rows, scope, chance.choice(list(Clearance)), chance)
