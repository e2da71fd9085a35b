"""What a supervisor reaches is one set of departments, whichever store says so, wherever departments were moved to."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.neo4j import Neo4jGraph
from graph.port import Graph
from graph.relational import RelationalGraph
from resolvers.commands import run
from resolvers.department import DepartmentMove, move_department
from resolvers.problems import Refused
from resolvers.staff_reach import LEADING, staff_reach
from store.session import Database
from store.staff import StaffStatus
from tests import stores
from tests.factories import NOW, TODAY
from tests.graph.adapters import open_copy, open_projector, open_reading
from tests.graph.changing import MANAGER
from tests.graph.naive import Naive
from tests.graph.test_projection import caught_up, running
from tests.graph.worlds import World, fill, ids, worlds

EXAMPLES = {"sqlite": 40, "postgresql": 30, "neo4j": 15}

Move = tuple[uuid.UUID, uuid.UUID | None]


@st.composite
def moved_worlds(draw: st.DrawFn) -> tuple[World, list[Move]]:
    """A network, and moves of its departments: some of them would make a cycle."""
    world = draw(worlds().filter(lambda one: one.departments and one.staff))
    keys = st.sampled_from(ids(world.departments))
    return world, draw(st.lists(st.tuples(keys, st.one_of(st.none(), keys)), max_size=6))


async def move_all(database: Database, moves: Sequence[Move]) -> None:
    for one, other in moves:
        with contextlib.suppress(Refused):
            await run(database, MANAGER, NOW, move_department, DepartmentMove(one, parent_id=other))


async def agree(graph: Graph, reads: Any, world: World) -> None:
    """Compare what sign-in computes with what the graph says lies below the departments that each person leads."""
    naive = Naive(world, TODAY)
    for person in world.staff:
        places = [m for m in world.memberships if m.staff_id == person.id and naive.holds(m)]
        led = [m.department_id for m in places if m.role in LEADING]
        below = await graph.subtree_by_department(led)
        expected = {m.department_id for m in places} | {one.department_id for tree in below for one in tree}
        reach = await staff_reach(reads, person.number, NOW)
        assert (reach is None) == (person.status is StaffStatus.LEFT or not naive.works(person))
        assert reach is None or reach.subtree == expected


async def check(adapter: str, url: str, world: World, moves: Sequence[Move]) -> None:
    async with stores.opened(url) as database:
        await fill(database, world)
        if adapter != "neo4j":
            await move_all(database, moves)
            async with open_reading(url) as reads:
                await agree(RelationalGraph(reads), reads, world)
            return
    async with open_copy() as bolt, open_projector(url, bolt) as projector:
        await projector.rebuild()
        async with running(projector):
            await move_all(projector.database, moves)
            await caught_up(projector)
            await agree(Neo4jGraph(bolt, projector.reads), projector.reads, world)


@pytest.mark.no_cover  # hundreds of networks: counting their lines doubles the time
def test_a_subtree_is_the_same_in_both_stores(adapter: str, record: Callable[[], str]):
    @settings(
        max_examples=EXAMPLES[adapter],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(moved_worlds())
    def agreeing(question: tuple[World, list[Move]]) -> None:
        asyncio.run(check(adapter, record(), *question))

    agreeing()
