"""What the schema says of updates of tickets."""

from __future__ import annotations

import re

import pytest
from graphql import GraphQLSchema, get_named_type

from schema.build import build_schema

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def graphql() -> GraphQLSchema:
    return build_schema()._schema


def fields(graphql: GraphQLSchema, name: str) -> dict[str, str]:
    return {field: str(spec.type) for field, spec in graphql.type_map[name].fields.items()}


def arguments(graphql: GraphQLSchema, owner: str, field: str) -> dict[str, str]:
    return {name: str(spec.type) for name, spec in graphql.type_map[owner].fields[field].args.items()}


def test_there_is_one_stream(graphql):
    assert fields(graphql, "Subscription") == {"ticketUpdates": "TicketUpdate!"}
    assert arguments(graphql, "Subscription", "ticketUpdates") == {"after": "String", "filter": "TicketUpdateFilter"}


def test_the_same_is_to_be_had_in_pages(graphql):
    assert fields(graphql, "Query")["events"] == "TicketUpdateConnection!"
    wanted = {"first": "Int", "after": "String", "filter": "TicketUpdateFilter"}
    assert arguments(graphql, "Query", "events") == wanted
    assert graphql.type_map["Query"].fields["events"].args["first"].default_value == 50
    assert set(fields(graphql, "TicketUpdateConnection")) == {"edges", "nodes", "pageInfo"}


def test_only_place_and_kind_are_always_there(graphql):
    update = fields(graphql, "TicketUpdate")

    assert {name for name, of in update.items() if of.endswith("!")} == {"cursor", "kind"}
    assert update["ticket"] == "Ticket"


def test_kinds_of_updates_carry_titles_in_both_languages(graphql):
    values = graphql.type_map["TicketUpdateKind"].values

    assert list(values) == ["OPENED", "CHANGED", "BOOKMARK"]
    assert all(CHINESE.search(value.description.split(" | ")[1]) for value in values.values())


def test_a_filter_is_small_and_of_the_usual_form(graphql):
    given = graphql.type_map["TicketUpdateFilter"].fields

    assert set(given) == {"ticketId", "customerId", "kind", "severity", "what", "toStatus", "and", "or", "not"}
    for name in set(given) - {"and", "or", "not"}:
        assert "in" in get_named_type(given[name].type).fields
