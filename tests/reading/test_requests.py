"""Requests that cannot be answered as they are: each refused in the same way by all ways on all stores."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resolvers.reading import Answerer, Context, Way, open_reads
from tests.factories import NOW
from tests.reading.lax import LAX, bare
from tests.reading.own_schema import own_schema
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import Asking, difference

pytestmark = pytest.mark.anyio

TWO = "query One { customers { totalCount } } query Two { departments { totalCount } }"
UNNAMED = "{ customers { totalCount } }"

CASES: list[tuple[str, dict[str, Any], str | None, str]] = [
    ("{", {}, None, "GRAPHQL_PARSE_FAILED"),
    ("", {}, None, "GRAPHQL_PARSE_FAILED"),
    ("{ " + "customers { nodes { " * 2000, {}, None, "GRAPHQL_PARSE_FAILED"),
    ('{ customer(code: "\\ud800") { id } }', {}, None, "GRAPHQL_PARSE_FAILED"),
    ("{ nothing }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ("{ nodes { id } }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ("{ node { id } }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ("{ customers @defer { totalCount } }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ("{ customers(orderBy: BEAUTY) { totalCount } }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ('{ customers(filter: {birthday: {gt: "soon"}}) { totalCount } }', {}, None, "GRAPHQL_VALIDATION_FAILED"),
    ("fragment F on Customer { id }", {}, None, "GRAPHQL_VALIDATION_FAILED"),
    (TWO, {}, None, "BAD_OPERATION"),
    (TWO, {}, "Three", "BAD_OPERATION"),
    (TWO, {}, "", "BAD_OPERATION"),
    (UNNAMED, {}, "One", "BAD_OPERATION"),
    ("query($n: Int!) { customers(first: $n) { totalCount } }", {}, None, "BAD_USER_INPUT"),
    ("query($n: Int!) { customers(first: $n) { totalCount } }", {"n": None}, None, "BAD_USER_INPUT"),
    ("query($n: Int!) { customers(first: $n) { totalCount } }", {"n": "5"}, None, "BAD_USER_INPUT"),
    ("query($n: Int!) { customers(first: $n) { totalCount } }", {"n": 2**31}, None, "BAD_USER_INPUT"),
    ("query($o: CustomerOrder) { customers(orderBy: $o) { totalCount } }", {"o": "BEAUTY"}, None, "BAD_USER_INPUT"),
    (
        "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }",
        {"f": {"nothing": 1}},
        None,
        "BAD_USER_INPUT",
    ),
    (
        "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }",
        {"f": {"createdAt": {"gt": "yesterday"}}},
        None,
        "BAD_USER_INPUT",
    ),
    ('{ customer(code: "a\\u0000") { id } }', {}, None, "BAD_USER_INPUT"),
    ('query($c: String = "\\u0000") { customer(code: $c) { id } }', {}, None, "BAD_USER_INPUT"),
    ("query($c: String) { customer(code: $c) { id } }", {"c": "\0"}, None, "BAD_USER_INPUT"),
    ("query($c: String) { customer(code: $c) { id } }", {"c": "\ud800"}, None, "BAD_USER_INPUT"),
    (
        "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }",
        {"f": {"or": [{"code": {"in": ["x", "\0"]}}]}},
        None,
        "BAD_USER_INPUT",
    ),
]


@pytest.mark.parametrize(("text", "variables", "name", "code"), CASES)
async def test_it_is_refused_before_anything_runs(ways, text, variables, name, code):
    for answerer in ways.answerers.values():
        before = answerer.store.statements
        reply = await answerer.answer(text, variables, name, Context(EVERYTHING, NOW))

        answer = json.loads(reply.body)
        assert (answer.keys(), reply.executed) == ({"errors"}, False), answer
        assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
        assert answerer.store.statements == before


async def test_an_operation_is_chosen_by_name(ways):
    for answerer in ways.answerers.values():
        for name, data in (("One", {"customers": {"totalCount": 40}}), ("Two", {"departments": {"totalCount": 7}})):
            reply = await answerer.answer(TWO, None, name, Context(EVERYTHING, NOW))
            assert bare(reply.body) == {"data": data}


@pytest.mark.parametrize("way", list(Way))
async def test_subscriptions_and_mutations_by_get_are_refused(world_urls, way):
    reads = await open_reads(world_urls["sqlite"], size=1)
    answerer = Answerer(own_schema(), reads, way=way, limits=LAX)
    calls: list[Any] = []
    context = Context(EVERYTHING, NOW, database=calls)

    subscription = await answerer.answer("subscription { ticks }", None, None, context)
    by_get = await answerer.answer("mutation { touch { note } }", None, None, context, allow_mutation=False)
    by_post = await answerer.answer("mutation { touch { note } }", None, None, context)

    for refused in (subscription, by_get):
        assert json.loads(refused.body)["errors"][0]["extensions"]["code"] == "BAD_OPERATION"
    assert bare(by_post.body) == {"data": {"touch": {"note": "done"}}}
    assert calls == [("touched", None)]
    await reads.close()


NULLS = [
    'query($v: ID = "x") { node(id: $v) { id } }',
    'query($v: ID = "x") { nodes(ids: [$v]) { id } }',
    'query($v: String = "x") { customers(filter: {code: {in: [$v]}}) { totalCount } }',
    'query($v: String = "x") { departments { nodes { customers(filter: {code: {in: [$v]}}) { totalCount } } } }',
    "query($v: TimelineKind = GRADE) { customers { nodes { timeline(kinds: [$v]) { totalCount } } } }",
]


@pytest.mark.parametrize("text", NULLS)
async def test_a_null_where_none_may_be_is_refused_at_its_entry(ways, reader, text):
    asking = Asking(text, {"v": None})
    expected = reader.answer(text, asking.variables, None, asking.subject, asking.now)
    assert [*expected.codes.values()] == [{"BAD_USER_INPUT"}]

    for kind, way in ways.answerers:
        assert difference(expected, await ways.body(kind, way, asking)) is None


@pytest.mark.parametrize(
    "text",
    [
        "query($v: Boolean = true) { departments(first: 1) { nodes { id @include(if: $v) number } } }",
        "query($v: Boolean = true) { departments(first: 1) { nodes { id ... @skip(if: $v) { number } } } }",
        "query($v: Boolean = true) { departments(first: 1) @include(if: $v) { totalCount } }",
    ],
)
async def test_a_directive_needs_true_or_false(ways, text):
    for kind, way in ways.answerers:
        answer = json.loads(await ways.body(kind, way, Asking(text, {"v": None})))

        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_nothing_is_left_by_directives(ways):
    text = "query($v: Boolean!) { customers @include(if: $v) { totalCount } ... @include(if: $v) { __typename } }"

    for (kind, way), answerer in ways.answerers.items():
        before = answerer.store.statements
        assert bare(await ways.body(kind, way, Asking(text, {"v": False}))) == {"data": {}}
        assert answerer.store.statements == before, "there is nothing to ask for"


async def test_a_null_for_an_order_means_the_default(ways):
    text = "query($o: CustomerOrder) { customers(orderBy: $o, first: null, filter: null) { nodes { code } } }"

    answers = {
        await ways.body(*key, Asking(text, {"o": order})) for key in ways.answerers for order in (None, "CODE_ASC")
    }
    assert len({json.dumps(json.loads(answer)) for answer in answers}) == 1
