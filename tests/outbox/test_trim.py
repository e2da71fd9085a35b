"""Trimming: what is old goes in steps, the floor follows, the newest event stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from outbox.event import LogMetaRow
from outbox.log import append
from outbox.trim import Trimmed, trim
from tests.factories import NOW
from tests.outbox.events import change, logged, settled, write_versions

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def floor(database) -> int:
    async with database.snapshot() as connection:
        return await connection.scalar(sa.select(LogMetaRow.floor))


async def test_what_is_older_goes_and_the_floor_follows(database, tail):
    await write_versions(database, 1, 2, at=NOW - DAY)
    await write_versions(database, 3, at=NOW)
    await write_versions(database, 4, at=NOW - DAY)
    await write_versions(database, 5, at=NOW)
    await settled(tail, database)

    assert await trim(database, before=NOW, keep_from=tail.position.id) == Trimmed(2, 2)
    assert [row.id for row in await logged(database)] == [3, 4, 5], "what came after a younger event stays"
    assert await trim(database, before=NOW, keep_from=tail.position.id) == Trimmed(0, 2)


@pytest.mark.parametrize("step", [1, 3, 10, 11, 100])
async def test_the_newest_event_stays_whatever_its_age(database, tail, step):
    await write_versions(database, *range(11), at=NOW - DAY)
    await settled(tail, database)

    assert await trim(database, before=NOW, keep_from=tail.position.id, step=step) == Trimmed(10, 10)
    assert [row.id for row in await logged(database)] == [11]
    assert await floor(database) == 10


async def test_an_empty_log_is_trimmed_to_nothing(database, tail):
    assert await trim(database, before=NOW, keep_from=tail.position.id) == Trimmed(0, 0)


async def test_nothing_is_trimmed_beyond_an_open_writer(database, tail, on_postgresql):
    await write_versions(database, 1, 2, at=NOW - DAY)
    await settled(tail, database)
    async with database.transaction() as dawdling:
        await append(dawdling, [change(3)], at=NOW - DAY, actor="agent:7")
        await write_versions(database, 4, 5, at=NOW - DAY)

        await trim(database, before=NOW, keep_from=tail.position.id)

    assert [row.id for row in await logged(database)] == [2, 3, 4, 5]
    assert await floor(database) == 1
