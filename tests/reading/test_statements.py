"""How many statements an answer takes, whatever the sizes; and what they say, as snapshots.

`C360_REWRITE_SNAPSHOTS=1 pytest tests/reading/test_statements.py` writes the snapshots anew: read their diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.access import AccessClass, Clearance, Scope
from resolvers.reading import Way
from resolvers.reading.room import depths
from tests import stores
from tests.reading.statements import readable, statement
from tests.reading.ways import Asking

SNAPSHOTS = Path(__file__).with_name("snapshots")
REWRITE = os.environ.get("C360_REWRITE_SNAPSHOTS") == "1"
QUERIES = Path(stores.__file__).parent / "bench" / "queries" / "ours"
DIALECTS = {"postgresql": asyncpg.dialect, "sqlite": pysqlite.dialect}
NOBODY = "Customer:00000000-0000-4000-8000-000000000000"

TIMELINE = """
query Timeline($id: ID!, $before: String, $kinds: [TimelineKind!], $since: DateTime) {
  customer(id: $id) {
    timeline(last: 5, before: $before, kinds: $kinds, since: $since) {
      edges { cursor node { __typename id happenedAt ... on Interaction { subject handler { name } } } }
      pageInfo { hasPreviousPage startCursor }
      totalCount
    }
  }
}
"""

FILTERED = """
query Filtered($filter: CustomerFilter) {
  customers(first: 10, orderBy: MONETARY_DESC, filter: $filter) { nodes { code } totalCount }
  nodes(ids: ["Customer:00000000-0000-4000-8000-000000000000", "Staff:00000000-0000-4000-8000-000000000000"]) {
    id
    ... on Customer { name nextBirthday }
  }
}
"""

FILTER = {
    "search": "zhang wei",
    "grade": {"in": ["VIP", "KEY"]},
    "monetary": {"gte": "1000"},
    "or": [{"not": {"country": {"eq": "CN"}}}, {"city": {"startsWith": "上"}, "birthday": {"isNull": False}}],
}

CUSTOMER = {"id": NOBODY}
AGENT = AccessClass(Clearance.INTERNAL, Scope.OWN)
ALL = AccessClass()

CASES: dict[str, tuple[str, dict[str, Any], AccessClass]] = {
    "a": ((QUERIES / "a.graphql").read_text(), CUSTOMER, ALL),
    "a_by_an_agent": ((QUERIES / "a.graphql").read_text(), CUSTOMER, AGENT),
    "b": ((QUERIES / "b.graphql").read_text(), {"after": None}, ALL),
    "c": ((QUERIES / "c.graphql").read_text(), CUSTOMER, ALL),
    "timeline": (TIMELINE, {**CUSTOMER, "before": "00", "kinds": ["GRADE", "INTERACTION"]}, AGENT),
    "filtered": (FILTERED, {"filter": FILTER}, ALL),
}


@pytest.mark.parametrize("store", DIALECTS)
@pytest.mark.parametrize("name", CASES)
def test_the_statement_says_what_it_said(name, store):
    text, variables, access = CASES[name]
    found = readable(statement(DIALECTS[store](), text, variables, access))

    file = SNAPSHOTS / f"{name}.{store}.sql"
    if REWRITE:
        file.write_text(found)
    assert found.splitlines() == file.read_text().splitlines()


def test_every_snapshot_belongs_to_a_case():
    assert {file.name for file in SNAPSHOTS.iterdir()} == {
        f"{name}.{store}.sql" for name in CASES for store in DIALECTS
    }


def test_a_readable_statement_is_the_same_statement():
    sql = "SELECT json_object('a', (SELECT t.b FROM t WHERE t.c = 'x, (SELECT ''y'' FROM' AND t.d IN (1, 2)), 'e', 1)"

    assert readable(sql).split() == sql.replace("(SELECT t", " (SELECT t").split()
    assert "'x, (SELECT ''y'' FROM'\n" in readable(sql)


@pytest.mark.anyio
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [0, 1, 100])
async def test_one_statement_whatever_the_sizes(ways, rows, name, size):
    text, variables, _ = CASES[name]
    text = text.replace("first: 5)", f"first: {size})").replace("first: 20)", f"first: {size})")
    busiest = max(rows.all("Customer"), key=lambda customer: customer["interaction_count"])
    given = {**variables, "id": f"Customer:{busiest['id']}", "before": None}

    for kind, way in ways.answerers:
        answerer = ways.answerers[kind, way]
        before = answerer.store.statements
        answer = json.loads(await ways.body(kind, way, Asking(text, given)))
        assert "errors" not in answer
        entries = len(answer["data"]) if way is not Way.DIRECT else 1
        assert answerer.store.statements - before == entries, (kind, way)


DEEP = """
{ customers(first: 3, filter: {code: {in: ["O'Brien", "C-1"]}}) { nodes {
  code department { customers(first: 3) { nodes { code department { name parent { name head { staff { name } } } } } } }
} } }
"""


@pytest.mark.anyio
async def test_a_deep_question_takes_one_more_where_the_parser_has_no_room(ways):
    answers = []
    for (kind, way), answerer in ways.answerers.items():
        before = answerer.store.statements
        answers.append(json.loads(await ways.body(kind, way, Asking(DEEP))))
        expected = 2 if kind == "sqlite" and depths(kind)[0] < 10 else 1
        assert answerer.store.statements - before == expected, (kind, way)

    assert all(answer == answers[0] for answer in answers)
    assert "errors" not in answers[0]


@pytest.mark.anyio
async def test_what_no_store_has_room_for_is_refused(ways):
    text = "{ " + "customers(first: 1) { nodes { department { " * 1
    text += "customers(first: 1) { nodes { department { " * 24 + "id" + " } } }" * 25 + " }"

    for kind, way in ways.answerers:
        answer = json.loads(await ways.body(kind, way, Asking(text)))
        if "errors" in answer:
            assert answer["data"] is None
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_DEEP"], (kind, way)


@pytest.mark.anyio
async def test_filters_and_row_scopes_need_the_parsers_room_too(ways, rows):
    nested = '{number: {eq: "x"}}'
    for _ in range(9):
        nested = f"{{not: {nested}}}"
    text = f"""
    {{ customers(first: 2) {{ nodes {{ department {{ tickets(filter: {nested}, first: 2) {{
      nodes {{ number assignee {{ number }} }} pageInfo {{ hasNextPage }} totalCount
    }} }} }} }} }}
    """
    found = [json.loads(await ways.body(*key, Asking(text))) for key in ways.answerers]

    assert all(answer == found[0] for answer in found)
    assert "errors" not in found[0]
