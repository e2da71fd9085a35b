"""Commands of all kinds at once: none fails for a reason of ours, and everything adds up afterwards."""

from __future__ import annotations

import asyncio
import random

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.actions import Action
from resolvers.problems import Refused
from tests.commands.probes import contents
from tests.commands.valid import COMMANDS, VALID
from tests.commands.worlds import Office
from tests.factories import settled

pytestmark = pytest.mark.anyio


async def settle(office: Office) -> None:
    async with office.database.transaction() as session:
        await settled(session)


async def test_many_commands_at_once_leave_a_world_that_adds_up(office: Office):
    actions = [action for action in Action for _ in range(5)]
    random.Random(360).shuffle(actions)
    world = office.world
    await settle(office)
    results = await asyncio.gather(
        *(office.do(COMMANDS[action], VALID[action](world)) for action in actions), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(result, Refused) for result in refused), refused
    assert {problem.code.value for result in refused for problem in result.problems} <= {
        "ALREADY_ENDED",
        "ALREADY_RUNS",
        "BAD_MOVE",
        "DEPARTMENT_CLOSED",
        "DUPLICATE_CODE",
        "DUPLICATE_NUMBER",
        "NOT_FOUND",
        "OVERLAP",
    }
    before = await contents(office.database)
    await settle(office)
    assert await contents(office.database) == before
    assert len(await office.rows(sa.select(LogEventRow))) >= len(Action)
