"""Documents that are made to keep the server busy: each is refused or accepted for little CPU."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from resolvers.reading.documents import Documents
from resolvers.reading.limits import Limits
from tests.reading.limits.asking import codes, milliseconds, most, read, schema

LONG = Limits().document_length

NAMES = "id code name kind status grade industry size needs language country region city address email phone website"


def chain(number: int, last: str) -> str:
    """Fragments, each of which spreads the next one twice."""
    fragments = "".join(f" fragment F{i} on Customer {{ ...F{i + 1} ...F{i + 1} }}" for i in range(number - 1))
    return "{ customers { nodes { ...F0 } } }" + fragments + f" fragment F{number - 1} on Customer {{ {last} }}"


ATTACKS = {
    "one comment": ("#" + "a" * (LONG - 40) + "\n{ viewer { name } }", None),
    "one string": ('{ customer(code: "' + "a" * (LONG - 40) + '") { name } }', None),
    "one string of escapes": ('{ customer(code: "' + "\\n" * (LONG // 2 - 40) + '") { name } }', None),
    "one block string": ('{ customer(code: """' + "a\n" * (LONG // 2 - 40) + '""") { name } }', None),
    "one name": ("{" + "a" * (LONG - 10) + "}", "GRAPHQL_VALIDATION_FAILED"),
    "too long": ("#" * (LONG + 1), "LIMIT_LENGTH"),
    "empty comments": ("#\n" * (LONG // 2), "LIMIT_TOKENS"),
    "braces": ("{" * LONG, "LIMIT_TOKENS"),
    "quotes": ('"' * LONG, "LIMIT_TOKENS"),
    "as many names as tokens": ("{" + "a " * 1_998 + "}", "LIMIT_FIELDS"),
    "names, and escapes up to the length": ('{ a(x: "' + "\\n" * 14_000 + '")' + "a " * 1_980 + "}", "LIMIT_FIELDS"),
    "one field repeated": ("{ viewer { " + "name " * 490 + "} }", "LIMIT_OVERLAPS"),
    "one object repeated": ("{" + "viewer { name } " * 245 + "}", "LIMIT_OVERLAPS"),
    "as many pairs as may be": ("{" + 'customer(code: "a") { department { name } } ' * 57 + "}", None),
    "pairs that conflict": (
        "{" + "".join(f'customer(code: "{i}") {{ name }} ' for i in range(76)) + "}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "aliases": ("{" + "".join(f"a{i}: viewer {{ name }} " for i in range(240)) + "}", "LIMIT_ALIASES"),
    "a brute force of changes": (
        "mutation {"
        + "".join(f'a{i}: updateContact(input: {{id: "x"}}) {{ errors {{ code }} }} ' for i in range(15))
        + "}",
        "LIMIT_ROOT_FIELDS",
    ),
    "depth": ("{ department" + "{ parent" * 40 + "{ name }" + "}" * 41, "LIMIT_DEPTH"),
    "directives at one place": ("{ viewer { name" + "@include(if: true)" * 280 + "} }", "LIMIT_DIRECTIVES"),
    "directives": ("{ viewer {" + "name @include(if: true) " * 200 + "} }", "LIMIT_DIRECTIVES"),
    "fragments that double": (chain(25, "id"), "LIMIT_FIELDS"),
    "empty fragments that double": (chain(25, ""), "LIMIT_FRAGMENTS"),
    "introspection that doubles": (
        chain(25, "name").replace("Customer", "__Type").replace("customers { nodes", "__schema { types"),
        "LIMIT_FIELDS",
    ),
    "a circle of fragments": (
        "{ customers { nodes { ...A } } } fragment A on Customer { ...B ...B } fragment B on Customer { ...A ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "all fragments in all fragments": (
        "{ customers { nodes { ...F0 } } }"
        + "".join(f"fragment F{i} on Customer {{ {' '.join(f'...F{j}' for j in range(20))} }} " for i in range(20)),
        "LIMIT_FRAGMENTS",
    ),
    "a circle through fields": (
        "{customers {nodes {...A}}} fragment A on Customer {department {customers(first: 1) {nodes {...A}}}}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "many fragments": ("{ viewer { name } }" + "fragment F on Viewer { name } " * 200, "LIMIT_FRAGMENTS"),
    "fragments that nothing uses": (
        "{ viewer { name } }"
        + "".join(f"fragment F{i} on Customer {{ {'department { name } ' * 10} ...F{i + 1} }} " for i in range(25)),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "many operations": ("".join(f"query Q{i} {{ viewer {{ name }} }} " for i in range(200)), "LIMIT_OPERATIONS"),
    "large operations": (
        "".join(
            f"query Q{i} {{ {'customer(code: $c) { name department { name } } ' * 12} }} ".replace(
                "Q" + str(i), f"Q{i}($c: String)"
            )
            for i in range(9)
        ),
        None,
    ),
    "many variables": (
        "query (" + "".join(f"$v{i}: Int " for i in range(400)) + ") { viewer { name } }",
        "LIMIT_VARIABLES",
    ),
    "unused variables": (
        "query (" + "".join(f"$v{i}: Int " for i in range(100)) + ") { viewer { name } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a long list": ("{ nodes(ids: [" + '"x" ' * 1_900 + "]) { id } }", "LIMIT_VALUES"),
    "lists in lists": ("{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }", "LIMIT_DEPTH"),
    "types in types": ("query ($a: " + "[" * 900 + "Int" + "]" * 900 + ") { viewer { name } }", "LIMIT_DEPTH"),
    "a wide filter": ("{ customers(filter: {and: [" + "{} " * 240 + "]}) { totalCount } }", None),
    "unknown fields": ("{" + " ".join(f"customeq{i}" for i in range(490)) + "}", "GRAPHQL_VALIDATION_FAILED"),
    "unknown types": (
        "{" + " ".join(f"... on Custome{i} {{ a{i} }}" for i in range(240)) + "}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "unknown places of a filter": (
        "{ customers(filter: {" + " ".join(f"nam{i}: 1" for i in range(245)) + "}) { totalCount } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "definitions of types": ("type A { a: Int } " * 240, "GRAPHQL_VALIDATION_FAILED"),
    "a circle of introspection": (
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "the whole schema": (get_introspection_query(), None),
    "many fragments over the same fields": (
        "{ customers { nodes {"
        + "".join(f"...F{i} " for i in range(28))
        + "} } }"
        + "".join(f"fragment F{i} on Customer {{ {NAMES} }} " for i in range(28)),
        None,
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_keeps_nobody_busy(name):
    text, code = ATTACKS[name]

    assert set(codes(text)) == ({code} if code else set())
    assert milliseconds(lambda: read(text)) < most(100)


@pytest.mark.parametrize("name", [name for name, (_, code) in ATTACKS.items() if code and code.startswith("LIMIT")])
def test_what_is_over_a_limit_is_refused_before_it_is_validated(name):
    assert milliseconds(lambda: read(ATTACKS[name][0]), times=5) < most(50)


def test_a_thousand_fold_fragment_costs_no_more_than_a_small_one():
    assert milliseconds(lambda: read(chain(25, "id")), times=5) < most(20)


def test_a_kept_document_costs_nothing():
    documents = Documents(schema())
    text = "{" + 'customer(code: "a") { department { name } } ' * 40 + "}"
    documents.get(text)

    assert milliseconds(lambda: [documents.get(text) for _ in range(1_000)]) < most(20)


def test_a_refusal_is_kept_but_not_its_document():
    documents = Documents(schema())
    text = "{ viewer { nam } }"
    refused = documents.get(text)

    assert documents.get(text) is refused
    assert refused.node is None
    assert all(error.nodes is None for error in refused.errors)
    assert "line" not in str(refused.errors[0]) or "viewer" in str(refused.errors[0])


def test_refused_documents_push_no_good_ones_out():
    documents = Documents(schema())
    good = documents.get("{ viewer { name } }")
    for number in range(1_000):
        documents.get(f"{{ a{number} }}")

    assert documents.get("{ viewer { name } }") is good
    assert len(documents.refused) <= 256


def test_a_large_refused_document_is_not_kept():
    documents = Documents(schema())
    documents.get("{ nothing }" + " " * 10_000)

    assert len(documents.refused) == 0


def test_kept_documents_are_bounded_in_all_as_well():
    documents = Documents(schema())
    for number in range(60):
        documents.get(f"{{ viewer {{ name }} }} # {number} {'x' * 30_000}")

    assert documents.kept.characters <= 512 * 1024
    assert 10 < len(documents.kept) < 20
