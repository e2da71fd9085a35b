"""Handovers as clients see them: the page about them, followed step by step; and who sees what of one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import OperationDefinitionNode, parse

from graph.relational import RelationalGraph
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.global_id import encode
from resolvers.reading import Answerer, Context, open_reads
from tests.answerers import answerer_over
from tests.commands.handover.desk import BACKUP, OWNER, Desk, day
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "handover.md"


@dataclass
class Client:
    """Sends documents about what is on the desk."""

    answerer: Answerer
    desk: Desk

    async def ask(self, document: str, by: Subject | None = None, **variables: Any) -> Any:
        """The data of an answer without errors."""
        graph = RelationalGraph(self.answerer.store)
        context = Context(subject=by or self.desk.manager, now=NOW, database=self.desk.database, graph=graph)
        reply = orjson.loads((await self.answerer.answer(document, variables, None, context)).body)
        assert "errors" not in reply, reply
        return reply["data"]


@pytest.fixture
async def client(database, store_url) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads), await Desk.opened(database))
    await reads.close()


def steps() -> dict[str, str]:
    """The operations of the page that have a name."""
    blocks = re.findall(r"```graphql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    named = {}
    for block in blocks:
        [operation] = parse(block).definitions
        assert isinstance(operation, OperationDefinitionNode)
        named[operation.name.value if operation.name else ""] = block
    return named


async def test_the_page_can_be_followed(client: Client):
    desk, page = client.desk, steps()
    customers = [await desk.owned(name=name) for name in ("One", "Two")]
    await desk.contact(customers[0], name="李雷")
    ticket = await desk.ticket(customers[1])
    real = {
        "Staff:0190c0de-0000-7000-8000-000000000007": encode("Staff", desk.giver.id),
        "Staff:0190c0de-0000-7000-8000-000000000008": encode("Staff", desk.taker.id),
        "S-000007": desk.giver.number,
        "2026-04-01": str(TODAY),
    }

    async def follow(name: str, by: Subject | None = None) -> Any:
        text = page[name]
        for of_the_page, here in real.items():
            text = text.replace(of_the_page, here)
        return await client.ask(text, by)

    seen = (await follow("Look"))["staffMember"]
    assert (seen["assignments"]["totalCount"], seen["tickets"]["totalCount"]) == (2, 1)
    leaving = (await follow("IfLeaves"))["staffMember"]["ifLeaves"]
    assert (leaving["orphanCount"], [one["name"] for one in leaving["orphans"]]) == (2, ["One", "Two"])
    assert desk.taker.number in {one["staff"]["number"] for one in leaving["successors"]}

    proposed = (await follow("Propose", desk.supervisor()))["proposeHandover"]
    assert proposed["errors"] == []
    document = proposed["handover"]
    listed = [(one["kind"], one["role"], one["label"]) for one in document["items"]["nodes"]]
    assert [label for _, _, label in listed] == ["李雷", "One", "Two", ticket.number, ticket.number]
    assert {(kind, role) for kind, role, _ in listed} == {
        ("CONTACT", "LIAISON"),
        ("CUSTOMER", "OWNER"),
        ("TICKET", "ASSIGNEE"),
        ("TICKET", "FIRST_RESPONDER"),
    }
    assert document["counts"] == [
        {"kind": "CONTACT", "listed": 1},
        {"kind": "CUSTOMER", "listed": 2},
        {"kind": "TICKET", "listed": 2},
    ]
    real["Handover:0190c0de-0000-7000-8000-000000000001"] = document["id"]
    real["H260302-7K3M9QD"] = document["number"]

    [waiting] = (await follow("Waiting", desk.agent()))["handovers"]["nodes"]
    assert waiting["from"] == {"name": "Gina"}
    assert len(waiting["items"]["nodes"]) == 5

    accepted = (await follow("Accept", desk.agent()))["acceptHandover"]
    assert (accepted["errors"], accepted["handover"]["status"]) == ([], "DONE")

    checked = (await follow("Check"))["handover"]
    assert checked["from"]["assignments"]["totalCount"] == checked["from"]["tickets"]["totalCount"] == 0
    owners = [one["customer"]["owner"] for one in checked["customers"]["nodes"]]
    assert owners == [{"since": str(TODAY), "staff": {"name": "Tom"}}] * 2


async def test_the_page_hands_over_in_parts_and_changes_its_mind(client: Client):
    desk, page = client.desk, steps()
    customers = [await desk.owned() for _ in range(3)]
    real = {
        "Staff:0190c0de-0000-7000-8000-000000000007": encode("Staff", desk.giver.id),
        "Staff:0190c0de-0000-7000-8000-000000000009": encode("Staff", desk.third.id),
        "Customer:0190c0de-0000-7000-8000-000000000101": encode("Customer", customers[0].id),
        "Customer:0190c0de-0000-7000-8000-000000000102": encode("Customer", customers[1].id),
    }
    for name, outcome in (("Decline", "DECLINED"), ("Cancel", "CANCELLED")):
        text = page["Part"]
        for of_the_page, here in real.items():
            text = text.replace(of_the_page, here)
        part = (await client.ask(text))["proposeHandover"]
        assert part["errors"] == []
        assert part["handover"]["counts"] == [{"kind": "CUSTOMER", "listed": 2}]
        [found] = (await client.ask(MINE, status="PROPOSED", of=encode("Staff", desk.third.id)))["handovers"]["nodes"]
        change = page[name].replace("Handover:0190c0de-0000-7000-8000-000000000001", found["id"])
        [payload] = (await client.ask(change)).values()
        assert (payload["errors"], payload["handover"]["status"]) == ([], outcome)


MINE = """query Mine($status: HandoverStatus!, $of: ID!) {
  handovers(filter: { toId: { eq: $of }, status: { eq: $status } }) { nodes { id } }
}"""

SEEN = """query Seen($id: ID!) {
  handover(id: $id) {
    number
    note
    proposedBy
    counts { kind listed }
    items(first: 20) { totalCount nodes { label customer { name } ticket { number } contact { name } } }
  }
}"""


async def test_who_sees_what_of_a_handover(client: Client):
    desk = client.desk
    customer = await desk.owned(name="Hidden")
    ticket = await desk.ticket(customer, first_responder_id=None)
    shared = await desk.owned(name="Shared")
    await desk.serves(desk.third, shared, BACKUP, -3)
    key = encode("Handover", await desk.propose(effective_on=day(1), note="Careful"))

    async def seen(by: Subject) -> Any:
        return (await client.ask(SEEN, by, id=key))["handover"]

    def things(found: Any) -> list[tuple[str, str | None]]:
        nodes = found["items"]["nodes"]
        return [(one["label"], one["customer"] and one["customer"]["name"]) for one in nodes]

    everything = [("Hidden", "Hidden"), ("Shared", "Shared"), (ticket.number, "Hidden")]
    by_manager = await seen(desk.manager)
    assert (things(by_manager), by_manager["note"], by_manager["proposedBy"]) == (everything, "Careful", "manager")
    assert by_manager["items"]["nodes"][2]["ticket"] == {"number": ticket.number}
    assert things(await seen(desk.agent(desk.giver))) == everything
    by_successor = await seen(desk.agent())
    assert things(by_successor) == [("Hidden", None), ("Shared", None), (ticket.number, None)]
    assert by_successor["items"]["nodes"][2]["ticket"] is None
    by_third = await seen(desk.agent(desk.third))
    assert (things(by_third), by_third["items"]["totalCount"]) == ([("Shared", "Shared")], 1)
    assert by_third["counts"] == by_manager["counts"]
    public = Subject("p", Role.ANALYST, Clearance.PUBLIC, Scope.ALL)
    assert ((await seen(public))["note"], (await seen(public))["proposedBy"]) == (None, None)
    partner = Subject("p", Role.PARTNER, Clearance.PUBLIC, Scope.PARTNER, customer_ids=frozenset({customer.id}))
    assert await seen(partner) is None


async def test_each_of_the_two_has_it_in_their_list(client: Client):
    desk = client.desk
    await desk.owned()
    keys = [encode("Handover", await desk.propose(effective_on=day(offset))) for offset in (1, 2)]
    await desk.accept(await desk.propose())
    text = """query Lists($number: String!) { staffMember(number: $number) {
      handoversFrom(first: 5) { nodes { id status } } handoversTo(first: 5) { nodes { id status } } } }"""
    of_giver = (await client.ask(text, number=desk.giver.number))["staffMember"]
    of_taker = (await client.ask(text, number=desk.taker.number))["staffMember"]
    assert of_giver["handoversFrom"] == of_taker["handoversTo"]
    assert (of_giver["handoversTo"], of_taker["handoversFrom"]) == ({"nodes": []}, {"nodes": []})
    found = {one["id"]: one["status"] for one in of_giver["handoversFrom"]["nodes"]}
    assert [found[key] for key in keys] == ["PROPOSED", "PROPOSED"]
    assert sorted(found.values()) == ["DONE", "PROPOSED", "PROPOSED"]


async def test_items_are_paged_by_kind(client: Client):
    desk = client.desk
    for number in range(5):
        customer = await desk.owned(name=f"Customer {number}")
        await desk.ticket(customer, first_responder_id=None)
    key = encode("Handover", await desk.propose())
    text = """query Page($id: ID!, $after: String) { handover(id: $id) {
      items(first: 2, after: $after, kind: CUSTOMER) {
        totalCount nodes { kind label } pageInfo { hasNextPage endCursor }
      } } }"""
    labels, after, more = [], None, True
    while more:
        page = (await client.ask(text, id=key, after=after))["handover"]["items"]
        labels += [one["label"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert page["totalCount"] == 5
    assert labels == [f"Customer {number}" for number in range(5)]


async def test_a_cursor_with_a_kind_that_there_is_not_is_refused(client: Client):
    desk = client.desk
    await desk.owned()
    key = encode("Handover", await desk.propose())
    forged = orjson.dumps(["HandoverItem.", "NONSENSE", "x", str(desk.giver.id)]).hex()
    text = """query Forged($id: ID!, $after: String) { handover(id: $id) { items(after: $after) { totalCount } } }"""
    context = Context(subject=desk.manager, now=NOW, database=desk.database)
    reply = orjson.loads((await client.answerer.answer(text, {"id": key, "after": forged}, None, context)).body)
    assert [error["extensions"]["code"] for error in reply["errors"]] == ["BAD_CURSOR"]


async def test_ids_in_a_list_are_named_where_they_are_wrong(client: Client):
    desk = client.desk
    customer = await desk.customer()
    await desk.serves(desk.giver, customer, OWNER, -3)
    given = {
        "fromId": encode("Staff", desk.giver.id),
        "toId": encode("Staff", desk.taker.id),
        "effectiveOn": str(TODAY),
        "reason": "LEAVING",
        "customerIds": [encode("Customer", customer.id), encode("Staff", customer.id)],
    }
    text = """mutation P($input: ProposeHandoverInput!) { proposeHandover(input: $input) { errors { code field } } }"""
    payload = (await client.ask(text, input=given))["proposeHandover"]
    assert payload["errors"] == [{"code": "BAD_ID", "field": "input.customerIds.1"}]
