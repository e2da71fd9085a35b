"""What operations cost: by the weights of their sources and the sizes of their pages, told before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, get_introspection_query

from resolvers.reading.cost import cost_of
from resolvers.reading.documents import Documents
from resolvers.reading.formulas import MOST, SUMS
from resolvers.reading.limits import Limits
from resolvers.reading.weighing import formula_of
from server.graphiql.page import examples
from tests.reading.limits.asking import cost, read, schema
from tests.reading.own_schema import own_schema

BENCH = Path(__file__).parents[2] / "bench/queries/ours"

COSTS: list[tuple[str, dict[str, Any], int]] = [
    ("{ __typename }", {}, 0),
    ("{ viewer { name role } }", {}, 0),
    ('{ customer(code: "x") { code name metrics { ticketCount monetary { amount } } } }', {}, 1),
    ('{ customer(code: "x") { department { name } } }', {}, 2),
    ('{ customer(code: "x") { nextBirthday } }', {}, 2),
    ('{ customer(code: "x") { contacts { name } } }', {}, 1 + 1 + 20),
    ('{ customer(code: "x") { contacts(first: 0) { name } } }', {}, 1 + 1),
    ("{ customers(first: 3) { nodes { code } } }", {}, 1 + 3),
    ("{ customers { nodes { code } } }", {}, 1 + 20),
    ("{ customers(first: null) { nodes { code } } }", {}, 1 + 20),
    ("{ customers(first: 1000) { nodes { code } } }", {}, 1 + 100),
    ("{ customers(first: -1) { nodes { code } } }", {}, 1),
    ("{ customers(first: 3) { totalCount } }", {}, 1 + 3 + 10),
    ("{ customers(first: 3) { pageInfo { endCursor } } }", {}, 1 + 3),
    ("{ customers(first: 3, filter: {code: {in: []}}) { nodes { code } } }", {}, 1 + 10 + 3),
    ("{ customers(first: 3, filter: null) { nodes { code } } }", {}, 1 + 3),
    ("{ customers(first: 3) { nodes { department { name } } } }", {}, 1 + 3 + 3),
    ("{ customers(first: 3) { edges { node { department { name } } } } }", {}, 1 + 3 + 3),
    ("{ customers(first: 3) { nodes { department { name } } edges { cursor } } }", {}, 1 + 3 + 3),
    ("{ customers(first: 3) { nodes { tickets(first: 5) { nodes { assignee { name } } } } } }", {}, 4 + 3 * (6 + 5)),
    ('{ a: customer(code: "x") { code } b: customer(code: "y") { code } }', {}, 2),
    ('{ customer(code: "x") { code } customer(code: "x") { department { name } } }', {}, 2),
    (
        '{ node(id: "x") { ... on Ticket { contact { id } assignee { id } } ... on Customer { credit { rating } } } }',
        {},
        1 + 2,
    ),
    ('{ nodes(ids: ["x", "y"]) { id ... on Ticket { customer { code } } } }', {}, 1 + 2 + 2),
    ('{ nodes(ids: "x") { id } }', {}, 1 + 1),
    (
        '{ customer(code: "x") { timeline(first: 4) { nodes { id ... on TicketEvent { ticket { number } } } } } }',
        {},
        1 + 5 + 4 + 4,
    ),
    ('{ customer(code: "x") @include(if: false) { department { name } } viewer { name } }', {}, 0),
    ('{ customer(code: "x") { ... @skip(if: true) { department { name } } code } }', {}, 1),
    ('mutation { updateContact(input: {id: "x"}) { errors { code } } }', {}, 10),
    ('mutation { updateContact(input: {id: "x"}) { contact { customer { code } } errors { code } } }', {}, 10 + 2),
    ("{ __schema { queryType { name } } }", {}, 2),
    ('{ customer(code: "x") { influence { reached } } }', {}, 1 + 11),
    (
        '{ customer(code: "x") { group { memberCount exposure { amount } members(first: 4) { code } } } }',
        {},
        1 + 11 + 6,
    ),
    ('{ customer(code: "x") { neighbourhood(first: 3) { depth via { kind } party { id } } } }', {}, 1 + 10 + 3 * 3),
    (
        '{ customer(code: "x") { pathTo(id: "y") { via { kind } parties { ... on Customer { owner { id } } } } } }',
        {},
        1 + 51 + 1 + 1 + 7 * 2,
    ),
    ("{ departments(first: 5) { nodes { subtree(first: 2) { department { name } } } } }", {}, 6 + 5 * (10 + 2 * 2)),
    ("{ graph { lagSeconds } }", {}, 11),
]

SKIPPED = """
query ($w: Boolean!) { customers(first: 5) { nodes { department { name } } } ...F @skip(if: $w) }
fragment F on Query { customers(first: 5) { nodes { credit { rating } } } }
"""

DEAREST = """
query ($n: Int!) {
  nodes(ids: [1]) { ... on Customer { tags(first: $n) { name } } ... on Ticket { events(first: 3) { kind } } }
}
"""

BY_VARIABLES: list[tuple[str, dict[str, Any], int]] = [
    ("query ($n: Int) { customers(first: $n) { nodes { code } } }", {"n": 7}, 1 + 7),
    ("query ($n: Int) { customers(first: $n) { nodes { code } } }", {"n": None}, 1 + 20),
    ("query ($n: Int) { customers(first: $n) { nodes { code } } }", {}, 1 + 20),
    ("query ($n: Int) { customers(first: $n) { nodes { code } } }", {"n": 10**9}, 1 + 100),
    ("query ($n: Int) { customers(first: $n) { nodes { code } } }", {"n": -5}, 1),
    ("query ($n: Int, $m: Int) { customers(first: $n, last: $m) { nodes { code } } }", {"n": None, "m": 4}, 1 + 4),
    ("query ($n: Int!) { customers(first: 5) { nodes { tags(first: $n) { name } } } }", {"n": 3}, 1 + 5 + 5 * 4),
    ("query ($n: Int!) { customers(first: $n) { nodes { tags(first: $n) { name } } } }", {"n": 3}, 1 + 3 + 3 * 4),
    ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b", "c"]}, 1 + 3),
    ('query ($id: ID!) { nodes(ids: [$id, "x"]) { id } }', {"id": "a"}, 1 + 2),
    (
        "query ($w: Boolean!) { customers(first: 5) { nodes { department @include(if: $w) { name } } } }",
        {"w": True},
        11,
    ),
    (
        "query ($w: Boolean!) { customers(first: 5) { nodes { department @include(if: $w) { name } } } }",
        {"w": False},
        6,
    ),
    ("query ($w: Boolean!) { customers(first: 5) { nodes { department @skip(if: $w) { name } } } }", {"w": True}, 6),
    (
        SKIPPED,
        {"w": True},
        1 + 5 + 5,
    ),
    (
        SKIPPED,
        {"w": False},
        1 + 5 + 10,
    ),
    (
        DEAREST,
        {"n": 2},
        1 + 1 + 4,
    ),
    (
        DEAREST,
        {"n": 9},
        1 + 1 + 10,
    ),
]


@pytest.mark.parametrize(("text", "variables", "points"), [*COSTS, *BY_VARIABLES])
def test_the_points_of_an_operation(text, variables, points):
    assert cost(text, variables) == points


def test_each_operation_has_its_own_cost():
    text = 'query A { customers(first: 3) { nodes { code } } } query B { customer(code: "x") { code } }'

    assert (cost(text, name="A"), cost(text, name="B")) == (4, 1)


def test_sensible_questions_have_room_and_greedy_ones_do_not():
    limit = Limits().cost
    greedy = "{ customers(first: 100) { nodes { interactions(first: 100) { nodes { subject %s } } } } }"

    assert cost((BENCH / "a.graphql").read_text("utf-8")) == 154
    assert cost((BENCH / "b.graphql").read_text("utf-8")) == 601
    assert cost((BENCH / "c.graphql").read_text("utf-8")) == 1
    assert all(cost(example.query, example.variables) < limit / 50 for example in examples())
    assert cost(greedy % "") > limit
    assert cost(greedy % "ticket { events(first: 20) { kind } }") > 20 * limit


def test_reading_the_whole_schema_is_dear_and_possible():
    whole = cost(get_introspection_query())

    assert 1_000 < whole < Limits().cost
    twice = get_introspection_query().replace("types {", "again: types { ...FullType } types {", 1)
    assert cost(twice) > 1.8 * whole


def test_no_cost_is_beyond_what_clients_can_read():
    deep = (
        "{ customers(first: 100) { nodes { "
        + "tickets(first: 100) { nodes { customer { " * 2
        + "code"
        + " } } }" * 2
        + " } } }"
    )
    text = "query ($n: Int!) " + deep.replace("100", "$n").replace(
        "code", "tickets(first: $n) { nodes { events(first: $n) { kind } } }"
    )
    wide = Documents(schema(), Limits(depth=20))

    document = wide.get(text)
    assert document.errors == ()
    assert cost_of(schema(), document, document.operation(None), {"n": 100}) == MOST


def of_own_schema(own: GraphQLSchema, text: str) -> int:
    """The points of an operation over another schema."""
    document = Documents(own).get(text)
    return cost_of(own, document, document.operation(None), {})


def test_functions_and_ordinary_resolvers_cost_too():
    own = own_schema()._schema

    assert of_own_schema(own, "{ clients(first: 10) { nodes { shout score } } }") == 1 + 10 + 10 * 2
    assert of_own_schema(own, "{ clients(first: 10) { nodes { story { words } } } }") == 1 + 10 + 10 * 5
    assert of_own_schema(own, "{ weather }") == 1
    assert of_own_schema(own, "mutation { touch { note client { code } } }") == 10 + 1


def test_a_kept_documents_cost_is_found_without_walking_it_again(monkeypatch):
    walked = []
    monkeypatch.setattr("resolvers.reading.cost.formula_of", lambda *given: walked.append(given) or formula_of(*given))
    constant = read((BENCH / "a.graphql").read_text("utf-8"))
    text = """
    query ($n: Int!, $m: Int!, $w: Boolean!) {
      customers(first: $n) { nodes { tags(first: $m) @skip(if: $w) { name } } }
    }
    """
    varying = read(text)

    for number in range(1, 5):
        cost_of(schema(), constant, constant.operation(None), {"id": str(number)})
        variables = {"n": number, "m": number, "w": number % 2 == 0}
        cost_of(schema(), varying, varying.operation(None), variables)

    assert walked == []


def test_kept_sums_are_bounded():
    document = read("query ($n: Int!, $m: Int!) { customers(first: $n) { nodes { tags(first: $m) { name } } } }")
    operation = document.operation(None)

    for number in range(SUMS * 3):
        cost_of(schema(), document, operation, {"n": number % 100, "m": number // 100})
    assert len(document.formulas[None].sums) <= SUMS
