"""The network of departments, staff and customers, changed and read back as a client does it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers.actions import Action
from resolvers.global_id import encode
from resolvers.reading import open_reads
from store.session import Database
from tests.answerers import answerer_over
from tests.commands.worlds import built
from tests.schema.test_mutations import Client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(database: Database, store_url: str) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads), database, await built(database))
    await reads.close()


def ids(client: Client, **named: str) -> dict[str, str]:
    """Ids by the names of the world's records: `service` is a department, `agent_id` a person, `own` a customer."""
    types = {"head": "Department", "service": "Department", "other": "Department", "closed": "Department"}
    types |= {"agent_id": "Staff", "colleague_id": "Staff", "outsider_id": "Staff"}
    return {key: encode(types.get(name, "Customer"), getattr(client.world, name)) for key, name in named.items()}


async def done(client: Client, action: Action, given: dict[str, Any], ask: str) -> Any:
    """The record that a mutation gives back, which must have done what it was asked."""
    payload = await client.mutate(action, given, ask=ask)
    assert payload.pop("errors") == []
    [record] = payload.values()
    return record


async def test_a_department_shows_its_new_head_and_acting_head(client: Client):
    ask = "head { role since staff { name } } actingHead { staff { name } } members(first: 9) { nodes { role } }"
    given = ids(client, departmentId="service", staffId="agent_id") | {"acting": True}
    record = await done(client, Action.APPOINT_HEAD, given, ask)
    assert (record["head"], record["actingHead"]) == (None, {"staff": {"name": "王芳"}})
    given = ids(client, departmentId="service", staffId="colleague_id") | {"since": "2026-03-01"}
    record = await done(client, Action.APPOINT_HEAD, given | {"since": "2026-03-02"}, ask)
    assert record["head"] == {"role": "HEAD", "since": "2026-03-02", "staff": {"name": "李娜"}}
    assert record["actingHead"] is None
    record = await done(client, Action.VACATE_HEAD, ids(client, departmentId="service"), ask)
    assert record["head"] is None
    assert {"role": "MEMBER"} in record["members"]["nodes"]


async def test_a_person_shows_the_new_place(client: Client):
    given = ids(client, staffId="agent_id", departmentId="head") | {"role": "DEPUTY"}
    record = await done(client, Action.PLACE_STAFF, given, "memberships { role until department { name } }")
    assert record["memberships"] == [
        {"role": "DEPUTY", "until": None, "department": {"name": "Head office"}},
        {"role": "MEMBER", "until": "2026-03-02", "department": {"name": "Service"}},
    ]


async def test_a_customer_shows_its_group_and_what_it_referred(client: Client):
    related = "relatedCustomers { kind direction customer { name } }"
    record = await done(client, Action.JOIN_GROUP, ids(client, customerId="own", parentId="neighbour"), related)
    assert record["relatedCustomers"] == [
        {"kind": "SUBSIDIARY_OF", "direction": "OUTGOING", "customer": {"name": "Neighbour"}}
    ]
    record = await done(client, Action.LEAVE_GROUP, ids(client, customerId="own"), related)
    assert record["relatedCustomers"] == []
    given = ids(client, customerId="own", referredById="foreign")
    record = await done(client, Action.REFER_CUSTOMER, given, related)
    assert [one["kind"] for one in record["relatedCustomers"]] == ["REFERRED_BY"]
    listed = "{ customers(first: 2, orderBy: REFERRALS_DESC) { nodes { name metrics { referralCount } } } }"
    nodes = (await client.ask(listed))["data"]["customers"]["nodes"]
    assert nodes[0] == {"name": "Foreign", "metrics": {"referralCount": 1}}
    assert nodes[1]["metrics"] == {"referralCount": 0}


async def test_departments_are_split_and_merged_again(client: Client):
    given = ids(client, id="service") | {"number": "D-NEW", "name": "Key accounts"}
    given |= {
        "customerIds": [encode("Customer", client.world.own)],
        "staffIds": list(ids(client, a="agent_id").values()),
    }
    ask = "id parent { name } customers(first: 9) { nodes { name } } tickets(first: 9) { nodes { isOpen } }"
    new = await done(client, Action.SPLIT_DEPARTMENT, given, ask)
    assert new["parent"] == {"name": "Head office"}
    assert new["customers"] == {"nodes": [{"name": "自有客户"}]}
    assert new["tickets"] == {"nodes": [{"isOpen": True}]}
    moved = await done(
        client,
        Action.MOVE_CUSTOMERS,
        {"customerIds": [encode("Customer", client.world.neighbour)], "departmentId": new["id"]},
        "customers(first: 9) { nodes { name } }",
    )
    assert {one["name"] for one in moved["customers"]["nodes"]} == {"自有客户", "Neighbour"}
    merged = await done(client, Action.MERGE_DEPARTMENTS, {"id": new["id"]} | ids(client, intoId="service"), "name")
    assert merged == {"name": "Service"}
    first = (await client.ask(f'{{ department(id: "{new["id"]}") {{ closedOn mergedInto {{ name }} }} }}'))["data"]
    assert first["department"] == {"closedOn": "2026-03-02", "mergedInto": {"name": "Service"}}


async def test_errors_name_the_item_and_what_is_closed(client: Client):
    customers = [encode("Customer", client.world.own), "nonsense", encode("Staff", client.world.agent_id)]
    payload = await client.mutate(
        Action.MOVE_CUSTOMERS, {"customerIds": customers} | ids(client, departmentId="service")
    )
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [
        ("BAD_ID", "input.customerIds.1"),
        ("BAD_ID", "input.customerIds.2"),
    ]
    given = ids(client, id="service", intoId="closed")
    [error] = (await client.mutate(Action.MERGE_DEPARTMENTS, given))["errors"]
    assert (error["code"], error["field"]) == ("DEPARTMENT_CLOSED", "input.intoId")
    assert "2026-03-02" in error["message"]
