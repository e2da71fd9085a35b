"""The contract of the port: every adapter answers as plain Python does, for any network, reach, day and keys."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.port import Graph, Party, PartyKind
from graph.reach import EVERYTHING, Reach, ReachKind
from tests.graph.adapters import open_graph
from tests.graph.naive import Naive
from tests.graph.worlds import DAYS, NOBODY, World, ids, worlds

pytestmark = pytest.mark.timeout(900)  # a Neo4j that has just started takes its time

EXAMPLES = {"sqlite": 60, "postgresql": 40, "neo4j": 40}


@st.composite
def reaches(draw: st.DrawFn, world: World) -> Reach:
    """Any reach over a network."""
    kind = draw(st.sampled_from(ReachKind))
    rows = {
        ReachKind.CUSTOMERS: world.customers,
        ReachKind.DEPARTMENTS: world.departments,
        ReachKind.SERVED: world.staff,
    }
    some = draw(st.sets(st.sampled_from([NOBODY, *ids(rows.get(kind, ()))])))
    directory = True if kind in {ReachKind.DEPARTMENTS, ReachKind.SERVED} else draw(st.booleans())
    return Reach(kind, frozenset(some), draw(st.sampled_from(DAYS)), directory=directory)


@st.composite
def questions(draw: st.DrawFn) -> tuple[World, dt.date, Reach]:
    """A network, a day, and a reach."""
    world = draw(worlds())
    return world, draw(st.sampled_from(DAYS)), draw(reaches(world))


def keys(rows: Sequence[Any]) -> list[uuid.UUID]:
    """The ids of rows, some of them twice, and one of nothing."""
    return [NOBODY, *ids(rows), *ids(rows)[:2]]


async def agree(graph: Graph, world: World, day: dt.date, reach: Reach) -> None:
    """Compare every answer with the plain one, for all keys at once."""
    naive, seen = Naive(world, day), Naive(world, day, reach)
    departments, staff, customers = keys(world.departments), keys(world.staff), keys(world.customers)
    for found, expected in (
        (await graph.subtree_by_department(departments), map(naive.subtree, departments)),
        (await graph.ancestors_by_department(departments), map(naive.ancestors, departments)),
        (await graph.escalation_by_department(departments, day), map(naive.escalation, departments)),
        (await graph.escalation_by_staff(staff, day), map(naive.escalation_of, staff)),
        (await graph.orphans_by_staff(staff, day, reach), map(seen.orphans, staff)),
        (await graph.successors_by_staff(staff, day), map(naive.successors, staff)),
        (await graph.group_by_customer(customers, day, reach), map(seen.group, customers)),
        (await graph.neighbourhood_by_customer(customers, day, reach), map(seen.neighbourhood, customers)),
        (await graph.influence_by_customer(customers, day, reach), map(seen.influence, customers)),
        (await graph.referrers_by_department(departments, 2, reach), (seen.referrers(d, 2) for d in departments)),
        (await graph.serving_by_customer(customers, day, reach), (seen.serving(customer=c) for c in customers)),
        (await graph.serving_by_staff(staff, day, reach), (seen.serving(staff=s) for s in staff)),
    ):
        assert list(found) == list(expected)
    pairs = some_pairs(world)
    assert list(await graph.path_by_pair(pairs, day, reach)) == [seen.path(*pair) for pair in pairs]


def some_pairs(world: World) -> list[tuple[Party, Party]]:
    """Pairs of parties of all kinds, some of them twice, of one with itself, and with nothing."""
    parties = [Party(PartyKind.CUSTOMER, key) for key in (*ids(world.customers), NOBODY)]
    parties += [Party(PartyKind.STAFF, key) for key in ids(world.staff)]
    parties += [Party(PartyKind.DEPARTMENT, key) for key in ids(world.departments)]
    pairs = [(one, other) for one in parties for other in parties[::3]]
    return [*pairs, *pairs[:2], *((one, one) for one in parties)]


@pytest.mark.no_cover  # hundreds of networks: counting their lines doubles the time
def test_every_answer_is_the_plain_one(adapter: str, record: Callable[[], str]):
    @settings(
        max_examples=EXAMPLES[adapter],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        print_blob=True,
    )
    @given(questions())
    def check(question: tuple[World, dt.date, Reach]) -> None:
        async def ask(url: str) -> None:
            world, day, reach = question
            async with open_graph(adapter, url, world) as graph:
                await agree(graph, world, day, reach)

        asyncio.run(ask(record()))

    check()


def test_nothing_is_asked_of_nothing(adapter: str, record: Callable[[], str]):
    async def ask(url: str) -> None:
        empty = World((), (), (), (), (), (), ())
        async with open_graph(adapter, url, empty) as graph:
            assert await graph.subtree_by_department([]) == []
            assert await graph.path_by_pair([], DAYS[0], EVERYTHING) == []
            assert await graph.group_by_customer([NOBODY], DAYS[0], EVERYTHING) == [None]

    asyncio.run(ask(record()))
