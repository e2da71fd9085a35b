"""What an answer says beside its data: its cost, what is left of the budget, and errors that can be traced."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from resolvers.reading import Answerer, Context, Way, open_reads
from resolvers.reading.limits import Limits
from tests.factories import NOW
from tests.reading.lax import LAX
from tests.reading.own_schema import own_schema
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import query_schema

pytestmark = pytest.mark.anyio

PAGE = "query Page($n: Int) { customers(first: $n) { nodes { code tickets(first: 2) { nodes { number } } } } }"


class Empty(Exception):  # noqa: N818  # named for what the budget is
    """The budget is spent."""


class Purse:
    """A caller's budget: admits what it can pay, and notes what was asked."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.asked: list[int] = []

    def __call__(self, cost: int) -> int:
        """What is left."""
        self.asked.append(cost)
        if cost > self.points:
            raise Empty
        self.points -= cost
        return self.points


@pytest.fixture(scope="module")
async def reads(world_urls) -> AsyncIterator[Any]:
    opened = await open_reads(world_urls["sqlite"], size=1)
    yield opened
    await opened.close()


@pytest.fixture(params=list(Way))
def answerer(request, reads) -> Answerer:
    return Answerer(query_schema(), reads, way=request.param, limits=replace(LAX, cost=300))


@pytest.fixture(params=list(Way))
def own(request, reads) -> Answerer:
    return Answerer(own_schema(), reads, way=request.param, limits=replace(LAX, cost=300))


async def reply_to(answerer: Answerer, text: str, variables: Any = None, **context: Any) -> Any:
    return await answerer.answer(text, variables, None, Context(EVERYTHING, NOW, **{"database": [], **context}))


async def test_every_answer_tells_its_cost(answerer):
    reply = await reply_to(answerer, PAGE, {"n": 3})
    answer = json.loads(reply.body)

    assert list(answer) == ["data", "extensions"]
    assert answer["extensions"] == {"cost": {"requested": reply.cost, "limit": 300}}
    assert reply.cost > 3
    more = await reply_to(answerer, PAGE, {"n": 6})
    assert more.cost > reply.cost


async def test_what_is_left_of_the_budget_is_told(answerer):
    purse = Purse(1000)
    reply = await reply_to(answerer, PAGE, {"n": 3}, admit=purse)

    assert purse.asked == [reply.cost]
    told = json.loads(reply.body)["extensions"]["cost"]
    assert told == {"requested": reply.cost, "limit": 300, "available": 1000 - reply.cost}


async def test_who_has_no_budget_need_not_be_told(answerer):
    reply = await reply_to(answerer, PAGE, {"n": 3}, admit=lambda _: None)

    assert "available" not in json.loads(reply.body)["extensions"]["cost"]


async def test_what_admit_raises_passes_through_before_anything_runs(answerer, reads):
    before = reads.statements

    with pytest.raises(Empty):
        await reply_to(answerer, PAGE, {"n": 3}, admit=Purse(1))
    assert reads.statements == before


async def test_too_much_is_refused_before_anything_runs(answerer, reads):
    before, purse = reads.statements, Purse(10**6)
    reply = await reply_to(answerer, PAGE, {"n": 100}, admit=purse)
    answer = json.loads(reply.body)

    assert (reply.executed, reply.codes, reads.statements - before, purse.asked) == (False, ("COST_EXCEEDED",), 0, [])
    assert answer["extensions"]["cost"] == {"requested": reply.cost, "limit": 300}
    assert f"{reply.cost:,}" in answer["errors"][0]["message"]
    assert "data" not in answer


async def test_a_mutation_is_admitted_once_and_before_its_command(own):
    calls: list[Any] = []
    text = "mutation { touch { note client { code } } }"

    with pytest.raises(Empty):
        await reply_to(own, text, database=calls, admit=Purse(0))
    assert calls == []
    purse = Purse(100)
    reply = await reply_to(own, text, database=calls, admit=purse)
    assert (len(calls), len(purse.asked)) == (1, 1)
    assert json.loads(reply.body)["extensions"]["cost"]["available"] == 100 - reply.cost


@pytest.mark.parametrize(
    ("text", "variables", "code"),
    [
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("query Page($n: Int!) { customers(first: $n) { totalCount } }", {"n": "x"}, "BAD_USER_INPUT"),
        ("subscription { ticks }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_never_runs_is_not_admitted(answerer, text, variables, code):
    purse = Purse(1000)
    reply = await reply_to(answerer, text, variables, admit=purse)

    assert (purse.asked, reply.executed, reply.codes, reply.cost) == ([], False, (code,), 0)
    assert "extensions" not in json.loads(reply.body)


async def test_a_reply_tells_what_metrics_want_to_know(answerer):
    named = await reply_to(answerer, PAGE, {"n": 1})
    unnamed = await reply_to(answerer, "{ departments(first: 1) { totalCount } }")
    failed = await reply_to(answerer, 'query Bad { customers(after: "x") { totalCount } }')

    assert (named.operation_name, named.operation_kind, named.codes) == ("Page", "query", ())
    assert (unnamed.operation_name, unnamed.operation_kind) == (None, "query")
    assert (failed.operation_name, failed.codes, failed.executed) == ("Bad", ("BAD_CURSOR",), True)
    assert named.way is answerer.way


async def test_a_refused_reply_tells_the_operation_too(own):
    text = "mutation Touch { touch { client { peers(first: 1000) { code } } } }"
    reply = await reply_to(own, text)

    assert (reply.operation_name, reply.operation_kind, reply.codes) == ("Touch", "mutation", ("BAD_PAGE_SIZE",))
    assert json.loads(reply.body)["extensions"]["cost"]["requested"] == reply.cost > 0


async def test_a_masked_error_says_under_which_id_the_log_has_it(own):
    text = "{ clients(first: 1) { nodes { code mustNumber: tooFew } } }"
    with capture_logs():
        reply = await reply_to(own, text, request_id="r-1")
        without = await reply_to(own, text)

    assert reply.codes == ("INTERNAL",)
    [error] = json.loads(reply.body)["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "r-1"}
    assert error["message"] == "Internal error."
    assert json.loads(without.body)["errors"][0]["extensions"] == {"code": "INTERNAL"}


ERRORS = [
    ("{ customers { nodes { nam } } }", {}, "'name'"),
    ("query($o: CustomerOrder) { customers(first: 1, orderBy: $o) { totalCount } }", {"o": "NAME_AS"}, "NAME_ASC"),
    ("query($f: CustomerFilter) { customers(first: 1, filter: $f) { totalCount } }", {"f": {"nam": 1}}, "'name'"),
]


@pytest.mark.parametrize(("text", "variables", "word"), ERRORS)
async def test_suggestions_are_made_only_where_they_may_be(reads, text, variables, word):
    open_, closed = (
        Answerer(query_schema(), reads, limits=replace(LAX, suggestions=allowed)) for allowed in (True, False)
    )

    assert word in (await reply_to(open_, text, variables)).body.decode()
    reply = await reply_to(closed, text, variables)
    assert word not in reply.body.decode()
    assert "Did you mean" not in reply.body.decode()
    assert len(reply.codes) == 1


async def test_limits_hold_without_being_asked_for(reads):
    answerer = Answerer(query_schema(), reads)
    reply = await reply_to(answerer, "{ customers { nodes { tickets { totalCount nodes { number } } } } }")

    assert answerer.limits == Limits()
    assert (reply.executed, reply.codes) == (False, ("FIRST_REQUIRED",))
