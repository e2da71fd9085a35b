"""What a subject may not read is not told by a detour either: orders, filters, counts, timelines, nodes, relations."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from tests.factories import NOW
from tests.reading.naive_access import FILTER_LEVELS
from tests.reading.naive_relations import covers
from tests.reading.subjects import EVERYTHING
from tests.reading.test_filters import ENTRIES
from tests.reading.ways import Asking

pytestmark = pytest.mark.anyio


async def ask(ways, text: str, subject: Subject, variables: dict[str, Any] | None = None) -> Any:
    """The answer that all ways on all stores give."""
    asking = Asking(text, variables or {}, subject)
    answers = [json.loads(await ways.body(*key, asking)) for key in ways.answerers]
    codes = [[error["extensions"]["code"] for error in answer.get("errors", ())] for answer in answers]
    assert all(answer["data"] == answers[0]["data"] for answer in answers)
    assert all(found == codes[0] for found in codes)
    return answers[0]


def codes(answer: Any) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


def cleared(clearance: Clearance) -> Subject:
    """Sees all rows, up to a level."""
    return replace(EVERYTHING, clearance=clearance)


async def test_nobody_sorts_by_what_he_may_not_read(ways):
    text = "{ customers(orderBy: MONETARY_DESC) { nodes { code } } }"
    given = "query($o: CustomerOrder) { departments { nodes { customers(orderBy: $o) { totalCount } } } }"

    assert codes(await ask(ways, text, cleared(Clearance.PUBLIC))) == ["FORBIDDEN"]
    assert codes(await ask(ways, given, cleared(Clearance.PUBLIC), {"o": "MONETARY_DESC"})) == ["FORBIDDEN"]
    assert codes(await ask(ways, given, cleared(Clearance.PUBLIC), {"o": "NAME_ASC"})) == []
    assert codes(await ask(ways, text, cleared(Clearance.INTERNAL))) == []


CONFIDENTIAL_CRITERIA = [(kind, name, level) for kind, found in FILTER_LEVELS.items() for name, level in found.items()]


@pytest.mark.parametrize(("kind", "name", "level"), CONFIDENTIAL_CRITERIA)
@pytest.mark.parametrize("form", ["{%s}", "{not: {%s}}", "{or: [{}, {%s}]}", "{and: [{not: {%s}}]}"])
async def test_nobody_filters_by_what_he_may_not_read(ways, kind, name, level, form):
    inner = form % f"{name}: {{isNull: true}}"
    entry = f"{ENTRIES[kind]}(filter: {inner}) {{ totalCount }}"
    text = f"{{ customers(first: 1) {{ nodes {{ {entry} }} }} }}" if kind == "LedgerFilter" else f"{{ {entry} }}"

    for clearance in Clearance:
        expected = ["FORBIDDEN"] if level > clearance else []
        assert codes(await ask(ways, text, cleared(clearance))) == expected


async def test_an_empty_criterion_tells_no_more(ways):
    subject = cleared(Clearance.PUBLIC)

    assert codes(await ask(ways, "{ customers(filter: {birthday: {}}) { totalCount } }", subject)) == ["FORBIDDEN"]
    assert codes(await ask(ways, "{ customers(filter: {birthday: null}) { totalCount } }", subject)) == []


async def test_masked_fields_are_null_by_whatever_path(ways, rows):
    masked = "taxNumber phone metrics { monetary { amount } satisfaction recencyDays } credit { limit { amount } }"
    row = next(r for r in rows.all("Customer") if r["tax_number"] and r["phone"] and r["satisfaction_count"])
    key = f"Customer:{row['id']}"
    paths = f"""
    {{ a: customer(id: "{key}") {{ {masked} }}
       b: node(id: "{key}") {{ ... on Customer {{ {masked} }} }}
       c: nodes(ids: ["{key}"]) {{ ... on Node {{ ... on Customer {{ {masked} }} }} }}
       d: customers(filter: {{code: {{eq: {json.dumps(row["code"])}}}}}) {{ edges {{ node {{ ...F }} }} }} }}
    fragment F on Customer {{ {masked} }}
    """

    data = (await ask(ways, paths, cleared(Clearance.PUBLIC)))["data"]
    for found in (data["a"], data["b"], data["c"][0], data["d"]["edges"][0]["node"]):
        assert (found["taxNumber"], found["phone"]) == (None, None)
        assert found["metrics"] == {"monetary": None, "satisfaction": None, "recencyDays": None}
        assert (found["credit"] or {"limit": None})["limit"] is None
    seen = (await ask(ways, paths, EVERYTHING))["data"]["a"]
    assert (seen["taxNumber"], seen["phone"]) == (row["tax_number"], row["phone"])


@pytest.fixture
def partner(rows) -> Subject:
    """Sees one customer, who has relations, contacts and much of a timeline."""
    holding = [r for r in rows.all("CustomerRelation") if covers(r, NOW.date())]
    known = {r["customer_id"] for r in holding if r["other_id"] != r["customer_id"]}
    row = max((r for r in rows.all("Customer") if r["id"] in known), key=lambda r: r["interaction_count"])
    return Subject("p", Role.PARTNER, Clearance.SECRET, Scope.PARTNER, customer_ids=frozenset({row["id"]}))


async def test_rows_out_of_scope_are_not_there_by_whatever_path(ways, rows, partner):
    (own,) = partner.customer_ids
    other = next(r for r in rows.all("Customer") if r["id"] != own and rows.where("Ticket", "customer_id", r["id"]))
    ticket = rows.where("Ticket", "customer_id", other["id"])[0]
    staff, department = rows.all("Staff")[0], rows.all("Department")[0]
    keys = [
        f"Customer:{other['id']}",
        f"Ticket:{ticket['id']}",
        f"Staff:{staff['id']}",
        f"Department:{department['id']}",
        f"Customer:{own}",
    ]
    text = """
    query($ids: [ID!]!, $other: ID!, $code: String!, $number: String!, $staff: String!) {
      nodes(ids: $ids) { id }
      node(id: $other) { id }
      byId: customer(id: $other) { id }
      byCode: customer(code: $code) { id }
      ticket(number: $number) { id }
      staffMember(number: $staff) { id }
      customers { totalCount nodes { id } }
      found: customers(filter: {code: {eq: $code}}) { totalCount pageInfo { hasNextPage endCursor } }
      staff { totalCount }
      departments { totalCount }
      viewer { staff { id } }
    }
    """
    variables = {
        "ids": keys,
        "other": keys[0],
        "code": other["code"],
        "number": ticket["number"],
        "staff": staff["number"],
    }
    subject = replace(partner, staff_id=staff["id"])

    assert (await ask(ways, text, subject, variables))["data"] == {
        "nodes": [None, None, None, None, {"id": f"Customer:{own}"}],
        "node": None,
        "byId": None,
        "byCode": None,
        "ticket": None,
        "staffMember": None,
        "customers": {"totalCount": 1, "nodes": [{"id": f"Customer:{own}"}]},
        "found": {"totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}},
        "staff": {"totalCount": 0},
        "departments": {"totalCount": 0},
        "viewer": {"staff": None},
    }


async def test_people_and_other_customers_out_of_scope_are_null_inside_what_is_seen(ways, partner):
    text = """
    { customers { nodes {
      department { name }
      owner { role staff { name } }
      relatedCustomers(first: 100) { kind customer { id } }
      timeline(first: 100) { nodes { id ... on TicketEvent { actor { id } assignee { id } } } totalCount }
      tickets { nodes { assignee { id } department { id } customer { id } } }
    } } }
    """
    (node,) = (await ask(ways, text, partner))["data"]["customers"]["nodes"]
    (own,) = partner.customer_ids

    assert node["department"] is None
    assert node["owner"] is None or node["owner"]["staff"] is None
    assert node["relatedCustomers"]
    assert all(relation["customer"] in (None, {"id": f"Customer:{own}"}) for relation in node["relatedCustomers"])
    assert node["timeline"]["totalCount"] > 10
    people = [item.get(name) for item in node["timeline"]["nodes"] for name in ("actor", "assignee")]
    people += [ticket[name] for ticket in node["tickets"]["nodes"] for name in ("assignee", "department")]
    assert set(people) == {None}
    assert all(ticket["customer"] == {"id": f"Customer:{own}"} for ticket in node["tickets"]["nodes"])


async def test_a_subject_of_a_scope_without_anything_sees_nothing(ways):
    text = "{ customers { totalCount } tickets { totalCount } interactions { totalCount } nodes(ids: []) { id } }"
    nothing = {"totalCount": 0}

    for scope in (Scope.OWN, Scope.DEPARTMENT, Scope.SUBTREE, Scope.PARTNER):
        subject = Subject("x", Role.AGENT, Clearance.SECRET, scope)
        data = (await ask(ways, text, subject))["data"]
        assert data == {"customers": nothing, "tickets": nothing, "interactions": nothing, "nodes": []}
