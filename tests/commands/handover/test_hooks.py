"""A new kind of thing that people have is one hook more: listed, handed over with the rest, and missed if it stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from resolvers.commands import Unit
from resolvers.handover import registry
from resolvers.handover.passing import Hook, Owned, Passing
from resolvers.problems import Refused
from store.handover import HandoverItemKind, HandoverItemRole
from store.interaction import HandlingState, InteractionRow
from tests.commands.handover.desk import Desk
from tests.commands.probes import contents
from tests.factories.interaction import add_interaction

pytestmark = pytest.mark.anyio


async def _unfinished(unit: Unit, passing: Passing) -> Sequence[Owned]:
    """Journal entries on which the person is still at work, as a later feature would list them."""
    row = InteractionRow
    mine = sa.select(row).where(
        row.staff_id == passing.from_id, row.state == HandlingState.IN_PROGRESS, passing.covers(row.customer_id)
    )
    kind, role = HandoverItemKind.CONTACT, HandoverItemRole.LIAISON
    return [Owned(kind, role, one.id, one.subject, one.customer_id) for one in await unit.session.scalars(mine)]


async def _pass_on(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
    keys = [thing.subject_id for thing in things]
    moved = sa.update(InteractionRow).where(InteractionRow.id.in_(keys)).values(staff_id=passing.to_id)
    await unit.session.execute(moved)


async def _keep(unit: Unit, passing: Passing, things: Sequence[Owned]) -> None:
    """Hand nothing over, as a hook with a mistake would."""


async def _entry(desk: Desk) -> InteractionRow:
    customer = await desk.owned()
    await desk.ticket(customer)
    async with desk.database.transaction() as session:
        return await add_interaction(session, customer, staff_id=desk.giver.id, state=HandlingState.IN_PROGRESS)


async def test_a_kind_that_is_registered_is_handed_over_with_the_rest(desk: Desk, monkeypatch):
    monkeypatch.setattr(registry, "HOOKS", [*registry.HOOKS, Hook(_unfinished, _pass_on, events=0)])
    entry = await _entry(desk)
    key = await desk.hand_over()
    assert ("CONTACT", "LIAISON", entry.id, "HANDED_OVER") in await desk.items(key)
    [now] = await desk.rows(sa.select(InteractionRow))
    assert now.staff_id == desk.taker.id


async def test_what_would_be_left_with_nobody_stops_the_whole_handover(desk: Desk, monkeypatch):
    monkeypatch.setattr(registry, "HOOKS", [*registry.HOOKS, Hook(_unfinished, _keep, events=0)])
    entry = await _entry(desk)
    key = await desk.propose()
    before = await contents(desk.database)
    with pytest.raises(Refused, match=f"ORPHANED id: 1 things would be left, such as CONTACT {entry.subject}"):
        await desk.accept(key)
    assert await contents(desk.database) == before
