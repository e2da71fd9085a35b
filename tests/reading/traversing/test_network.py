"""The network in the whole schema: how often it is asked, what stays when it cannot be, who may see how far it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from graph.relational import RelationalGraph
from resolvers.access import Scope, Subject
from resolvers.reading import Context, Way
from tests.factories import NOW
from tests.reading.subjects import EVERYTHING
from tests.reading.traversing.graphs import Counting, Unavailable
from tests.reading.ways import Asking

pytestmark = pytest.mark.anyio

PARTY = "__typename id name"
HOPS = "{ kind direction }"
OF_CUSTOMERS = f"""
  group {{ memberCount root {{ code }} members(first: 5) {{ code }} exposure {{ amount currency }} }}
  neighbourhood(first: 50) {{ depth party {{ {PARTY} }} via {HOPS} }}
  pathTo(id: $to) {{ length parties {{ {PARTY} }} via {HOPS} }}
  influence {{ referred reached }}
"""
PAGE = f"query($to: ID!) {{ customers(first: 20) {{ nodes {{ code {OF_CUSTOMERS} }} }} }}"
STEPS = "escalationPath(first: 10) { level isActing department { name } staff { name } }"
PEOPLE = f"""{{
  departments(first: 20) {{ nodes {{
    subtree(first: 20) {{ depth department {{ name }} }} ancestors(first: 20) {{ depth department {{ name }} }} {STEPS}
  }} }}
  staff(first: 20) {{ nodes {{
    {STEPS}
    ifLeaves {{ orphanCount orphans(first: 5) {{ code }} successors(first: 5) {{ load staff {{ name }} }} }}
  }} }}
}}"""
WITHOUT_ANSWER = {
    "customers": {"group", "influence", "neighbourhood", "pathTo"},
    "departments": {"ancestors", "escalationPath", "subtree"},
    "staff": {"escalationPath", "ifLeaves"},
}


@dataclass
class Asked:
    """An answer, what the graph was asked for it, and how many statements it took besides the graph's own."""

    answer: Any
    calls: list[tuple[str, int]]
    statements: int


async def ask(ways: Any, kind: str, way: Way, text: str, **variables: Any) -> Asked:
    """Ask with a graph that counts, over connections of its own."""
    answerer = ways.answerers[kind, way]
    other = next(one for (at, by), one in ways.answerers.items() if at == kind and by is not way).store
    graph = Counting(RelationalGraph(_Uncounted(other)))
    before = answerer.store.statements
    context = Context(EVERYTHING, NOW, ways.database, graph=graph)
    reply = await answerer.answer(text, variables, None, context)
    return Asked(json.loads(reply.body), sorted(graph.calls), answerer.store.statements - before)


class _Uncounted:
    """A reading pool whose statements do not count."""

    def __init__(self, reads: Any) -> None:
        self._reads = reads
        self.dialect = reads.dialect

    async def rows(self, text: str, values: Any) -> Any:
        found = await self._reads.rows(text, values)
        self._reads.statements -= 1
        return found


async def test_a_page_of_customers_asks_each_question_once(ways, rows):
    target = f"Staff:{rows.all('Staff')[0]['id']}"
    for kind, way in ways.answerers:
        asked = await ask(ways, kind, way, PAGE, to=target)

        assert "errors" not in asked.answer, asked.answer
        assert asked.calls == [
            ("group_by_customer", 20),
            ("influence_by_customer", 20),
            ("neighbourhood_by_customer", 20),
            ("path_by_pair", 20),
        ]
        assert asked.statements == 1 + 4, (kind, way)


async def test_departments_and_staff_ask_each_question_once(ways, rows):
    departments, people = len(rows.all("Department")), len(rows.all("Staff"))
    for kind, way in ways.answerers:
        asked = await ask(ways, kind, way, PEOPLE)

        assert "errors" not in asked.answer, asked.answer
        assert asked.calls == [
            ("ancestors_by_department", departments),
            ("escalation_by_department", departments),
            ("escalation_by_staff", people),
            ("orphans_by_staff", people),
            ("subtree_by_department", departments),
            ("successors_by_staff", people),
        ]
        entries = 1 if way is Way.DIRECT else 2
        assert asked.statements == entries + 6, (kind, way)


@pytest.mark.parametrize("size", [0, 1, 100])
async def test_neither_calls_nor_statements_grow_with_the_page(ways, rows, size):
    target = f"Customer:{rows.all('Customer')[0]['id']}"
    text = PAGE.replace("first: 20", f"first: {size}")
    for kind, way in ways.answerers:
        asked = await ask(ways, kind, way, text, to=target)

        assert "errors" not in asked.answer, asked.answer
        assert len(asked.calls) == (4 if size else 0)
        assert asked.statements <= 5


async def test_one_question_at_many_places_is_asked_once(ways):
    text = """{ customers(first: 9) { nodes {
      department { subtree(first: 9) { department { name } } }
      owner { staff { memberships(first: 9) { department { s: subtree(first: 2) { depth } } } } }
      influence { reached } a: influence { referred } b: influence(asOf: "2020-01-01") { referred }
    } } }"""
    for kind, way in ways.answerers:
        asked = await ask(ways, kind, way, text)

        assert "errors" not in asked.answer
        names = [name for name, _ in asked.calls]
        assert names == ["influence_by_customer", "influence_by_customer", "subtree_by_department"], (kind, way)


async def test_what_is_found_may_be_asked_about_the_network_again(ways):
    text = """{ customers(first: 20) { nodes { group { root { code group { root { code } }
      neighbourhood(first: 3) { party { ... on Customer { code influence { referred } } } } } } } } }"""
    answers = []
    for kind, way in ways.answerers:
        asked = await ask(ways, kind, way, text)
        answers.append(asked.answer)
        assert "errors" not in asked.answer
        assert len(asked.calls) == 4

    roots = [node["group"]["root"] for node in answers[0]["data"]["customers"]["nodes"] if node["group"]]
    assert roots
    assert all(root["group"]["root"]["code"] == root["code"] for root in roots)
    assert all(answer == answers[0] for answer in answers)


async def test_all_else_stays_when_the_network_cannot_be_asked(ways):
    for kind, way in ways.answerers:
        for text in (PAGE, PEOPLE):
            variables = {"to": "Customer:00000000-0000-4000-8000-000000000000"} if text is PAGE else {}
            context = Context(EVERYTHING, NOW, ways.database, graph=Unavailable())
            answer = json.loads((await ways.answerers[kind, way].answer(text, variables, None, context)).body)

            lost = [
                [entry, "nodes", n, field]
                for entry, connection in answer["data"].items()
                for n, node in enumerate(connection["nodes"])
                for field in sorted(WITHOUT_ANSWER[entry])
            ]
            assert lost
            assert all(node["code"] for node in answer["data"].get("customers", {"nodes": ()})["nodes"])
            assert sorted(error["path"] for error in answer["errors"]) == sorted(lost), (kind, way)
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPH_UNAVAILABLE"}
            assert all("INTERNAL" not in error["message"] for error in answer["errors"])


async def test_where_nothing_answers_for_the_network_it_says_so(ways):
    for answerer in ways.answerers.values():
        context = Context(EVERYTHING, NOW, ways.database)
        answer = json.loads((await answerer.answer("{ viewer { name } graph { store } }", {}, None, context)).body)

        assert answer["data"] == {"viewer": {"name": "manager"}, "graph": None}
        assert [(e["path"], e["extensions"]["code"]) for e in answer["errors"]] == [(["graph"], "GRAPH_UNAVAILABLE")]


async def test_how_far_it_is_behind_is_told_to_those_who_work_here(ways):
    text = "{ graph { store lagSeconds lastEvent pending generation } }"
    told = {"store": "relational", "lagSeconds": 0, "lastEvent": None, "pending": 0, "generation": None}
    for kind, way in ways.answerers:
        for scope in Scope:
            subject = Subject("x", EVERYTHING.role, EVERYTHING.clearance, scope)
            answer = json.loads(await ways.body(kind, way, Asking(text, subject=subject)))
            assert answer["data"] == {"graph": None if scope is Scope.PARTNER else told}
            assert "errors" not in answer


async def test_a_path_may_end_at_any_party_and_nowhere_else(ways, rows):
    text = "query($id: ID!) { customers(first: 1) { nodes { pathTo(id: $id) { length parties { __typename } } } } }"
    for gtype in ("Customer", "Department", "Staff"):
        ends = [f"{gtype}:{row['id']}" for row in rows.all(gtype)]
        for (kind, way), end in zip(ways.answerers, ends, strict=False):
            answer = json.loads(await ways.body(kind, way, Asking(text, {"id": end})))
            path = answer["data"]["customers"]["nodes"][0]["pathTo"]
            assert path is None or path["parties"][-1] == {"__typename": gtype}
    for (kind, way), bad in zip(
        ways.answerers, (f"Ticket:{rows.all('Ticket')[0]['id']}", "x", "Staff:x"), strict=False
    ):
        answer = json.loads(await ways.body(kind, way, Asking(text, {"id": bad})))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ID"]
        assert "Customer, Department, Staff" in answer["errors"][0]["message"]
