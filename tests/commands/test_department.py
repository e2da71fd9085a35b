"""Creating, changing and moving departments."""

from __future__ import annotations

import asyncio
import datetime as dt
import random

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.department import (
    DepartmentChanges,
    DepartmentDraft,
    DepartmentMove,
    create_department,
    move_department,
    update_department,
)
from resolvers.problems import Refused
from store.department import DepartmentRow
from tests.commands.worlds import Office, parents
from tests.factories import NOW

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


def in_cycles(tree: dict) -> set:
    """The departments that are above themselves."""
    found = set()
    for start, parent_id in tree.items():
        seen, key = set(), parent_id
        while key is not None and key not in seen:
            seen.add(key)
            key = tree[key]
        if start in seen:
            found.add(start)
    return found


async def test_a_department_is_created_below_another(office: Office):
    world = office.world
    draft = DepartmentDraft("D-NEW", "Complaints desk", "Everything that\nwent wrong", world.service)
    row = await office.row(DepartmentRow, await office.do(create_department, draft, by=world.supervisor))
    assert (row.number, row.name, row.parent_id) == ("D-NEW", "Complaints desk", world.service)
    assert row.scope_of_work == "Everything that\nwent wrong"
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.data) == ("department.created", {"number": "D-NEW", "parentId": str(world.service)})


async def test_a_department_is_renamed(office: Office):
    world = office.world
    await office.do(update_department, DepartmentChanges(world.service, name="Help", version=1), now=LATER)
    row = await office.row(DepartmentRow, world.service)
    assert (row.name, row.parent_id, row.version, row.updated_at) == ("Help", world.head, 2, LATER)
    [event] = await office.rows(sa.select(LogEventRow))
    assert event.data == {"number": row.number, "version": 2, "fields": ["name"]}
    await office.do(update_department, DepartmentChanges(world.service, name="Help"), now=LATER)
    assert (await office.row(DepartmentRow, world.service)).version == 2


async def test_a_department_is_moved_with_all_below_it(office: Office):
    world = office.world
    await office.do(move_department, DepartmentMove(world.head, parent_id=world.other, version=1), now=LATER)
    tree = await parents(office)
    assert (tree[world.head], tree[world.service], tree[world.other]) == (world.other, world.head, None)
    [event] = await office.rows(sa.select(LogEventRow))
    number = (await office.row(DepartmentRow, world.head)).number
    assert event.kind == "department.moved"
    assert event.data == {"number": number, "version": 2, "from": None, "to": str(world.other)}


async def test_a_department_is_moved_to_the_top(office: Office):
    await office.do(move_department, DepartmentMove(office.world.service))
    assert (await parents(office))[office.world.service] is None


async def test_a_move_to_where_it_is_leaves_no_trace(office: Office):
    await office.do(move_department, DepartmentMove(office.world.service, parent_id=office.world.head))
    assert (await office.row(DepartmentRow, office.world.service)).version == 1
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_a_cycle_that_is_there_already_does_not_hang(office: Office):
    world = office.world
    async with office.database.transaction() as session:
        await session.execute(
            sa.update(DepartmentRow).where(DepartmentRow.id == world.head).values(parent_id=world.service)
        )
    await office.do(move_department, DepartmentMove(world.other, parent_id=world.service))
    assert (await parents(office))[world.other] == world.service


async def test_moves_at_once_never_close_a_cycle(office: Office):
    rounds, size = (20, 50) if office.database.engine.dialect.name == "postgresql" else (3, 20)
    dice = random.Random(360)
    drafts = [DepartmentDraft(f"D-{n}", f"Department {n}") for n in range(6)]
    keys = [await office.do(create_department, draft) for draft in drafts]
    for _ in range(rounds):
        pairs = [dice.sample(keys, 2) for _ in range(size)]
        moves = (DepartmentMove(one, parent_id=other) for one, other in pairs)
        results = await asyncio.gather(*(office.do(move_department, move) for move in moves), return_exceptions=True)
        refused = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(one, Refused) for one in refused)
        assert {p.code for one in refused for p in one.problems} <= {"CYCLE"}
        assert in_cycles(await parents(office)) == set()


async def test_of_two_moves_below_what_the_other_takes_along_one_is_refused(office: Office):
    """The moves name four departments, none of them twice: only a lock of the whole tree tells that they meet."""
    keys = []
    for n in range(40):
        above = keys[-1] if n % 2 else None
        keys.append(await office.do(create_department, DepartmentDraft(f"D-{n}", "One", parent_id=above)))
    pairs = [keys[n : n + 4] for n in range(0, 40, 4)]
    moves = [move for a, b, c, d in pairs for move in (DepartmentMove(a, parent_id=d), DepartmentMove(c, parent_id=b))]
    results = await asyncio.gather(*(office.do(move_department, move) for move in moves), return_exceptions=True)
    refused = [[isinstance(result, Refused) for result in results[n : n + 2]] for n in range(0, 20, 2)]
    assert all(sum(pair) == 1 for pair in refused)
    assert in_cycles(await parents(office)) == set()


async def test_of_two_moves_against_each_other_one_is_refused(office: Office):
    pairs = [(DepartmentDraft(f"A-{n}", "A"), DepartmentDraft(f"B-{n}", "B")) for n in range(10)]
    keys = [[await office.do(create_department, draft) for draft in pair] for pair in pairs]
    moves = [DepartmentMove(one, parent_id=other) for pair in keys for one, other in (pair, pair[::-1])]
    results = await asyncio.gather(*(office.do(move_department, move) for move in moves), return_exceptions=True)
    refused = [[isinstance(result, Refused) for result in results[n : n + 2]] for n in range(0, 20, 2)]
    assert all(sum(pair) == 1 for pair in refused)
