"""What holds of every handover, in random worlds: nothing is orphaned, nobody doubled, and the past stays as it was."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.problems import Refused
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.ticket import ENDED, TicketRow, TicketStatus
from tests.commands.handover.desk import BACKUP, OWNER, Desk
from tests.commands.probes import contents
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

PEOPLE = ("giver", "taker", "third")
DAYS = range(-12, 30)


@dataclass(frozen=True)
class Stretch:
    """So many days in which a customer has this owner and these backups."""

    length: int
    owner: str | None
    backups: frozenset[str]


@dataclass(frozen=True)
class Case:
    """A ticket: its state, who works on it, who was asked first."""

    status: TicketStatus
    assignee: str | None
    first_responder: str | None


SOMEONE = st.none() | st.sampled_from(PEOPLE)
STRETCHES = st.builds(Stretch, st.integers(1, 8), SOMEONE, st.frozensets(st.sampled_from(PEOPLE)))
CASES = st.builds(Case, st.sampled_from(TicketStatus), SOMEONE, SOMEONE)
CUSTOMERS = st.lists(
    st.tuples(st.lists(STRETCHES, max_size=4), st.booleans(), st.lists(CASES, max_size=3)), min_size=1, max_size=3
)

Roles = dict[tuple[Any, Any, int], str]
"""What a person is to a customer on a day."""


async def _build(desk: Desk, customers: list[Any]) -> None:
    """Write it: stretches one after the other from ten days ago, the last one perhaps with no end."""
    for stretches, lasts, cases in customers:
        customer = await desk.customer()
        since = -10
        for number, stretch in enumerate(stretches, start=1):
            until = None if lasts and number == len(stretches) else since + stretch.length
            if stretch.owner:
                await desk.serves(getattr(desk, stretch.owner), customer, OWNER, since, until)
            for name in stretch.backups - {stretch.owner}:
                await desk.serves(getattr(desk, name), customer, BACKUP, since, until)
            since += stretch.length
        for case in cases:
            await _open(desk, customer, case)


async def _open(desk: Desk, customer: CustomerRow, case: Case) -> None:
    def key(name: str | None) -> object:
        return None if name is None else getattr(desk, name).id

    resolved = NOW if case.status in ENDED else None
    who = {"assignee_id": key(case.assignee), "first_responder_id": key(case.first_responder)}
    await desk.ticket(customer, status=case.status, resolved_at=resolved, **who)


async def _roles(desk: Desk) -> Roles:
    """Who is what to whom on each day. Nobody is two things to a customer on one day, and nobody is it twice."""
    people = {desk.giver.id, desk.taker.id, desk.third.id}
    found: Roles = {}
    for row in await desk.rows(sa.select(AssignmentRow).where(AssignmentRow.staff_id.in_(people))):
        for day in DAYS:
            date = TODAY + dt.timedelta(days=day)
            if row.since <= date and (row.until is None or date < row.until):
                key = row.customer_id, row.staff_id, day
                assert key not in found, "twice"
                found[key] = row.role
    return found


def _wanted(desk: Desk, before: Roles, first: int) -> Roles:
    """From the day on the successor is to each customer the most that either of the two was."""
    wanted = dict(before)
    for (customer, person, day), role in before.items():
        if day >= first and person == desk.giver.id:
            del wanted[customer, person, day]
            key = customer, desk.taker.id, day
            wanted[key] = OWNER if OWNER in (role, before.get(key)) else BACKUP
    return wanted


async def _tickets(desk: Desk) -> dict[Any, TicketRow]:
    people = [desk.giver.id, desk.taker.id, desk.third.id]
    row = TicketRow
    mine = sa.or_(row.assignee_id.in_(people), row.first_responder_id.in_(people))
    return {one.id: one for one in await desk.rows(sa.select(row).where(mine))}


def _follows(desk: Desk, before: TicketRow, after: TicketRow) -> bool:
    """Open tickets go on with the successor where it was the giver, and nothing else of them changes."""

    def heir(key: object) -> object:
        return desk.taker.id if key == desk.giver.id and before.status not in ENDED else key

    people = (after.assignee_id, after.first_responder_id)
    moved = desk.giver.id in (before.assignee_id, before.first_responder_id) and before.status not in ENDED
    same = (after.status, after.customer_id, after.version - moved) == (
        before.status,
        before.customer_id,
        before.version,
    )
    return same and people == (heir(before.assignee_id), heir(before.first_responder_id))


async def _proposed(desk: Desk, day: dt.date) -> uuid.UUID | None:
    """A proposal of everything; none where there is nothing to hand over."""
    try:
        return await desk.propose(effective_on=day)
    except Refused as refused:
        if [problem.code for problem in refused.problems] == ["NOTHING_OWNED"]:
            return None
        raise


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CUSTOMERS, st.integers(0, 6), st.integers(0, 5))
async def test_nothing_is_orphaned_and_the_past_stays(database, customers, ahead, late):
    desk = await Desk.opened(database)
    await _build(desk, customers)
    roles, tickets = await _roles(desk), await _tickets(desk)
    first = ahead + late
    key = await _proposed(desk, TODAY + dt.timedelta(days=ahead))
    if key is None:
        assert _wanted(desk, roles, ahead) == roles
        assert all(_follows(desk, one, one) for one in tickets.values())
        return

    await desk.accept(key)
    if ahead:
        await desk.execute(key, now=NOW + dt.timedelta(days=first))

    executed = first if ahead else 0
    assert await _roles(desk) == _wanted(desk, roles, executed)
    after = await _tickets(desk)
    assert after.keys() == tickets.keys()
    assert all(_follows(desk, tickets[one], after[one]) for one in tickets)
    await _is_final(desk, key, NOW + dt.timedelta(days=executed))


async def _is_final(desk: Desk, key: Any, now: dt.datetime) -> None:
    """A second execution changes nothing, and the giver has nothing left to hand over."""
    before = await contents(desk.database)
    with pytest.raises(Refused, match="BAD_MOVE"):
        await desk.execute(key, now=now)
    assert await contents(desk.database) == before
    with pytest.raises(Refused, match="NOTHING_OWNED"):
        await desk.propose(effective_on=now.date())
