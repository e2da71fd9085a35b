"""Pages of the log, and the check that a reader's position still belongs to it."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from outbox.cursor import Position
from outbox.epoch import new_epoch
from outbox.event import EventKind, LogEventRow, LogMetaRow
from outbox.reader import CursorExpired, Resync, read_page, verify
from tests.factories import NOW
from tests.outbox.events import SOMEONE, change, settled, versions, write, write_versions

pytestmark = pytest.mark.anyio

ROW = uuid.UUID("0102030405060708090a0b0c0d0e0f10")
PLACE = Position("abcd1234", 20, ROW.bytes[:4])


@pytest.mark.parametrize("floor", [0, 1, 19])
def test_a_position_whose_row_is_the_same_is_good(floor):
    verify(PLACE, "abcd1234", floor, ROW)


@pytest.mark.parametrize("seen", [None, uuid.UUID(int=7)])
def test_another_row_or_none_where_the_position_was_is_another_log(seen):
    with pytest.raises(Resync, match="event 20"):
        verify(PLACE, "abcd1234", 0, seen)


def test_another_epoch_is_another_log_whatever_else_agrees():
    with pytest.raises(Resync, match="epoch"):
        verify(PLACE, "other123", 0, ROW)
    with pytest.raises(Resync, match="epoch"):
        verify(Position.beginning("abcd1234"), "other123", 0, None)


@pytest.mark.parametrize("floor", [20, 21])
def test_a_position_at_the_floor_or_below_it_has_expired(floor):
    with pytest.raises(CursorExpired, match=f"up to {floor}"):
        verify(PLACE, "abcd1234", floor, None)


def test_before_the_first_row_is_good_until_something_is_trimmed():
    verify(Position.beginning("abcd1234"), "abcd1234", 0, None)
    with pytest.raises(CursorExpired):
        verify(Position.beginning("abcd1234"), "abcd1234", 1, None)


async def test_a_page_has_what_comes_after_the_position_up_to_the_tail(database, reads, tail):
    start = tail.position
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)
    upto = tail.position
    await write_versions(database, 4)

    found = await read_page(reads, start, upto)

    assert versions(found) == [1, 2, 3]
    assert found[-1].position == upto
    assert versions(await read_page(reads, found[0].position, upto, limit=1)) == [2]
    assert await read_page(reads, upto, upto) == []
    told = found[0]
    assert (told.kind, told.aggregate_type, told.aggregate_id) == ("customer.updated", "Customer", SOMEONE)
    assert (told.data, told.at, told.actor) == ({"version": 1, "name": "张伟"}, NOW, "agent:7")


async def test_a_page_may_be_of_some_kinds_only(database, reads, tail):
    await write(database, change(1), change(2, kind=EventKind.TICKET_OPENED), change(3, kind=EventKind.TICKET_CHANGED))
    await settled(tail, database)

    async def of(*kinds: EventKind) -> list[int]:
        return versions(await read_page(reads, None, tail.position, kinds=kinds))

    assert await of(EventKind.TICKET_OPENED) == [2]
    assert await of(EventKind.TICKET_CHANGED, EventKind.CUSTOMER_UPDATED) == [1, 3]
    assert await of(EventKind.LEDGER_ENTERED) == []


async def test_a_reader_that_is_ahead_of_this_process_gets_nothing_and_no_error(database, reads, tail):
    behind = tail.position
    await write_versions(database, 1)
    await settled(tail, database)

    assert await read_page(reads, tail.position, behind) == []


async def test_a_position_of_another_epoch_or_row_is_refused_by_the_page(database, reads, tail):
    await write_versions(database, 1, 2)
    await settled(tail, database)
    here = tail.position

    for wrong in (replace(here, epoch="other123"), replace(here, uid=b"none"), replace(here, id=99)):
        with pytest.raises(Resync):
            await read_page(reads, wrong, here)
    await new_epoch(database)
    with pytest.raises(Resync):
        await read_page(reads, here, here)


async def test_a_tail_that_is_older_than_a_restore_is_refused_too(database, reads, tail):
    """The rows below its position may still be written to: what is read up to it would have gaps."""
    await write_versions(database, 1, 2)
    await settled(tail, database)
    first, *_ = await read_page(reads, None, tail.position)
    async with database.transaction() as session:
        await session.execute(sa.delete(LogEventRow).where(LogEventRow.id == 2))

    with pytest.raises(Resync):
        await read_page(reads, first.position, replace(first.position, id=2))


async def test_a_position_below_the_floor_has_expired_for_the_page(database, reads, tail):
    await write_versions(database, 1, 2, 3)
    await settled(tail, database)
    first, second, _ = await read_page(reads, None, tail.position)
    async with database.transaction() as session:
        await session.execute(sa.delete(LogEventRow).where(LogEventRow.id <= first.position.id))
        await session.execute(sa.update(LogMetaRow).values(floor=first.position.id))

    for gone in (Position.beginning(first.position.epoch), first.position):
        with pytest.raises(CursorExpired):
            await read_page(reads, gone, tail.position)
    assert versions(await read_page(reads, second.position, tail.position)) == [3]
    assert versions(await read_page(reads, None, tail.position)) == [2, 3]
