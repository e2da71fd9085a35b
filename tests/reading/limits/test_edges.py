"""Each limit at its edge: as many pass, one more is refused, and the words say what, how many, and what to do."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from resolvers.reading.limits import Limits
from tests.reading.limits.asking import codes, read, words

DEFAULT = Limits()


def inside(number: int) -> str:
    """Fields so deep inside one another: departments above departments."""
    return "{ department(number: " + '"D") ' + "{ parent " * (number - 2) + "{ name }" + "}" * (number - 2) + "}"


def spread(number: int) -> str:
    """So many uses of a fragment, each in a list of its own."""
    return "{ viewer { " + "...F " * (number - 1) + "... { name } } } fragment F on Viewer { role }"


def chained(number: int) -> str:
    """So many fragments, each of which spreads the next."""
    chain = "".join(f" fragment F{i} on Viewer {{ ...F{i + 1} }}" for i in range(number - 1))
    return "{ viewer { ...F0 } }" + chain + f" fragment F{number - 1} on Viewer {{ name }}"


def changes(number: int) -> str:
    """So many changes in one mutation, some by a fragment."""
    one = 'a%d: updateContact(input: {id: "x"}) { errors { code } } '
    return (
        "mutation M { ...F "
        + "".join(one % i for i in range(number - 1))
        + "} fragment F on Mutation { "
        + one % number
        + "}"
    )


CASES = [
    ("document_length", "LIMIT_LENGTH", "{ viewer { name } }".ljust, "32,769 characters", "by variables"),
    ("tokens", "LIMIT_TOKENS", lambda n: "{ viewer { name } }" + "#\n" * (n - 6), "2,001 tokens", "by variables"),
    (
        "nesting",
        "LIMIT_DEPTH",
        lambda n: "{" + "...{" * (n - 1) + "__typename" + "}" * n,
        "brackets more",
        "inner part",
    ),
    ("depth", "LIMIT_DEPTH", inside, "The query has fields 11 deep", "request of its own"),
    (
        "fields",
        "LIMIT_FIELDS",
        lambda n: "{ viewer {" + "...F " * (n - 1) + "} } fragment F on Viewer { name }",
        "",
        "",
    ),
    ("aliases", "LIMIT_ALIASES", lambda n: "{" + "".join(f"a{i}: __typename " for i in range(n)) + "}", "16", "lists"),
    ("root_fields", "LIMIT_ROOT_FIELDS", changes, "The mutation M has 6 changes", "several requests"),
    (
        "directives_a_node",
        "LIMIT_DIRECTIVES",
        lambda n: "{ __typename" + " @skip(if: false)" * n + "}",
        "6",
        "leave out",
    ),
    ("fragments", "LIMIT_FRAGMENTS", chained, "31 fragments", "merge"),
    ("spreads", "LIMIT_FRAGMENTS", spread, "251 uses of fragments", "where they are used"),
    (
        "operations",
        "LIMIT_OPERATIONS",
        lambda n: "".join(f"query Q{i} {{ __typename }}" for i in range(n)),
        "11",
        "only",
    ),
]


def with_directives(number: int) -> str:
    """So many directives, one a place."""
    return "{ viewer { " + "name @include(if: true) " * number + "} }"


def with_variables(number: int) -> str:
    """So many variables, all used."""
    ids = "".join(f"$v{i}: ID! " for i in range(number))
    return f"query ({ids}) {{ nodes(ids: [{ids.replace(': ID!', '')}]) {{ id }} }}"


def with_values(number: int) -> str:
    """So many values: a list and what is in it."""
    return "{ nodes(ids: [" + '"x" ' * (number - 1) + "]) { id } }"


MORE = [
    ("directives", "LIMIT_DIRECTIVES", with_directives, "51 directives", "around all"),
    ("variables", "LIMIT_VARIABLES", with_variables, "101 variables", "input objects"),
    ("values", "LIMIT_VALUES", with_values, "251 values", "by variables"),
]


@pytest.mark.parametrize(("name", "code", "make", "found", "cure"), [*CASES, *MORE], ids=lambda v: str(v)[:20])
def test_as_many_pass_and_one_more_is_refused(name, code, make, found, cure):
    limit = getattr(DEFAULT, name)
    wide = {other: 10**6 for other in ("fields", "spreads", "overlaps", "depth") if other != name}

    passes = [c for c in codes(make(limit), **wide) if c.startswith("LIMIT")]
    refused = words(make(limit + 1), **wide)

    assert passes == []
    assert codes(make(limit + 1), **wide) == [code]
    assert found in refused
    assert cure in refused
    assert f"{limit:,}" in refused


def test_a_refusal_says_where():
    [error] = read("query Deep " + inside(11)).errors

    assert error.message.startswith("The query Deep has")
    assert [(place.line, place.column) for place in error.locations] == [(1, inside(11).index("name }") + 12)]


def test_the_standard_introspection_passes_and_a_deeper_one_does_not():
    assert codes(get_introspection_query(type_depth=9)) == []
    assert codes(get_introspection_query(type_depth=15)) == ["LIMIT_DEPTH"]


def test_what_is_beside_introspection_has_its_own_depth():
    deep = "{ __schema { types { fields { args { type { ofType { ofType { ofType { ofType { name } } } } } } } } } "

    assert codes(deep + inside(10)[1:]) == []
    assert codes(deep + inside(11)[1:]) == ["LIMIT_DEPTH"]


def test_fragments_of_introspection_count_as_introspection():
    text = "{ __schema { types { ...A } } } fragment A on __Type { ofType { ...B } } fragment B on __Type "

    assert codes(text + "{ ofType " * 16 + "{ name }" + "}" * 16) == []
    assert codes(text + "{ ofType " * 17 + "{ name }" + "}" * 17) == ["LIMIT_DEPTH"]


def test_many_fragments_that_ask_the_same_pass():
    """As Relay and Apollo write them: a fragment a component, each with id and __typename."""
    fields = "id __typename name department { id name } owner { staff { id name } } tickets(first: 10) { nodes { id } }"
    fragments = "".join(f"fragment F{i} on Customer {{ {fields} }} " for i in range(30))
    spreads = " ".join(f"...F{i}" for i in range(30))

    assert codes(f"{{ customers(first: 20) {{ nodes {{ {spreads} }} }} }} {fragments}") == []


def test_fields_that_share_a_place_are_bounded():
    refused = words("{" + "viewer { name } " * 100 + "}")

    assert codes("{" + "viewer { name } " * 100 + "}") == ["LIMIT_OVERLAPS"]
    assert "at most 30,000 are allowed: ask for each field once" in refused
    assert codes("{" + "viewer { name } " * 50 + "}") == []


def test_limits_can_be_set():
    assert codes("{ viewer { name } }", depth=1) == ["LIMIT_DEPTH"]
    assert codes("{ viewer { name } }", tokens=5) == ["LIMIT_TOKENS"]
    assert codes("{ viewer { name } }", document_length=18) == ["LIMIT_LENGTH"]
