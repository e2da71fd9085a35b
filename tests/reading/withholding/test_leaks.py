"""Detours: whatever is asked, nobody learns of a column above the clearance, or of a row out of the scope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from tests.factories import NOW
from tests.reading.naive_access import serves
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import Asking

pytestmark = pytest.mark.anyio

NOWHERE = "00000000-0000-4000-8000-000000000000"


async def ask(ways, text: str, subject: Subject, variables: Mapping[str, Any] | None = None) -> Any:
    """The answer without what it cost, the same by all ways on all stores."""
    asking = Asking(text, variables or {}, subject)
    answers = [json.loads(await ways.body(*key, asking)) for key in ways.answerers]
    for answer in answers:
        del answer["extensions"]["cost"]
    data = [(answer.get("data"), [e["extensions"]["code"] for e in answer.get("errors", ())]) for answer in answers]
    assert all(found == data[0] for found in data)
    return answers[0]


def cleared(clearance: Clearance) -> Subject:
    """Sees all rows, up to a level."""
    return replace(EVERYTHING, clearance=clearance)


def partner_of(*rows: Mapping[str, Any]) -> Subject:
    """A partner with these customers."""
    ids = frozenset(row["id"] for row in rows)
    return Subject("p", Role.PARTNER, Clearance.PUBLIC, Scope.PARTNER, customer_ids=ids)


@pytest.fixture
def partner(rows) -> Subject:
    """Sees the two customers with most tickets and contacts."""
    return partner_of(*sorted(rows.all("Customer"), key=lambda r: -r["interaction_count"] - r["ticket_count"])[:2])


KEYS = [
    ("customers", "departmentId", "Department", "department_id", "Customer"),
    ("tickets", "assigneeId", "Staff", "assignee_id", "Ticket"),
    ("tickets", "departmentId", "Department", "department_id", "Ticket"),
    ("interactions", "handlerId", "Staff", "staff_id", "Interaction"),
    ("interactions", "departmentId", "Department", "department_id", "Interaction"),
]


@pytest.mark.parametrize(("entry", "name", "target", "column", "gtype"), KEYS)
async def test_a_key_of_what_a_partner_does_not_see_finds_nothing(
    ways, rows, partner, entry, name, target, column, gtype
):
    own = [r for r in rows.all(gtype) if r["id" if gtype == "Customer" else "customer_id"] in partner.customer_ids]
    key = next((r[column] for r in own if r[column]), None)
    text = f"query($f: {gtype}Filter) {{ {entry}(filter: $f) {{ totalCount }} }}"

    async def count(condition: dict[str, Any], subject: Subject = partner) -> int:
        answer = await ask(ways, text, subject, {"f": {name: condition}})
        return int(answer["data"][entry]["totalCount"])

    assert await count({"isNull": True}) == len(own)
    assert await count({"isNull": False}) == 0
    for each in (key, NOWHERE):
        assert await count({"eq": f"{target}:{each or NOWHERE}"}) == 0
        assert await count({"in": [f"{target}:{each or NOWHERE}"]}) == 0
        assert await count({"ne": f"{target}:{each or NOWHERE}"}) == len(own)
    if key is not None:
        assert await count({"eq": f"{target}:{key}"}, EVERYTHING) > 0


async def test_a_partner_does_not_learn_who_serves_its_customers(ways, rows):
    serving = next(a for a in rows.all("Assignment") if serves(a, NOW.date()))
    subject = partner_of({"id": serving["customer_id"]})
    text = "query($s: ID!) { customers(filter: {servedBy: $s}) { totalCount } }"
    both = {"s": f"Staff:{serving['staff_id']}"}

    assert (await ask(ways, text, subject, both))["data"]["customers"]["totalCount"] == 0
    assert (await ask(ways, text, EVERYTHING, both))["data"]["customers"]["totalCount"] > 0


async def test_provenance_does_not_tell_that_a_hidden_field_was_filled_in(ways, rows):
    levels = {"tax_number": Clearance.SECRET, "birthday": Clearance.CONFIDENTIAL, "email": Clearance.INTERNAL}
    assert {row["field"] for row in rows.all("Provenance")} >= levels.keys()
    text = "{ customers(first: 100) { nodes { provenance(first: 100) { field } } } }"

    for clearance in Clearance:
        answer = await ask(ways, text, cleared(clearance))
        told = {each["field"] for node in answer["data"]["customers"]["nodes"] for each in node["provenance"]}
        assert told & levels.keys() == {name for name, level in levels.items() if level <= clearance}


@pytest.mark.parametrize("column", ["tax_number", "phone", "email", "note", "address"])
async def test_search_does_not_find_by_what_is_not_public(ways, rows, column):
    values = [
        row[column] for row in rows.all("Customer") if row[column] and row[column] not in (row["name"], row["code"])
    ]
    text = "query($s: String) { customers(first: 100, filter: {search: $s}) { nodes { id name code } } }"

    for value in sorted(set(values))[:6]:
        public = await ask(ways, text, cleared(Clearance.PUBLIC), {"s": value})
        assert public == await ask(ways, text, EVERYTHING, {"s": value}), "the same is found, whatever the clearance"


async def test_staff_are_not_found_by_their_papers(ways, rows):
    text = "query($s: String) { staff(first: 100, filter: {search: $s}) { totalCount } }"
    numbers = {row["identity_number"] for row in rows.all("Staff") if row["identity_number"]}
    known = {row["name"] for row in rows.all("Staff")} | {row["number"] for row in rows.all("Staff")}

    for number in sorted(numbers - known)[:6]:
        public = await ask(ways, text, cleared(Clearance.PUBLIC), {"s": number})
        assert public == await ask(ways, text, EVERYTHING, {"s": number})


@pytest.mark.parametrize("value", ["1990-01-01", "1890-01-01"])
async def test_a_refused_filter_says_the_same_whatever_is_there(ways, value):
    text = "query($d: Date) { customers(filter: {birthday: {eq: $d}}) { totalCount } }"
    answer = await ask(ways, text, cleared(Clearance.INTERNAL), {"d": value})

    assert [error["message"] for error in answer["errors"]] == ["You may not filter by `birthday`."]


async def test_a_cursor_of_a_hidden_order_is_worth_nothing(ways, rows):
    by_money = "query($a: String) { customers(first: 1, orderBy: MONETARY_DESC, after: $a) { edges { cursor } } }"
    cursor = (await ask(ways, by_money, EVERYTHING))["data"]["customers"]["edges"][0]["cursor"]
    public = cleared(Clearance.PUBLIC)

    refused = await ask(ways, by_money, public, {"a": cursor})
    elsewhere = await ask(ways, "query($a: String) { customers(after: $a) { totalCount } }", public, {"a": cursor})
    assert [e["extensions"]["code"] for e in refused["errors"]] == ["FORBIDDEN"]
    assert [e["extensions"]["code"] for e in elsewhere["errors"]] == ["BAD_CURSOR"]
    made_up = await ask(ways, "query($a: String) { customers(after: $a) { totalCount } }", public, {"a": "00"})
    assert elsewhere["errors"] == made_up["errors"]


async def test_a_cursor_of_a_row_out_of_scope_pages_only_through_the_own_rows(ways, rows, partner):
    text = "query($a: String) { customers(first: 100, after: $a) { nodes { id } pageInfo { hasNextPage } } }"
    with_cursors = "{ customers(first: 100) { edges { cursor node { id } } } }"
    edges = (await ask(ways, with_cursors, EVERYTHING))["data"]["customers"]["edges"]
    own = {f"Customer:{key}" for key in partner.customer_ids}

    for edge in edges[::7]:
        page = (await ask(ways, text, partner, {"a": edge["cursor"]}))["data"]["customers"]
        assert {node["id"] for node in page["nodes"]} <= own
        assert page["pageInfo"] == {"hasNextPage": False}


async def test_pages_end_where_the_scope_ends(ways, partner):
    text = "{ customers(first: 2) { totalCount nodes { id } pageInfo { hasNextPage } } }"
    page = (await ask(ways, text, partner))["data"]["customers"]

    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (2, 2, False)


@pytest.mark.parametrize("gtype", ["Customer", "Ticket", "Staff", "Contact", "Disclosure", "Interaction"])
async def test_an_id_out_of_scope_is_like_one_that_names_nothing(ways, rows, partner, gtype):
    text = "query($a: ID!) { node(id: $a) { __typename id } nodes(ids: [$a]) { id } }"
    hidden = next(
        r for r in rows.all(gtype) if r.get("id" if gtype == "Customer" else "customer_id") not in partner.customer_ids
    )
    wrong_type = "Contact" if gtype != "Contact" else "Ticket"
    nothing = await ask(ways, text, partner, {"a": f"{gtype}:{NOWHERE}"})

    assert nothing["data"] == {"node": None, "nodes": [None]}
    for other in (f"{gtype}:{hidden['id']}", f"{wrong_type}:{hidden['id']}", f"Secret:{hidden['id']}", "x"):
        assert await ask(ways, text, partner, {"a": other}) == nothing


async def test_the_timeline_has_only_what_its_customer_has_and_masks_it(ways, rows, partner):
    text = """
    { customers(first: 5) { nodes { id timeline(first: 100) { nodes {
      __typename id
      ... on Interaction { description summary handler { id } }
      ... on LedgerEntry { amount { amount } effect { amount } }
      ... on GradePeriod { reason decidedBy }
      ... on TicketEvent { note actor { id } }
      ... on Assignment { staff { id } }
    } } } } }
    """
    nodes = (await ask(ways, text, partner))["data"]["customers"]["nodes"]
    items = [item for node in nodes for item in node["timeline"]["nodes"]]

    assert {item["__typename"] for item in items} >= {"Interaction", "TicketEvent", "LedgerEntry"}
    assert {value for item in items for name, value in item.items() if name not in ("__typename", "id")} == {None}


async def test_the_cost_tells_nothing_of_the_rows(ways, rows, partner):
    inner = "nodes { tickets(first: 3) { totalCount } }"
    text = f"query($c: String) {{ customers(first: 9, filter: {{code: {{eq: $c}}}}) {{ {inner} }} }}"
    costs = set()
    for code in ("no such code", rows.all("Customer")[0]["code"]):
        for subject in (partner, EVERYTHING):
            body = json.loads(await ways.body(*next(iter(ways.answerers)), Asking(text, {"c": code}, subject)))
            costs.add(body["extensions"]["cost"]["requested"])

    assert len(costs) == 1
