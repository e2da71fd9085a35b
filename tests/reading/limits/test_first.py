"""A list inside a list says how many rows it wants."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import get_introspection_query

from server.graphiql.page import examples
from tests.reading.limits.asking import codes, cost, read, words

ROOT = Path(__file__).parents[3]

REFUSED = [
    ("{ customers { nodes { contacts { name } } } }", "customers.nodes.contacts"),
    ("{ customers { edges { node { contacts { name } } } } }", "customers.edges.node.contacts"),
    ("{ customers { nodes { c: contacts { name } } } }", "customers.nodes.c"),
    ("{ customers { nodes { tickets(first: null) { totalCount } } } }", "customers.nodes.tickets"),
    ("{ customers { nodes { tickets(after: null) { totalCount } } } }", "customers.nodes.tickets"),
    ("query ($n: Int) { customers { nodes { tickets(first: $n) { totalCount } } } }", "customers.nodes.tickets"),
    ("query ($n: Int = null) { customers { nodes { tickets(first: $n) { totalCount } } } }", "customers.nodes.tickets"),
    ('{ nodes(ids: ["x"]) { ... on Customer { contacts { name } } } }', "nodes.contacts"),
    ("{ customers { nodes { ...F } } } fragment F on Customer { contacts { name } }", "customers.nodes.contacts"),
    (
        '{ customer(code: "x") { ...F } customers { nodes { ...F } } } fragment F on Customer { contacts { name } }',
        "customers.nodes.contacts",
    ),
    (
        '{ customer(code: "x") { relatedCustomers { customer { tags { name } } } } }',
        "customer.relatedCustomers.customer",
    ),
    (
        'mutation { updateContact(input: {id: "x"}) { contact { customer { contacts { customer { tags { name }}}}}}}',
        "updateContact.contact.customer.contacts.customer.tags",
    ),
]

PASSES = [
    "{ customers { nodes { code } } }",
    '{ customer(code: "x") { contacts { name } tickets { nodes { number } } } }',
    "{ customers { nodes { contacts(first: 5) { name } tickets(last: 2) { totalCount } } } }",
    "query ($n: Int!) { customers { nodes { tickets(first: $n) { totalCount } } } }",
    "query ($n: Int = 5) { customers { nodes { tickets(first: $n) { totalCount } } } }",
    "{ customers { totalCount pageInfo { endCursor } } }",
    get_introspection_query(),
]


@pytest.mark.parametrize(("text", "path"), REFUSED)
def test_without_a_size_it_is_refused(text, path):
    assert codes(text) == ["FIRST_REQUIRED"]
    assert path in words(text)
    assert "write first: 20" in words(text)
    assert read(text).errors[0].locations


@pytest.mark.parametrize("text", PASSES)
def test_with_a_size_or_outside_of_lists_it_passes(text):
    assert codes(text) == []


def test_all_places_are_told_at_once():
    text = "{ customers { nodes { contacts { name } tags { name } tickets { nodes { events { kind } } } } } }"

    places = [error.message.split(" is a list")[0] for error in read(text).errors]
    assert places == [f"customers.nodes.{key}" for key in ("contacts", "tags", "tickets", "tickets.nodes.events")]


def test_it_can_be_left_out():
    assert codes("{ customers { nodes { contacts { name } } } }", first_required=False) == []


def documents_of_the_project() -> list[tuple[str, str]]:
    """The queries that people copy: examples, documents, benchmark."""
    found = [(f"example {number}", example.query) for number, example in enumerate(examples())]
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        blocks = re.findall(r"^```graphql\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        found += [(f"{page.name} {number}", block) for number, block in enumerate(blocks)]
    found += [(path.name, path.read_text("utf-8")) for path in (ROOT / "tests/bench/queries/ours").glob("*.graphql")]
    return [(name, text) for name, text in found if not text.lstrip().startswith(("type ", "input ", "enum "))]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in documents_of_the_project()])
def test_what_people_copy_passes_all_limits_and_costs_little(text):
    assert read(text).errors == ()
    for name in read(text).operations:
        assert cost(text, {}, name) <= 1_000
