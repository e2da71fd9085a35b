"""What the schema promises everywhere: descriptions, bounded lists, Relay's forms, titles in both languages."""

from __future__ import annotations

import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    validate_schema,
)

from schema.build import build_schema


@pytest.fixture(scope="module")
def graphql() -> GraphQLSchema:
    return build_schema()._schema


def own_types(graphql: GraphQLSchema):
    return [gtype for name, gtype in graphql.type_map.items() if not name.startswith("__")]


def test_the_schema_is_valid(graphql):
    assert validate_schema(graphql) == []


def test_everything_is_described(graphql):
    missing = []
    for gtype in own_types(graphql):
        if not gtype.description and gtype.name not in {"Boolean", "Int", "Float", "String", "ID"}:
            missing.append(gtype.name)
        if isinstance(gtype, GraphQLEnumType):
            missing += [f"{gtype.name}.{name}" for name, value in gtype.values.items() if not value.description]
        for name, field in getattr(gtype, "fields", {}).items():
            missing += [] if field.description else [f"{gtype.name}.{name}"]
            missing += [
                f"{gtype.name}.{name}({a}:)" for a, x in getattr(field, "args", {}).items() if not x.description
            ]

    assert missing == []


def test_descriptions_are_sentences(graphql):
    texts = [
        field.description
        for gtype in own_types(graphql)
        if not isinstance(gtype, GraphQLEnumType)
        for field in getattr(gtype, "fields", {}).values()
    ]

    assert [text for text in texts if not re.search(r"[.。）)\w]$", text.strip())] == []


OF_DECISIONS = {"facts", "results", "reasons", "rows", "tests", "decided", "before"}
OF_TEXTS = {"findings", "regions", "cells", "witness", "more", "cases", "differences", "uncovered", "changes"}
OF_TRIALS = {"results", "outputs", "passedOver", "failed"}
OF_SIMULATIONS = {"moves", "outcomes", "months", "withoutHistory", "quiet", "work"}
OTHERS = {"errors", "problems", "nodes", "edges", "exposure", "parties", "via"}
BOUNDED_OTHERWISE = OTHERS | OF_DECISIONS | OF_TEXTS | OF_TRIALS | OF_SIMULATIONS
"""Lists whose length something else bounds: a mutation's own errors, the 50 slips of a file that are told, a page, the
ids that were given, the currencies that there are, the links of a way, the inputs of a rule set, the 100 rows of a
decision that are told, what is told of a text of rules and of what it says of facts, and what a simulation found."""


def test_no_list_is_without_a_bound(graphql):
    unbounded = [
        f"{gtype.name}.{name}"
        for gtype in own_types(graphql)
        if isinstance(gtype, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in gtype.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList) and "first" not in field.args
        if name not in BOUNDED_OTHERWISE
    ]

    assert unbounded == []


FORWARDS_ONLY = {"TicketUpdateConnection"}
"""Pages of the event log: it is read in its order, and how long it is says nothing to a reader of some of it."""


def test_connections_have_relays_form(graphql):
    for gtype in own_types(graphql):
        if not gtype.name.endswith("Connection"):
            continue
        counted = set() if gtype.name in FORWARDS_ONLY else {"totalCount"}
        assert {"edges", "nodes", "pageInfo", *counted} == set(gtype.fields)
        edge = get_named_type(gtype.fields["edges"].type)
        assert {"cursor", "node"} == set(edge.fields)
        assert edge.name == gtype.name.removesuffix("Connection") + "Edge"


def test_whatever_gives_a_connection_takes_relays_arguments(graphql):
    for gtype in own_types(graphql):
        for field in getattr(gtype, "fields", {}).values():
            name = get_named_type(field.type).name
            if name.endswith("Connection"):
                backwards = set() if name in FORWARDS_ONLY else {"last", "before"}
                assert {"first", "after", *backwards} <= set(field.args)


def test_every_node_has_an_id_and_can_be_had_by_it(graphql):
    node = graphql.type_map["Node"]

    names = {gtype.name for gtype in graphql.get_possible_types(node)}
    assert {"Customer", "Ticket", "Interaction", "Department", "Staff", "Contact", "LedgerEntry"} <= names
    assert all(str(graphql.type_map[name].fields["id"].type) == "ID!" for name in names)


CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_enums_of_the_domain_carry_titles_in_both_languages(graphql):
    domain = ["Grade", "TicketStatus", "TicketKind", "Severity", "Channel", "InteractionKind", "LedgerKind", "Role"]

    for name in domain:
        for value in graphql.type_map[name].values.values():
            english, chinese = value.description.split(" | ")
            assert english
            assert CHINESE.search(chinese)


def test_every_mutation_takes_one_input_and_answers_with_typed_errors(graphql):
    for field in graphql.mutation_type.fields.values():
        assert list(field.args) == ["input"]
        given = get_named_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        assert "idempotencyKey" in given.fields
        payload = get_named_type(field.type)
        error = get_named_type(payload.fields["errors"].type)
        assert {"field", "message", "code"} == set(error.fields) - {"problems"}
        assert isinstance(get_named_type(error.fields["code"].type), GraphQLEnumType)
