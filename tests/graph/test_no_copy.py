"""Before there is a first copy Neo4j does not answer: an empty network would be a lie."""

from __future__ import annotations

import uuid

import pytest

from graph.neo4j import Neo4jGraph
from graph.port import GraphUnavailable, Party, PartyKind
from graph.projecting import generations
from graph.reach import EVERYTHING
from store.session import Database
from tests.factories import NOW, TODAY
from tests.factories.department import add_department
from tests.graph.adapters import open_copy, open_projector
from tests.neo4j_server import is_here

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is")]


async def test_without_a_copy_nothing_is_answered(database: Database, store_url: str):
    async with database.transaction() as session:
        top = (await add_department(session)).id
    party = Party(PartyKind.DEPARTMENT, top)
    async with open_copy() as bolt, open_projector(store_url, bolt) as projector:
        await generations.prepare(bolt)
        graph = Neo4jGraph(bolt, projector.reads)
        for question in (
            lambda: graph.subtree_by_department([top]),
            lambda: graph.orphans_by_staff([uuid.uuid4()], TODAY, EVERYTHING),
            lambda: graph.path_by_pair([(party, party)], TODAY, EVERYTHING),
            lambda: graph.group_by_customer([uuid.uuid4()], TODAY, EVERYTHING),
        ):
            with pytest.raises(GraphUnavailable, match="there is no copy of the network yet"):
                await question()
        assert (await graph.status(NOW)).generation is None

        await projector.rebuild()

        assert [placed.department_id for placed in (await graph.subtree_by_department([top]))[0]] == [top]
        assert list(await graph.orphans_by_staff([uuid.uuid4()], TODAY, EVERYTHING)) == [()]
