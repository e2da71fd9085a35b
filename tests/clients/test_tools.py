"""The tools that teams use on a schema take ours: generators of types, compilers, linters, comparisons."""

from __future__ import annotations

import json

import pytest

from tests.clients.installing import HERE
from tests.clients.programs import done, node, tool


def test_graphql_eslint_finds_nothing_in_the_schema_and_in_documents(javascript):
    done(tool("eslint", "--max-warnings", "0", "schema.graphql", "operations/*.graphql"), javascript)


def test_graphql_eslint_finds_what_is_wrong(javascript):
    """The linter is at work: a field without a description, and one in capitals, are found."""
    schema = javascript / "schema.graphql"
    right = schema.read_text("utf-8")
    schema.write_text(right + "\ntype Wrong {\n  BAD: Int\n}\n", "utf-8")
    try:
        with pytest.raises(AssertionError, match="require-description"):
            done(tool("eslint", "schema.graphql"), javascript)
    finally:
        schema.write_text(right, "utf-8")


def test_graphql_inspector_finds_valid_documents_and_only_the_breaks_that_we_meant(javascript):
    found = json.loads(done(node("inspect.mjs"), javascript))
    meant = (HERE / "javascript" / "meant_breaks.txt").read_text("utf-8").splitlines()
    assert found["invalid"] == []
    assert found["same"] == []
    assert sorted(found["breaking"]) == sorted(line for line in meant if line and not line.startswith("#"))


def test_graphql_codegen_makes_types_that_tsc_takes(generated):
    assert (generated / "build" / "typed.js").exists()
    trusted = json.loads((generated / "gql" / "persisted-documents.json").read_text("utf-8"))
    assert len(trusted) == 4


def test_relay_compiler_takes_the_schema(relay):
    assert "query clientViewQuery" in (relay / "__generated__" / "clientViewQuery.graphql.js").read_text("utf-8")


def test_ariadne_codegen_makes_a_client_and_sgqlc_makes_classes(typed):
    assert "async def view(" in (typed / "customer360" / "client.py").read_text("utf-8")
    assert "class Customer(" in (typed / "customer360_types.py").read_text("utf-8")
