"""A field that is left out for want of clearance is null, and `extensions.withheld` says so: the same in every way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading.withholding import MOST
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import Asking

pytestmark = pytest.mark.anyio

AGENT = replace(EVERYTHING, clearance=Clearance.INTERNAL)
PUBLIC = replace(EVERYTHING, clearance=Clearance.PUBLIC)


async def withheld(ways, text: str, subject: Subject = AGENT, **variables: Any) -> list[dict[str, Any]]:
    """The notices, the same by all ways on all stores."""
    answers = [json.loads(await ways.body(*key, Asking(text, variables, subject))) for key in ways.answerers]
    assert "errors" not in answers[0], answers[0]
    found = [answer["extensions"].get("withheld", []) for answer in answers]
    for one, key in zip(found, ways.answerers, strict=True):
        assert one == found[0], key
    return found[0]


def places(notices: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Where, of which type, and for want of what."""
    return [
        (".".join(notice["path"]), f"{notice['type']}.{notice['field']}", notice["clearance"]) for notice in notices
    ]


async def test_a_notice_says_where_what_and_which_clearance(ways):
    notices = await withheld(ways, "{ customers(first: 2) { nodes { code taxNumber birthday } } }")

    assert notices == [
        {"path": ["customers", "nodes", "taxNumber"], "type": "Customer", "field": "taxNumber", "clearance": "SECRET"},
        {
            "path": ["customers", "nodes", "birthday"],
            "type": "Customer",
            "field": "birthday",
            "clearance": "CONFIDENTIAL",
        },
    ]


async def test_who_may_read_all_gets_no_notice(ways):
    assert await withheld(ways, "{ customers(first: 1) { nodes { taxNumber note } } }", EVERYTHING) == []
    assert await withheld(ways, "{ customers(first: 1) { nodes { code name phone } } }", AGENT) == []


async def test_paths_are_those_of_the_answer(ways):
    text = """
    { a: customers(first: 1) { edges { node { t: taxNumber metrics { s: satisfaction } credit { limit { amount } } } } }
      staff(first: 1) { nodes { memberships(first: 1) { staff { homeAddress } } } }
      viewer { staff { birthday } } }
    """

    assert places(await withheld(ways, text)) == [
        ("a.edges.node.t", "Customer.taxNumber", "SECRET"),
        ("a.edges.node.credit.limit", "CreditAccount.limit", "CONFIDENTIAL"),
        ("staff.nodes.memberships.staff.homeAddress", "Staff.homeAddress", "SECRET"),
        ("viewer.staff.birthday", "Staff.birthday", "CONFIDENTIAL"),
    ]
    assert ("a.edges.node.metrics.s", "CustomerMetrics.satisfaction", "INTERNAL") in places(
        await withheld(ways, text, PUBLIC)
    )


async def test_types_behind_an_interface_have_notices_of_their_own(ways):
    text = """
    query($kinds: [TimelineKind!]) {
      customers(first: 1) { nodes { timeline(first: 3, kinds: $kinds) {
        nodes { id ... on Interaction { description } ... on TicketEvent { note } }
        edges { node { ... on Interaction { what: description } } }
      } } }
    }
    """
    found = places(await withheld(ways, text, PUBLIC))

    assert found == [
        ("customers.nodes.timeline.nodes.description", "Interaction.description", "CONFIDENTIAL"),
        ("customers.nodes.timeline.edges.node.what", "Interaction.description", "CONFIDENTIAL"),
        ("customers.nodes.timeline.nodes.note", "TicketEvent.note", "INTERNAL"),
    ]
    assert places(await withheld(ways, text, PUBLIC, kinds=["TICKET_EVENT"])) == found[2:]


async def test_of_ids_only_the_types_that_were_asked_for_are_told(ways, rows):
    customer, person = (rows.all(gtype)[0]["id"] for gtype in ("Customer", "Staff"))
    text = """
    query($one: ID!, $ids: [ID!]!) {
      node(id: $one) { ... on Customer { taxNumber } ... on Staff { homeAddress } }
      nodes(ids: $ids) { ... on Customer { taxNumber } ... on Staff { homeAddress } ... on Contact { note } }
    }
    """
    ids = [f"Customer:{customer}", f"Staff:{person}"]

    assert places(await withheld(ways, text, one=ids[1], ids=ids)) == [
        ("node.homeAddress", "Staff.homeAddress", "SECRET"),
        ("nodes.taxNumber", "Customer.taxNumber", "SECRET"),
        ("nodes.homeAddress", "Staff.homeAddress", "SECRET"),
    ]
    assert places(await withheld(ways, text, one=ids[0], ids=ids[:1])) == [
        ("node.taxNumber", "Customer.taxNumber", "SECRET"),
        ("nodes.taxNumber", "Customer.taxNumber", "SECRET"),
    ]


async def test_what_directives_leave_out_is_not_withheld(ways):
    text = (
        "query($t: Boolean!) { customers(first: 1) { nodes { code taxNumber @include(if: $t) note @skip(if: $t) } } }"
    )

    assert places(await withheld(ways, text, t=True)) == [("customers.nodes.taxNumber", "Customer.taxNumber", "SECRET")]
    assert places(await withheld(ways, text, t=False)) == [("customers.nodes.note", "Customer.note", "CONFIDENTIAL")]


async def test_merged_fields_and_fragments_have_one_notice(ways):
    text = """
    { customers(first: 1) { nodes { taxNumber ...F ... on Customer { taxNumber } } }
      customers(first: 1) { nodes { ...F } } }
    fragment F on Customer { taxNumber }
    """

    assert places(await withheld(ways, text)) == [("customers.nodes.taxNumber", "Customer.taxNumber", "SECRET")]


async def test_a_deep_question_has_the_notices_of_all_its_statements(ways):
    levels = "department { customers(first: 1) { nodes { taxNumber "
    text = "{ customers(first: 2) { nodes { " + levels * 4 + "} } } " * 4 + "} } }"

    found = places(await withheld(ways, text))
    assert sorted(place.count("department") for place, *_ in found) == [1, 2, 3, 4]
    assert {field for _, field, _ in found} == {"Customer.taxNumber"}


async def test_notices_are_bounded(ways):
    aliases = " ".join(f"a{number}: taxNumber" for number in range(MOST + 7))
    notices = await withheld(ways, f"{{ customers(first: 1) {{ nodes {{ {aliases} }} }} }}")

    assert len(notices) == MOST + 1
    assert notices[-1] == {"more": 7}
    assert notices[MOST - 1]["path"] == ["customers", "nodes", f"a{MOST - 1}"]


async def test_rows_out_of_scope_leave_no_hint(ways):
    """The notices are those of an answer with rows: they tell nothing of what there is."""
    text = '{ customers(first: 5) { totalCount nodes { taxNumber } } customer(code: "C-1") { taxNumber } }'
    nobody = Subject("x", Role.AGENT, Clearance.INTERNAL, Scope.OWN)

    assert await withheld(ways, text, nobody) == await withheld(ways, text, AGENT)


async def test_a_list_that_is_empty_and_one_that_is_full_tell_the_same(ways):
    text = "query($c: String) { customers(first: 2, filter: {code: {eq: $c}}) { nodes { taxNumber } } }"

    assert await withheld(ways, text, c="no such code") == await withheld(ways, text, c="C-1") != []
