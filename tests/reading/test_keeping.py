"""What is kept between requests is bounded, and used again only where it is right."""

from __future__ import annotations

import gc
import json
import sys
from typing import Any

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from resolvers.reading.documents import KEPT, LARGEST
from resolvers.reading.planner import PLANS, SHAPES
from tests.factories import NOW
from tests.reading.lax import LAX
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import query_schema

pytestmark = pytest.mark.anyio

PAGE = """
query Page($first: Int, $after: String, $order: CustomerOrder, $filter: CustomerFilter, $with: Boolean = true) {
  customers(first: $first, after: $after, orderBy: $order, filter: $filter) {
    nodes { code name @include(if: $with) }
    pageInfo { endCursor }
  }
}
"""


@pytest.fixture(scope="module")
async def reads(world_urls):
    opened = await open_reads(world_urls["sqlite"], size=1)
    yield opened
    await opened.close()


@pytest.fixture(params=[Way.DIRECT, Way.LEAN])
def answerer(request, reads) -> Answerer:
    return Answerer(query_schema(), reads, way=request.param, limits=LAX)


async def ask(answerer: Answerer, text: str, variables: Any = None, subject: Subject = EVERYTHING) -> Any:
    """The answer as JSON."""
    return json.loads((await answerer.answer(text, variables, None, Context(subject, NOW))).body)


async def test_a_plan_is_used_again_when_only_values_change(answerer):
    first = await ask(answerer, PAGE, {"first": 2, "filter": {"code": {"startsWith": "C"}}})
    assert answerer.planner.compiled == 1

    for size, beginning in ((3, "C0"), (None, "c"), (0, "")):
        answer = await ask(answerer, PAGE, {"first": size, "filter": {"code": {"startsWith": beginning}}})
        assert len(answer["data"]["customers"]["nodes"]) in (size or 0, 1, 20)
    cursor = first["data"]["customers"]["pageInfo"]["endCursor"]
    assert answerer.planner.compiled == 1

    await ask(answerer, PAGE, {"first": 2, "after": cursor})
    await ask(answerer, PAGE, {"first": 5, "after": cursor})
    assert answerer.planner.compiled == 2, "a cursor is another shape, its value is not"


async def test_what_changes_the_statement_has_its_own_plan(answerer):
    shapes: list[dict[str, Any]] = [
        {"order": "NAME_ASC"},
        {"order": None},
        {"with": False},
        {"filter": {"name": {"eq": "a"}}},
        {"filter": {"name": {"eq": None}}},
        {"filter": {"not": {"name": {"eq": "a"}}}},
        {"filter": {"or": [{"name": {"eq": "a"}}, {"name": {"eq": "b"}}]}},
        {"filter": {"name": {"isNull": True}}},
        {"filter": {"name": {"isNull": False}}},
        {"filter": {"search": "one"}},
        {"filter": {"search": "one two"}},
    ]
    before = [await ask(answerer, PAGE, shape) for shape in shapes]
    compiled = answerer.planner.compiled
    after = [await ask(answerer, PAGE, shape) for shape in reversed(shapes)]

    assert after[::-1] == before
    assert compiled == answerer.planner.compiled == len(shapes)


async def test_a_plan_is_for_one_clearance_and_scope(answerer):
    answers = []
    for clearance in Clearance:
        for scope in Scope:
            for _ in range(2):
                subject = Subject("x", Role.AGENT, clearance, scope)
                answers.append(await ask(answerer, "{ customers { totalCount nodes { phone note } } }", None, subject))

    assert answerer.planner.compiled == len(Clearance) * len(Scope)
    assert answers[::2] == answers[1::2]


async def test_the_shapes_of_an_operation_are_bounded(answerer):
    names = ["code", "name", "industry", "country", "city"]
    operators: list[dict[str, Any]] = [{"eq": "x"}, {"ne": "x"}, {"in": []}, {"notIn": []}, {"isNull": True}]
    pairs = [(a, b, p, q) for a in names for b in names if a < b for p in operators for q in operators]
    for a, b, p, q in pairs[: SHAPES + 20]:
        await ask(answerer, PAGE, {"first": 1, "filter": {a: p, b: q}})

    assert answerer.planner.compiled == SHAPES + 20
    assert all(len(kept.plans) <= SHAPES for kept in answerer.planner.kept.values())


async def test_documents_and_plans_are_bounded(answerer):
    for number in range(max(KEPT, PLANS) + 30):
        answer = await ask(answerer, f"{{ a{number}: customers(first: 1) {{ totalCount }} }}")
        assert answer["data"] == {f"a{number}": {"totalCount": 40}}

    assert len(answerer.documents.kept) == KEPT
    assert len(answerer.planner.kept) == PLANS


async def test_the_oldest_document_goes_first(answerer):
    for number in range(KEPT):
        answerer.documents.get(f"{{ a{number}: __typename }}")
    answerer.documents.get("{ a0: __typename }")
    answerer.documents.get("{ more: __typename }")

    assert "{ a0: __typename }" in answerer.documents.kept
    assert "{ a1: __typename }" not in answerer.documents.kept


async def test_a_long_document_is_answered_but_not_kept(answerer):
    long = "{ customers(first: 1) { totalCount } }" + " " * LARGEST

    assert (await ask(answerer, long))["data"] == {"customers": {"totalCount": 40}}
    assert not answerer.documents.kept


async def test_a_refused_document_is_kept_too(answerer):
    first = await ask(answerer, "{ nothing }")
    again = await ask(answerer, "{ nothing }")

    assert first == again
    assert first["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert (len(answerer.documents.refused), len(answerer.documents.kept)) == (1, 0)


async def test_merged_entries_under_a_directive_have_plans_of_their_own(answerer):
    text = """
    query($more: Boolean!) {
      customers(first: 1) { nodes { code } }
      customers(first: 1) @include(if: $more) { totalCount }
    }
    """
    both = await ask(answerer, text, {"more": True})
    one = await ask(answerer, text, {"more": False})

    assert list(both["data"]["customers"]) == ["nodes", "totalCount"]
    assert list(one["data"]["customers"]) == ["nodes"]


async def test_a_bad_value_below_what_is_left_out_does_no_harm(answerer):
    text = """
    query($more: Boolean!, $filter: CustomerFilter) {
      departments(first: 1) { totalCount nodes @include(if: $more) { customers(filter: $filter) { totalCount } } }
    }
    """
    too_large = {"and": [{"code": {"eq": "x"}}] * 40}
    fine = {"more": True, "filter": {"code": {"eq": "x"}}}
    assert "errors" not in await ask(answerer, text, fine)

    left_out = await ask(answerer, text, {"more": False, "filter": too_large})
    assert left_out["data"] == {"departments": {"totalCount": 7}}
    refused = await ask(answerer, text, {"more": True, "filter": too_large})
    assert refused["errors"][0]["extensions"]["code"] == "FILTER_TOO_LARGE"
    assert "errors" not in await ask(answerer, text, fine)


async def test_a_plan_with_an_ordinary_resolver_is_remembered(reads):
    answerer = Answerer(query_schema(), reads)
    text = '{ __type(name: "Customer") { name } customers(first: 1) { totalCount } }'

    for _ in range(2):
        assert (await ask(answerer, text))["data"]["customers"] == {"totalCount": 40}

    assert answerer.documents.get(text).undirect == {None}
    assert answerer.planner.compiled == 2, "one try to plan the whole, and one plan of the entry"


async def test_a_plan_keeps_no_values_of_the_request_that_it_was_made_for(answerer):
    values = {"filter": {"code": {"in": [f"{number:0100}" for number in range(1000)]}}, "with": True}
    first = values["filter"]["code"]["in"][0]
    references = sys.getrefcount(first)
    text = """
    query($filter: CustomerFilter, $with: Boolean!) {
      customers(filter: $filter) { nodes { name @include(if: $with) department { customers(filter: $filter) { nodes {
        department { name }
      } } } } }
    }
    """
    assert "errors" not in await ask(answerer, text, values)

    gc.collect()
    assert sys.getrefcount(first) == references
