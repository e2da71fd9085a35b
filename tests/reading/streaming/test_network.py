"""The network below what the event log tells: in pages, and in a stream that goes on when it cannot be asked."""

from __future__ import annotations

import pytest

from tests.reading.streaming.asking import PAGE, STREAM, Following
from tests.reading.traversing.graphs import Unavailable

pytestmark = pytest.mark.anyio

UPDATE = """cursor kind ticket {
  number department { subtree(first: 5) { depth department { name } } }
  customer { influence { reached } neighbourhood(first: 5) { depth party { __typename id } } }
}"""


async def test_pages_of_the_log_lead_into_the_network(following: Following):
    world = following.office.world
    for _ in range(3):
        await following.open(world.own)

    answer = await following.ask(text=PAGE % UPDATE)

    assert "errors" not in answer
    told = [edge["node"]["ticket"] for edge in answer["data"]["events"]["edges"]]
    assert len(told) == 3
    near = {"depth": 1, "party": {"__typename": "Staff", "id": f"Staff:{world.agent_id}"}}
    assert all(near in ticket["customer"]["neighbourhood"] for ticket in told)
    assert told[0]["customer"]["influence"] == {"reached": 0}


async def test_a_stream_leads_into_the_network_and_goes_on_when_that_is_down(following: Following):
    world = following.office.world
    async with following.following(text=STREAM % UPDATE) as follower:
        await follower.update()
        await following.open(world.own)
        (first,) = await follower.updates(1)
        assert first["ticket"]["customer"]["neighbourhood"]

        following.graph = Unavailable()
        await following.open(world.own)
        lost = await follower.next()
        while lost["data"]["ticketUpdates"]["kind"] == "BOOKMARK":
            lost = await follower.next()
        customer = lost["data"]["ticketUpdates"]["ticket"]["customer"]
        assert customer == {"influence": None, "neighbourhood": None}
        assert {error["extensions"]["code"] for error in lost["errors"]} == {"GRAPH_UNAVAILABLE"}

        following.graph = None
        await following.open(world.own)
        (again,) = await follower.updates(1)
        assert again["ticket"]["customer"]["neighbourhood"]
