"""Many people move departments at once: there is never a cycle, in the record or in its copy."""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Mapping

import pytest
import sqlalchemy as sa

from graph.projection import Projector
from resolvers.commands import run
from resolvers.department import DepartmentMove, move_department
from resolvers.problems import Refused
from store.department import DepartmentRow
from store.session import Database
from tests.factories import NOW
from tests.factories.department import add_department
from tests.graph.adapters import open_copy, open_projector
from tests.graph.changing import MANAGER
from tests.graph.test_projection import caught_up, is_true, running
from tests.neo4j_server import is_here

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is"),
]

DEPARTMENTS = 12
MOVES = {"postgresql": 50, "sqlite": 20}  # SQLite lets one write after the other, and the last waits for all
ROUNDS = {"postgresql": 20, "sqlite": 5}
CYCLE = "MATCH (one:Department)-[:CHILD_OF*1..20]->(one) RETURN one.id AS id LIMIT 1"


@pytest.fixture
async def projector(store_url: str) -> AsyncIterator[Projector]:
    async with open_copy() as bolt, open_projector(store_url, bolt) as opened:
        yield opened


async def move(database: Database, one: uuid.UUID, other: uuid.UUID) -> None:
    with contextlib.suppress(Refused):  # it would have closed a cycle
        await run(database, MANAGER, NOW, move_department, DepartmentMove(one, parent_id=other))


async def copy_has_cycle(projector: Projector) -> bool:
    """Whether a cycle stays. Neo4j reads what is committed as it goes: a move meanwhile may look like one."""
    for _ in range(3):
        if not await projector.bolt.read(CYCLE, {}):
            return False
        await asyncio.sleep(1)
    return True


async def has_cycle(database: Database) -> bool:
    async with database.snapshot() as connection:
        parents = dict(iter(await connection.execute(sa.select(DepartmentRow.id, DepartmentRow.parent_id))))
    return any(_leads_back(parents, one) for one in parents)


def _leads_back(parents: Mapping[uuid.UUID, uuid.UUID | None], one: uuid.UUID) -> bool:
    """Whether the way up from a department has no end."""
    at: uuid.UUID | None = one
    for _ in range(len(parents)):
        at = None if at is None else parents[at]
    return at is not None


async def test_fifty_moves_at_once_make_no_cycle(projector: Projector, template):
    chance, database = random.Random(3), projector.database
    async with database.transaction() as session:
        keys = [(await add_department(session)).id for _ in range(DEPARTMENTS)]
    async with running(projector):
        for _ in range(ROUNDS[template.kind]):
            await asyncio.gather(*(move(database, *chance.sample(keys, 2)) for _ in range(MOVES[template.kind])))
            assert not await has_cycle(database)
            assert not await copy_has_cycle(projector)
        await caught_up(projector)
        assert await is_true(projector)
