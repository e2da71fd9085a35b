"""Groups of customers: one parent at a time, and never a cycle."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import random
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbox.event import LogEventRow
from resolvers.corporate_group import GroupEntry, GroupExit, join_group, leave_group
from resolvers.problems import Refused
from store.relation import RelationKind, RelationRow
from tests.commands.places import day
from tests.commands.worlds import Office
from tests.factories import TODAY
from tests.factories.customer import add_crowd

pytestmark = pytest.mark.anyio

Link = tuple[uuid.UUID, uuid.UUID, dt.date, dt.date | None]


async def links(office: Office) -> list[Link]:
    """(customer, parent, since, until) of all that belong to a group, empty periods left out."""
    rows = await office.rows(sa.select(RelationRow).where(RelationRow.kind == RelationKind.SUBSIDIARY_OF))
    return [(r.from_id, r.to_id, r.since, r.until) for r in rows if r.until is None or r.since < r.until]


def parents_on(found: list[Link], when: dt.date) -> list[tuple[uuid.UUID, uuid.UUID]]:
    return [(a, b) for a, b, since, until in found if since <= when and (until is None or until > when)]


def is_forest(found: list[Link], when: dt.date) -> bool:
    """Whether on a day nobody has two parents, and nobody stands above itself."""
    pairs = parents_on(found, when)
    above = dict(pairs)
    if len(above) != len(pairs):
        return False
    for start, key in above.items():
        for _ in pairs:
            if key == start:
                return False
            key = above.get(key, key)  # noqa: PLW2901  # upwards, one step at a time
    return True


async def customers(office: Office, size: int) -> list[uuid.UUID]:
    async with office.database.transaction() as session:
        return await add_crowd(session, office.world.service, size)


async def refusal(office: Office, command, draft) -> str:
    with pytest.raises(Refused) as refused:
        await office.do(command, draft)
    return refused.value.problems[0].code


async def test_a_customer_joins_a_group(office: Office):
    world = office.world
    assert await office.do(join_group, GroupEntry(world.own, world.neighbour), by=world.supervisor) == world.own
    assert (world.own, world.neighbour, TODAY, None) in await links(office)
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.aggregate_type) == ("relation.started", "CustomerRelation")
    ends = {"fromId": str(world.own), "toId": str(world.neighbour), "kind": "SUBSIDIARY_OF"}
    assert event.data == {**ends, "since": str(TODAY), "until": None}


async def test_a_second_parent_replaces_the_first_where_that_is_wanted(office: Office):
    world = office.world
    draft = GroupEntry(world.foreign, world.own, since=day(3))
    assert await refusal(office, join_group, draft) == "OVERLAP"
    await office.do(join_group, GroupEntry(world.foreign, world.own, since=day(3), replace=True))
    assert set(await links(office)) == {
        (world.foreign, world.neighbour, dt.date(2025, 1, 1), day(3)),
        (world.foreign, world.own, day(3), None),
    }
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert [event.kind for event in events] == ["relation.ended", "relation.started"]


async def test_a_parent_of_later_is_never_replaced(office: Office):
    world = office.world
    await office.do(join_group, GroupEntry(world.own, world.neighbour, since=day(9)))
    assert await refusal(office, join_group, GroupEntry(world.own, world.foreign, replace=True)) == "OVERLAP"


async def test_a_customer_leaves_its_group(office: Office):
    world = office.world
    assert await office.do(leave_group, GroupExit(world.foreign, day(2))) == world.foreign
    assert await links(office) == [(world.foreign, world.neighbour, dt.date(2025, 1, 1), day(2))]
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.data["until"]) == ("relation.ended", str(day(2)))
    await office.do(join_group, GroupEntry(world.foreign, world.own, since=day(2)))


async def test_a_cycle_is_found_at_any_depth(office: Office):
    keys = await customers(office, 40)
    for lower, upper in itertools.pairwise(keys):
        await office.do(join_group, GroupEntry(lower, upper))
    assert await refusal(office, join_group, GroupEntry(keys[-1], keys[0])) == "CYCLE"
    assert await refusal(office, join_group, GroupEntry(keys[-1], keys[-1])) == "CYCLE"


async def test_what_has_ended_by_then_closes_no_cycle(office: Office):
    world = office.world
    await office.do(leave_group, GroupExit(world.foreign, day(5)))
    assert await refusal(office, join_group, GroupEntry(world.neighbour, world.foreign, since=day(4))) == "CYCLE"
    await office.do(join_group, GroupEntry(world.neighbour, world.foreign, since=day(5)))


async def test_links_that_hold_at_different_times_close_no_cycle(office: Office):
    first, second, third = await customers(office, 3)
    await office.do(join_group, GroupEntry(second, third, since=day(0)))
    await office.do(leave_group, GroupExit(second, day(5)))
    await office.do(join_group, GroupEntry(third, first, since=day(5)))
    await office.do(join_group, GroupEntry(first, second, since=day(0)))
    found = await links(office)
    assert all(is_forest(found, day(n)) for n in range(-1, 8))


async def test_a_cycle_that_is_there_already_does_not_hang(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        back = {
            "from_id": world.neighbour,
            "to_id": world.foreign,
            "kind": RelationKind.SUBSIDIARY_OF,
            "since": day(-9),
        }
        session.add(RelationRow(**back))
    await office.do(join_group, GroupEntry(world.own, world.foreign))


MOVES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-3, 3), st.booleans()),
        st.tuples(st.integers(0, 4), st.integers(-3, 3)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
async def test_groups_make_a_forest_on_every_day_and_only_cycles_are_called_so(office, moves):
    keys = await customers(office, 5)
    mine = set(keys)
    for move in moves:
        before = [link for link in await links(office) if link[0] in mine]
        try:
            if len(move) == 4:
                draft = GroupEntry(keys[move[0]], keys[move[1]], day(move[2]), replace=move[3])
                await office.do(join_group, draft)
            else:
                await office.do(leave_group, GroupExit(keys[move[0]], day(move[1])))
        except Refused as refused:
            if refused.problems[0].code == "CYCLE":
                assert not any(a == b for a, b, *_ in before)
                assert _would_close(before, draft)
        found = [link for link in await links(office) if link[0] in mine]
        assert all(is_forest(found, day(n)) for n in range(-5, 6))


def _would_close(before: list[Link], draft: GroupEntry) -> bool:
    """Whether the entry, what it replaces taken out, makes something else than a forest on some day."""
    kept = [
        (a, b, since, min(until or draft.since, draft.since)) for a, b, since, until in before if a == draft.customer_id
    ]
    others = [link for link in before if link[0] != draft.customer_id]
    after = [*others, *kept, (draft.customer_id, draft.parent_id, draft.since, None)]
    return not all(is_forest(after, day(n)) for n in range(-5, 6))


async def test_joins_at_once_never_close_a_cycle(office: Office):
    rounds, size = (20, 50) if office.database.engine.dialect.name == "postgresql" else (3, 15)
    dice = random.Random(360)
    keys = await customers(office, 8)
    for _ in range(rounds):
        drafts = [GroupEntry(*dice.sample(keys, 2), day(0), replace=True) for _ in range(size)]
        results = await asyncio.gather(*(office.do(join_group, draft) for draft in drafts), return_exceptions=True)
        refused = [result for result in results if isinstance(result, BaseException)]
        assert {p.code for one in refused for p in getattr(one, "problems", [one])} <= {"CYCLE", "OVERLAP"}
        assert len(refused) < size
        assert is_forest(await links(office), TODAY)
        for key in keys:
            with_parent = any(link[0] == key and link[3] is None for link in await links(office))
            if with_parent and dice.random() < 0.5:
                await office.do(leave_group, GroupExit(key))


async def test_of_two_that_join_each_other_one_is_refused(office: Office):
    keys = await customers(office, 20)
    pairs = [keys[n : n + 2] for n in range(0, 20, 2)]
    drafts = [GroupEntry(one, other) for pair in pairs for one, other in (pair, pair[::-1])]
    results = await asyncio.gather(*(office.do(join_group, draft) for draft in drafts), return_exceptions=True)
    refused = [[isinstance(result, Refused) for result in results[n : n + 2]] for n in range(0, 20, 2)]
    assert all(sum(pair) == 1 for pair in refused)
