"""`events`: what happened to tickets, by pages, from a cursor on."""

from __future__ import annotations

import pytest

from store.ticket import Severity, TicketStatus
from tests.reading.streaming.asking import Following, customer, ticket, tickets

pytestmark = pytest.mark.anyio


async def test_a_page_tells_what_happened_in_order(following: Following):
    world = following.office.world
    opened = await following.open(world.own)
    await following.move(opened)
    await following.reply(opened)

    page = await following.page()

    first, second, third = [edge["node"] for edge in page["edges"]]
    assert (first["kind"], first["what"], first["version"]) == ("OPENED", None, None)
    assert (second["kind"], second["what"], second["version"]) == ("CHANGED", "ACKNOWLEDGED", 2)
    assert (second["fromStatus"], second["toStatus"]) == ("NEW", "ACKNOWLEDGED")
    assert (third["what"], third["fromStatus"], third["toStatus"], third["version"]) == ("REPLIED", None, None, 3)
    assert tickets([first, second, third]) == [ticket(opened)] * 3
    assert first["ticket"]["status"] == "ACKNOWLEDGED"
    assert first["happenedAt"] == "2026-03-02T09:00:00+00:00"
    assert [edge["cursor"] for edge in page["edges"]] == [node["cursor"] for node in page["nodes"]]
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": first["cursor"],
        "endCursor": third["cursor"],
    }


async def test_pages_go_on_from_the_end_cursor(following: Following):
    opened = [await following.open(following.office.world.own) for _ in range(5)]

    seen, after, more = [], None, True
    while more:
        page = await following.page({"first": 2, "after": after})
        seen += [edge["node"]["ticket"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert seen == [ticket(key) for key in opened]
    assert (await following.page({"after": after}))["edges"] == []
    assert (await following.page({"after": after}))["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": after,
    }


async def test_the_end_moves_on_where_nothing_matches(direct: Following):
    world = direct.office.world
    opened = await direct.open(world.foreign)
    only = {"customerId": {"eq": customer(world.own)}}

    page = await direct.page({"filter": only})

    assert page["edges"] == []
    everything = await direct.page()
    assert tickets(everything["edges"][0]["node"] for _ in [0]) == [ticket(opened)]
    assert page["pageInfo"]["endCursor"] == everything["pageInfo"]["endCursor"]


async def test_an_empty_log_has_a_cursor_to_begin_with(direct: Following):
    page = await direct.page()
    opened = await direct.open(direct.office.world.own)

    later = await direct.page({"after": page["pageInfo"]["endCursor"]})

    assert page["edges"] == []
    assert [edge["node"]["ticket"]["id"] for edge in later["edges"]] == [ticket(opened)]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (lambda w, t: {"ticketId": {"eq": ticket(t[0])}}, [0, 0]),
        (lambda w, t: {"ticketId": {"in": [ticket(t[1]), ticket(t[2])]}}, [1, 2]),
        (lambda w, t: {"customerId": {"eq": customer(w.foreign)}}, [2]),
        (lambda w, t: {"severity": {"in": ["CRITICAL"]}}, [1]),
        (lambda w, t: {"kind": {"eq": "FAULT"}}, [0, 1, 2, 0]),
        (lambda w, t: {"kind": {"eq": "CLAIM"}}, []),
        (lambda w, t: {"toStatus": {"eq": "ACKNOWLEDGED"}}, [0]),
        (lambda w, t: {"toStatus": {"isNull": True}}, [0, 1, 2]),
        (lambda w, t: {"what": {"in": ["ACKNOWLEDGED"]}}, [0]),
        (lambda w, t: {"not": {"what": {"eq": "ACKNOWLEDGED"}}}, [0, 1, 2]),
        (lambda w, t: {"or": [{"severity": {"eq": "CRITICAL"}}, {"toStatus": {"eq": "ACKNOWLEDGED"}}]}, [1, 0]),
    ],
)
async def test_filters(direct: Following, chosen, expected):
    world = direct.office.world
    opened = [
        await direct.open(world.own),
        await direct.open(world.own, Severity.CRITICAL),
        await direct.open(world.foreign),
    ]
    await direct.move(opened[0])

    page = await direct.page({"filter": chosen(world, opened)})

    seen = [edge["node"]["ticket"]["id"] for edge in page["edges"]]
    assert seen == [ticket(opened[number]) for number in expected]


@pytest.mark.parametrize(
    ("who", "expected"),
    [("manager", [0, 1, 2]), ("supervisor", [0, 1]), ("agent", [0]), ("partner", [0]), ("auditor", [0, 1, 2])],
)
async def test_each_reach_sees_its_own(direct: Following, who, expected):
    world = direct.office.world
    opened = [await direct.open(key) for key in (world.own, world.neighbour, world.foreign)]

    page = await direct.page(by=getattr(world, who))

    assert [edge["node"]["ticket"]["id"] for edge in page["edges"]] == [ticket(opened[n]) for n in expected]


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_sizes_of_pages_have_bounds(following: Following, first: int):
    answer = await following.ask({"first": first})

    assert answer["errors"][0]["extensions"]["code"] == "BAD_PAGE_SIZE"


@pytest.mark.parametrize("cursor", ["", "x", "A" * 42, "é" * 42, "=" * 42, "5b22" * 20])
async def test_a_forged_cursor_is_refused(following: Following, cursor: str):
    answer = await following.ask({"after": cursor})

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_CURSOR"
    assert error["path"] == ["events"]
    assert answer["data"] is None


async def test_two_entries_and_many_aliases_in_one_statement(following: Following):
    world = following.office.world
    opened = [await following.open(world.own), await following.open(world.foreign)]
    own = f'filter: {{customerId: {{eq: "{customer(world.own)}"}}}}'
    text = f"""{{
      all: events {{ all: nodes {{ c: cursor k: kind t: __typename ticket {{ n: id }} }} p: __typename
                     e: edges {{ __typename c: cursor }} i: pageInfo {{ __typename end: endCursor }} }}
      own: events({own}) {{ pageInfo {{ endCursor }} e: edges {{ x: node {{ ticket {{ id }} }} y: node {{ kind }} }} }}
    }}"""
    await following.settled()
    before = following.reads.statements

    answer = await following.ask(text=text)

    everything, some = answer["data"]["all"], answer["data"]["own"]
    assert [node["t"] for node in everything["all"]] == ["TicketUpdate"] * 2
    assert everything["p"] == "TicketUpdateConnection"
    assert everything["i"] == {"__typename": "PageInfo", "end": everything["e"][1]["c"]}
    assert everything["e"][0] == {"__typename": "TicketUpdateEdge", "c": everything["all"][0]["c"]}
    assert some["e"] == [{"x": {"ticket": {"id": ticket(opened[0])}}, "y": {"kind": "OPENED"}}]
    assert following.reads.statements - before == (1 if following.answerer.way == "direct" else 2)


async def test_a_page_is_one_statement(following: Following):
    for _ in range(3):
        await following.open(following.office.world.own)
    await following.settled()
    before = following.reads.statements

    await following.page({"filter": {"kind": {"eq": "FAULT"}}}, by=following.office.world.partner)

    assert following.reads.statements - before == 1


async def test_where_nobody_follows_the_log_the_field_says_so(following: Following):
    following.log = None  # type: ignore[assignment]
    reply = await following.answerer.answer("{ events { nodes { cursor } } }", None, None, following.context())

    assert b'"code":"UNAVAILABLE"' in reply.body


async def test_a_change_that_ended_a_ticket_tells_both_states(direct: Following):
    opened = await direct.open(direct.office.world.own)
    await direct.move(opened, TicketStatus.CANCELLED)

    page = await direct.page({"filter": {"toStatus": {"eq": "CANCELLED"}}})

    assert [edge["node"]["fromStatus"] for edge in page["edges"]] == ["NEW"]
