"""`c360 plan`: how an operation would be answered, on both kinds of store, without running it."""

from __future__ import annotations

import json

import pytest

from tests.server.running_cli import c360

WHOLE = """
query View($code: String!, $first: Int = 5, $grades: [Grade!]) {
  customer(code: $code) {
    name nextBirthday
    interactions(first: $first) { nodes { subject handler { name } } pageInfo { endCursor } }
    timeline(first: 3) { nodes { happenedAt ... on LedgerEntry { customer { nextBirthday } } } }
  }
  customers(first: 2, filter: {grade: {in: $grades}}) { edges { node { code } } }
}
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def plan(capsys, store_url, tmp_path):
    def run(text: str, *options: str):
        document = tmp_path / "document.graphql"
        document.write_text(text, "utf-8")
        return c360(capsys, "plan", str(document), "--database", store_url, *options)

    return run


def report(outcome) -> dict:
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_a_planned_operation_is_one_statement_with_the_stores_own_plan(plan):
    found = report(plan(WHOLE, "--json", "--variables", '{"code": "C-1"}'))

    assert found["way"] == "direct"
    assert found["slower because"] == []
    assert found["cost"] == {"requested": 40, "limit": 10_000}
    [statement] = found["statements"]
    assert statement["entry"] == "(whole)"
    assert statement["selects"] > 5
    assert statement["explain"]
    assert {"at": "customer.nextBirthday", "does": "call next_birthday for each row"} in statement["python"]
    assert any(step["at"].startswith("customer.timeline.nodes(LedgerEntry)") for step in statement["python"])


def test_scope_and_clearance_are_part_of_the_statement(plan):
    options = ("--json", "--variables", '{"code": "C-1"}')

    every = report(plan(WHOLE, *options))["statements"][0]
    own = report(plan(WHOLE, *options, "--scope", "own", "--clearance", "public"))["statements"][0]

    assert "assignment AS mine" in own["sql"]
    assert "assignment AS mine" not in every["sql"]
    assert not any(step["at"] == "customer.nextBirthday" for step in own["python"])


def test_what_falls_to_a_slower_way_is_told_with_the_reason(plan):
    found = report(plan("{ __schema { queryType { name } } viewer { name } }", "--json"))

    assert found["way"] == "lean"
    assert "Query.__schema" in found["slower because"][0]
    assert [statement["entry"] for statement in found["statements"]] == ["viewer"]


def test_nodes_are_put_in_order_by_python(plan):
    found = report(plan('{ nodes(ids: ["Customer:00000000-0000-0000-0000-000000000001"]) { id } }', "--json"))

    assert found["statements"][0]["python"] == [{"at": "nodes", "does": "put the objects into the order of the ids"}]


def test_a_mutation_is_lean(plan):
    text = 'mutation { createCustomer(input: {code: "C", kind: PERSON, name: "N"}) { errors { code } } }'

    assert report(plan(text, "--json"))["way"] == "lean"


def test_one_operation_of_several_is_named(plan):
    text = "query A { viewer { name } } query B { viewer { role } }"

    assert "role" in report(plan(text, "--json", "--operation", "B"))["statements"][0]["sql"]
    assert "operationName" in plan(text).err


def test_people_get_sql_and_tables(plan):
    done = plan(WHOLE, "--variables", '{"code": "C-1"}')

    assert done.code == 0
    assert "way           direct" in done.out
    assert "Python then does" in done.out
    assert "the store's plan" in done.out


def test_a_slower_way_is_explained_to_people(plan):
    assert "slower, since" in plan("{ __typename __schema { queryType { name } } }").out


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        ("{ nothing }", (), 1, "cannot be planned"),
        ("{ customers(first: 5000) { nodes { id } } }", (), 1, "cannot be planned"),
        ("query($n: Int!) { customers(first: $n) { nodes { id } } }", (), 1, "the variables do not fit"),
        ("{ viewer { name } }", ("--variables", "{"), 2, "is no JSON"),
        ("{ viewer { name } }", ("--variables", "[]"), 2, "is no JSON object"),
        ("{ viewer { name } }", ("--scope", "moon"), 2, "no clearance or scope"),
    ],
)
def test_what_cannot_be_planned_is_told(plan, text, options, code, words):
    done = plan(text, *options)

    assert done.code == code
    assert words in done.err


def test_a_missing_file_is_told(capsys, store_url, tmp_path):
    done = c360(capsys, "plan", str(tmp_path / "absent.graphql"), "--database", store_url)

    assert done.code == 2
    assert "cannot be read" in done.err
