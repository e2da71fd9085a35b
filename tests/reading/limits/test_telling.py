"""What errors tell: few at a time, short, and nothing of the schema where that is closed."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from resolvers.reading.limits import LONGEST_MESSAGE
from tests.reading.limits.asking import codes, read, words

TYPOS = [
    "{ custome { name } }",
    '{ customer(cod: "x") { name } }',
    '{ customer(code: "x") { nam } }',
    "{ customers(orderBy: NAME_AS) { totalCount } }",
    "{ customers(filter: {nam: {eq: 1}}) { totalCount } }",
    "query ($f: CustomerFilte) { customers(filter: $f) { totalCount } }",
    "{ customers { nodes { ...Customr } } } fragment Customer on Custome { name }",
    "{ customers { nodes { ... on Custome { name } } } }",
    "{ viewer { name @includ(if: true) } }",
]


@pytest.mark.parametrize("text", TYPOS)
def test_suggestions_can_be_left_out(text):
    assert not any("Did you mean" in error.message for error in read(text, suggestions=False).errors)
    assert codes(text, suggestions=False)


def test_suggestions_are_made_otherwise():
    assert "Did you mean" in words("{ custome { name } }")


INTROSPECTION = [
    get_introspection_query(),
    '{ __type(name: "Customer") { name } }',
    "{ a: __schema { queryType { name } } }",
    "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    'mutation { updateContact(input: {id: "x"}) { errors { code } } __schema { queryType { name } } }',
]


@pytest.mark.parametrize("text", INTROSPECTION)
def test_introspection_can_be_closed(text):
    assert "INTROSPECTION_DISABLED" in codes(text, introspection=False)
    assert "INTROSPECTION_DISABLED" not in codes(text)


def test_typename_stays_when_introspection_is_closed():
    assert codes('{ __typename node(id: "x") { __typename } }', introspection=False) == []


def test_few_errors_are_told_at_once():
    found = read("{" + " ".join(f"a{i}" for i in range(200)) + "}").errors

    assert len(found) == 11
    assert "Too many validation errors" in found[-1].message


def test_a_long_message_is_cut():
    [error] = read("{ " + "a" * 20_000 + " }").errors

    assert len(error.message) == LONGEST_MESSAGE + len("...")


def test_errors_still_show_their_place():
    [error] = read("{\n  viewer { nam }\n}").errors

    assert [(place.line, place.column) for place in error.locations] == [(2, 12)]
    assert "viewer { nam }" in str(error)
