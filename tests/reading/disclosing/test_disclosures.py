"""Whoever is told a secret is on record before the answer is given: who, whom, which, when, why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from resolvers.access import Clearance, Scope
from tests.factories import NOW
from tests.reading.subjects import EVERYTHING

pytestmark = pytest.mark.anyio

SUPERVISOR = replace(EVERYTHING, clearance=Clearance.CONFIDENTIAL)


async def test_the_record_says_who_was_told_what_of_whom_when_and_why(desk):
    data = await desk.ask('{ customer(code: "ONE") { code taxNumber } }')

    assert data == {"customer": {"code": "ONE", "taxNumber": "T-1"}}
    [row] = await desk.rows()
    assert (row.reader, row.role, row.at) == (EVERYTHING.name, EVERYTHING.role.value, NOW)
    assert (row.record_type, f"Customer:{row.record_id}", row.field) == ("Customer", desk.ids["ONE"], "taxNumber")
    assert (row.reason, row.request_id) == ("a call", "request-1")


async def test_that_there_is_no_secret_is_told_too(desk):
    assert await desk.ask("{ customers(first: 5) { nodes { t: taxNumber } } }") == {
        "customers": {"nodes": [{"t": "T-1"}, {"t": None}]}
    }
    assert await desk.told() == {("Customer", "ONE", "taxNumber"), ("Customer", "TWO", "taxNumber")}


async def test_each_secret_of_an_answer_is_on_record_once(desk):
    await desk.ask(
        """
        query($id: ID!) {
          a: customer(code: "ONE") { taxNumber again: taxNumber }
          node(id: $id) { ... on Customer { taxNumber } }
          nodes(ids: [$id]) { ... on Customer { taxNumber } }
          customers(first: 1) { edges { node { ...F } } }
        }
        fragment F on Customer { taxNumber department { customers(first: 1) { nodes { taxNumber } } } }
        """,
        id=desk.ids["ONE"],
    )

    assert [(row.record_type, row.field) for row in await desk.rows()] == [("Customer", "taxNumber")]


async def test_several_types_and_fields(desk):
    data = await desk.ask(
        '{ staffMember(number: "S1") { identityNumber homeAddress name } customer(code: "TWO") { taxNumber } }'
    )

    assert data["staffMember"] == {
        "identityNumber": "I-1",
        "homeAddress": "Road 1",
        "name": data["staffMember"]["name"],
    }
    assert await desk.told() == {
        ("Staff", "S1", "identityNumber"),
        ("Staff", "S1", "homeAddress"),
        ("Customer", "TWO", "taxNumber"),
    }


@pytest.mark.parametrize(
    "text",
    [
        '{ customer(code: "ONE") { code birthday note } }',
        '{ customer(code: "NONE") { taxNumber } }',
        "{ customers(first: 0) { nodes { taxNumber } totalCount } }",
        '{ customer(code: "ONE") { code taxNumber @skip(if: true) } }',
        '{ customer(code: "ONE") { provenance(first: 3) { field } } }',
    ],
)
async def test_what_tells_no_secret_leaves_no_record(desk, text):
    await desk.ask(text)

    assert await desk.rows() == []


async def test_what_is_withheld_leaves_no_record(desk):
    data = await desk.ask("{ customers(first: 5) { nodes { taxNumber } } }", SUPERVISOR)

    assert data == {"customers": {"nodes": [{"taxNumber": None}] * 2}}
    assert await desk.rows() == []


async def test_a_secret_below_many_levels(desk):
    levels = "department { customers(first: 2) { nodes { code "
    text = '{ customer(code: "TWO") { ' + levels * 4 + "taxNumber" + " } } }" * 4 + " } }"

    found = (await desk.ask(text))["customer"]

    for _ in range(4):
        found = found["department"]["customers"]["nodes"][0]
    assert found == {"code": "ONE", "taxNumber": "T-1"}
    assert await desk.told() == {("Customer", "ONE", "taxNumber"), ("Customer", "TWO", "taxNumber")}


async def test_a_payload_that_reads_a_secret_back(desk):
    data = await desk.ask(
        """
        mutation($id: ID!) {
          updateCustomer(input: {id: $id, taxNumber: "T-2"}) { errors { code } customer { code taxNumber } }
        }
        """,
        id=desk.ids["TWO"],
    )

    assert data["updateCustomer"] == {"errors": [], "customer": {"code": "TWO", "taxNumber": "T-2"}}
    assert await desk.told() == {("Customer", "TWO", "taxNumber")}


async def test_a_refused_command_tells_no_secret(desk):
    text = """
    mutation($id: ID!) {
      updateCustomer(input: {id: $id, taxNumber: "T-2", version: 77}) { errors { code message } customer { taxNumber } }
    }
    """
    refused = (await desk.ask(text, id=desk.ids["ONE"]))["updateCustomer"]
    forbidden = (await desk.ask(text, SUPERVISOR, id=desk.ids["ONE"]))["updateCustomer"]

    assert (refused["errors"][0]["code"], refused["customer"]) == ("STALE_VERSION", None)
    assert forbidden["customer"] is None
    assert "T-1" not in json.dumps([refused, forbidden])
    assert await desk.rows() == []


async def test_no_record_no_answer(desk):
    async with desk.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE disclosure RENAME TO gone")
    try:
        with pytest.raises(Exception, match="disclosure"):
            await desk.reply('{ customer(code: "ONE") { taxNumber } }')
        assert await desk.ask('{ customer(code: "ONE") { code } }') == {"customer": {"code": "ONE"}}
    finally:
        async with desk.database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE gone RENAME TO disclosure")


RECORD = """
query($filter: DisclosureFilter) {
  disclosures(first: 10, filter: $filter) {
    totalCount
    nodes { at reader role recordType recordId field reason requestId }
  }
}
"""


async def test_the_record_is_read_newest_first_by_those_who_look_after_it(desk):
    await desk.ask('{ customer(code: "ONE") { taxNumber } }')
    await desk.ask('{ staffMember(number: "S1") { homeAddress } }')

    found = (await desk.ask(RECORD))["disclosures"]
    assert found["totalCount"] == 2
    assert found["nodes"][1] == {
        "at": "2026-03-02T09:00:00+00:00",
        "reader": EVERYTHING.name,
        "role": EVERYTHING.role.value,
        "recordType": "Customer",
        "recordId": desk.ids["ONE"],
        "field": "taxNumber",
        "reason": "a call",
        "requestId": "request-1",
    }
    of_one = await desk.ask(RECORD, filter={"recordId": {"eq": desk.ids["S1"]}})
    assert [row["field"] for row in of_one["disclosures"]["nodes"]] == ["homeAddress"]


@pytest.mark.parametrize(
    "subject",
    [
        replace(EVERYTHING, clearance=Clearance.INTERNAL),
        *[replace(EVERYTHING, scope=scope) for scope in Scope if scope is not Scope.ALL],
    ],
)
async def test_others_do_not_see_that_there_is_a_record(desk, subject):
    await desk.ask('{ customer(code: "ONE") { taxNumber } }')
    [row] = await desk.rows()

    assert (await desk.ask(RECORD, subject))["disclosures"] == {"totalCount": 0, "nodes": []}
    found = await desk.ask("query($id: ID!) { node(id: $id) { id } }", subject, id=f"Disclosure:{row.id}")
    assert found == {"node": None}


async def test_reading_the_record_is_no_disclosure(desk):
    await desk.ask('{ customer(code: "ONE") { taxNumber } }')
    await desk.ask(RECORD)

    assert len(await desk.rows()) == 1
