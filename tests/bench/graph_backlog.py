"""A backlog for the copy in Neo4j: twenty thousand changes of the network's rows, each with its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import sqlalchemy as sa

from outbox.event import EventKind
from outbox.log import Change, append
from store.assignment import AssignmentRole, AssignmentRow
from store.base import new_id
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.relation import RelationKind, RelationRow
from store.session import Database
from store.staff import MembershipRole, MembershipRow
from tests.bench.graph_questions import People
from tests.bench.graph_world import TODAY

SHARES = {"customer": 9, "assignment": 5, "ledger": 3, "relation": 2, "membership": 1}
"""How often each kind of change comes, out of twenty."""
TOGETHER = 500
"""Changes of one transaction."""
AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

_CUSTOMER, _CREDIT = CustomerRow.__table__, CreditAccountRow.__table__
_KEY = sa.bindparam("key")


class Made(NamedTuple):
    """A change: the values of its statement, and its event."""

    values: dict[str, Any]
    event: Change


STATEMENTS: dict[str, sa.Executable] = {
    "customer": sa.update(_CUSTOMER).where(_CUSTOMER.c.id == _KEY).values(name=sa.bindparam("called")),
    "assignment": sa.insert(AssignmentRow.__table__),
    "ledger": sa.update(_CREDIT).where(_CREDIT.c.customer_id == _KEY).values(used_minor=_CREDIT.c.used_minor + 100),
    "relation": sa.insert(RelationRow.__table__),
    "membership": sa.insert(MembershipRow.__table__),
}


class Backlog:
    """Draws changes of the people and customers there are."""

    def __init__(self, people: People) -> None:
        self._people, self._random = people, Random("backlog")

    async def write(self, database: Database, events: int) -> None:
        """Change so much, in transactions as an import makes them."""
        for _ in range(events // TOGETHER):
            kinds = self._random.choices(list(SHARES), list(SHARES.values()), k=TOGETHER)
            made = {kind: [self._make[kind]() for _ in range(kinds.count(kind))] for kind in sorted(set(kinds))}
            async with database.transaction() as session:
                for kind, changes in made.items():
                    await session.execute(STATEMENTS[kind], [change.values for change in changes])
                told = list(_shuffled(self._random, made.values()))
                await append(session, told, at=AT, actor="bench")

    @property
    def _make(self) -> dict[str, Callable[[], Made]]:
        return {
            "customer": self._renamed,
            "assignment": self._assigned,
            "ledger": self._owing,
            "relation": self._referred,
            "membership": self._placed,
        }

    def _renamed(self) -> Made:
        key = self._random.choice(self._people.customers)
        called = f"Fabrikam {self._random.randrange(10**6)}"
        told = {"fields": ["name"]}
        return Made({"key": key, "called": called}, Change(EventKind.CUSTOMER_UPDATED, "Customer", key, told))

    def _assigned(self) -> Made:
        key, staff = new_id(), self._random.choice(self._people.staff)
        customer = self._random.choice(self._people.customers)
        ends = {"customer_id": customer, "staff_id": staff, "role": AssignmentRole.BACKUP}
        told = {"customerId": str(customer), "staffId": str(staff)}
        row = {"id": key, **ends, "since": TODAY, "until": None, "recorded_at": AT}
        return Made(row, Change(EventKind.ASSIGNMENT_STARTED, "Assignment", key, told))

    def _owing(self) -> Made:
        customer = self._random.choice(self._people.customers)
        told = {"customerId": str(customer)}
        return Made({"key": customer}, Change(EventKind.LEDGER_ENTERED, "LedgerEntry", new_id(), told))

    def _referred(self) -> Made:
        key, (one, other) = new_id(), self._random.sample(self._people.customers, 2)
        row = {"id": key, "from_id": one, "to_id": other, "kind": RelationKind.REFERRED_BY}
        told = {"fromId": str(one), "toId": str(other)}
        change = Change(EventKind.RELATION_STARTED, "CustomerRelation", key, told)
        return Made({**row, "since": TODAY, "until": None}, change)

    def _placed(self) -> Made:
        key, person = new_id(), self._random.choice(self._people.staff)
        department = self._random.choice(self._people.departments)
        row = {"id": key, "staff_id": person, "department_id": department, "role": MembershipRole.MEMBER}
        told = {"staffId": str(person), "departmentId": str(department)}
        change = Change(EventKind.MEMBERSHIP_STARTED, "Membership", key, told)
        return Made({**row, "since": TODAY, "until": None}, change)


def _shuffled(random: Random, made: Iterable[Sequence[Made]]) -> Iterator[Change]:
    changes = [change.event for each in made for change in each]
    yield from random.sample(changes, len(changes))
