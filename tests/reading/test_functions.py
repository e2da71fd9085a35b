"""Python functions behind fields: when they are called, with what, and what happens when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from resolvers.access import Clearance, Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from store.customer import CustomerStatus
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.reading.lax import LAX, bare
from tests.reading.own_schema import Misbehaved, own_schema
from tests.reading.subjects import EVERYTHING
from tests.stores import Template, empty_store, opened

pytestmark = pytest.mark.anyio


class Own:
    """The tests' own schema over a store, answered in one way."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.calls: list[Any] = []

    async def ask(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        subject: Subject = EVERYTHING,
        database: Database | None = None,
    ) -> Any:
        """The answer, as JSON, with the calls of functions noted anew; secrets need a database for their record."""
        self.calls = []
        context = Context(subject, NOW, database=database or self.calls)
        return bare((await self.answerer.answer(text, variables, None, context)).body)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What was logged, in place of long tracebacks."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture(scope="module")
def clients_url(template: Template, tmp_path_factory) -> Iterator[str]:
    """A store with three customers of one department."""
    with empty_store(template, tmp_path_factory.mktemp("clients")) as url:
        asyncio.run(_fill(url))
        yield url


@pytest.fixture(scope="module", params=list(Way))
async def own(request, clients_url) -> AsyncIterator[Own]:
    reads = await open_reads(clients_url, size=1)
    yield Own(Answerer(own_schema(), reads, way=request.param, limits=LAX))
    await reads.close()


async def _fill(url: str) -> None:
    async with opened(url) as database, database.transaction() as session:
        unit = await add_department(session, number="U1")
        lost = CustomerStatus.LOST
        await add_customer(session, code="BAD", name="BAD", department_id=unit.id, status=lost)
        none = {"department_id": unit.id, "tax_number": "1 2 3", "status": CustomerStatus.ACTIVE}
        await add_customer(session, code="NONE", name="No body here", **none)
        await add_customer(session, code="ok", name="All is well", department_id=unit.id, status=lost)


async def test_a_value_is_made_from_each_row(own):
    answer = await own.ask('{ client(code: "ok") { shout letters number peers { letters } } }')

    peers = [{"letters": list(code)} for code in ("BAD", "NONE", "ok")]
    assert answer == {"data": {"client": {"shout": "OK", "letters": ["o", "k"], "number": 2, "peers": peers}}}


async def test_python_sees_dates_instants_and_keys(own):
    answer = await own.ask('{ client(code: "ok") { born } }')

    text = answer["data"]["client"]["born"]
    assert text.startswith("None datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc) UUID('")


async def test_an_exception_of_a_value_is_reported_at_its_place(own, logged):
    answer = await own.ask("{ clients { nodes { code a: shout } } weather }")

    nodes = [{"code": "BAD", "a": None}, {"code": "NONE", "a": "NONE"}, {"code": "ok", "a": "OK"}]
    assert answer["data"] == {"clients": {"nodes": nodes}, "weather": "fine"}
    assert _errors(answer) == [(["clients", "nodes", 0, "a"], "INTERNAL")]
    assert answer["errors"][0]["message"] == "Internal error."
    assert [(log["event"], log["path"], type(log["exc_info"])) for log in logged] == [
        ("a field failed", ["clients", "nodes", 0, "a"], Misbehaved)
    ]


async def test_a_failed_value_that_must_be_there_takes_its_parents_with_it(own):
    answer = await own.ask('{ client(code: "ok") { peers { mustShout } } other: client(code: "ok") { mustShout } }')

    assert answer["data"] == {"client": None, "other": {"mustShout": "OK"}}
    assert _errors(answer) == [(["client", "peers", 0, "mustShout"], "INTERNAL")]


@pytest.mark.parametrize("code", ["BAD", "NONE"])
async def test_a_value_of_another_type_or_none_is_an_error_where_it_may_not_be(own, code):
    answer = await own.ask("query($code: String!) { client(code: $code) { code mustNumber } }", {"code": code})

    assert answer["data"] == {"client": None}
    assert _errors(answer)[0][0] == ["client", "mustNumber"]


async def test_a_value_of_another_type_is_an_error_and_null_where_it_may_be(own):
    answer = await own.ask("{ clients { nodes { number } } }")

    assert answer["data"] == {"clients": {"nodes": [{"number": None}, {"number": None}, {"number": 2}]}}
    assert [path for path, _ in _errors(answer)] == [["clients", "nodes", 0, "number"]]


async def test_a_batch_is_called_once_with_distinct_keys(own):
    answer = await own.ask(
        "{ clients(last: 2) { nodes { score } edges { node { score unit { score } peers(first: 0) { score } } } } "
        'client(code: "ok") { again: score } }'
    )

    nodes = [{"score": 4}, {"score": 2}]
    edges = [{"node": {**node, "unit": {"score": 2}, "peers": []}} for node in nodes]
    assert answer == {"data": {"clients": {"nodes": nodes, "edges": edges}, "client": {"again": 2}}}
    asked = [key for keys in own.calls for key in keys]
    if own.answerer.way is Way.DIRECT:
        assert own.calls == [[("NONE",), ("ok",), ("U1",)]]
    else:
        assert len(own.calls) == 2, "one call an entry"
        assert set(asked) == {("NONE",), ("ok",), ("U1",)}


async def test_one_bad_value_of_a_batch_spoils_only_its_own_place(own):
    answer = await own.ask("{ clients { nodes { code score } } }")

    nodes = [{"code": "BAD", "score": None}, {"code": "NONE", "score": 4}, {"code": "ok", "score": 2}]
    assert answer["data"] == {"clients": {"nodes": nodes}}
    assert [path for path, _ in _errors(answer)] == [["clients", "nodes", 0, "score"]]


async def test_a_batch_that_returns_too_few_values_fails_in_all_places(own):
    answer = await own.ask("{ clients { nodes { tooFew } } }")

    assert answer["data"] == {"clients": {"nodes": [{"tooFew": None}] * 3}}
    assert _errors(answer) == [(["clients", "nodes", i, "tooFew"], "INTERNAL") for i in range(3)]


async def test_nothing_is_called_for_no_rows(own):
    answer = await own.ask('{ clients(first: 0) { nodes { score shout } } client(code: "nobody") { score shout } }')

    assert answer == {"data": {"clients": {"nodes": []}, "client": None}}
    assert own.calls == []


async def test_an_ordinary_resolver_has_its_needs_and_ordinary_types_below_it(own):
    answer = await own.ask(
        "query($n: Int) { clients { nodes { "
        "code a: story { words first __typename } b: story(mostWords: $n) { words } } } }",
        {"n": 1},
    )

    at = NOW.isoformat()
    nodes = [
        {"code": "BAD", "a": None, "b": None},
        {
            "code": "NONE",
            "a": {"words": ["No", "body", at], "first": "No", "__typename": "Story"},
            "b": {"words": ["No", at]},
        },
        {
            "code": "ok",
            "a": {"words": ["All", "is", at], "first": "All", "__typename": "Story"},
            "b": {"words": ["All", at]},
        },
    ]
    assert answer["data"] == {"clients": {"nodes": nodes}}
    assert sorted(_errors(answer)) == [(["clients", "nodes", 0, key], "INTERNAL") for key in ("a", "b")]


async def test_what_needs_a_higher_clearance_is_not_called(own, clients_url):
    text = '{ client(code: "NONE") { code secretStory { words } } }'

    async with opened(clients_url) as database:
        seen = await own.ask(text, database=database)
    hidden = await own.ask(text, subject=replace(EVERYTHING, clearance=Clearance.CONFIDENTIAL))

    assert seen["data"]["client"]["secretStory"]["words"][:2] == ["1", "2"]
    assert hidden == {"data": {"client": {"code": "NONE", "secretStory": None}}}


async def test_a_payload_is_read_back_beside_its_ordinary_fields(own):
    found = await own.ask('{ client(code: "ok") { born } }')
    key = found["data"]["client"]["born"].split("UUID('")[1].split("'")[0]

    text = (
        "mutation($key: ID!) { __typename a: touch(key: $key) { note client { code score peers(last: 1) { code } } } "
        "b: touch { note client { code } } }"
    ).replace("peers(last: 1)", "peers(first: 1)")
    answer = await own.ask(text, {"key": key})

    client = {"code": "ok", "score": 2, "peers": [{"code": "BAD"}]}
    done = {"__typename": "Mutation", "a": {"note": "done", "client": client}, "b": {"note": "done", "client": None}}
    assert answer == {"data": done}
    assert own.calls == [("touched", key), [("ok",)], ("touched", None)]


async def test_an_error_below_a_payload_is_reported_at_its_place(own):
    found = await own.ask('{ client(code: "BAD") { born } }')
    key = found["data"]["client"]["born"].split("UUID('")[1].split("'")[0]

    answer = await own.ask("mutation($key: ID!) { touch(key: $key) { note client { code shout } } }", {"key": key})

    assert answer["data"] == {"touch": {"note": "done", "client": {"code": "BAD", "shout": None}}}
    assert _errors(answer) == [(["touch", "client", "shout"], "INTERNAL")]


async def test_pages_of_an_order_of_both_directions(own):
    """Statuses fall, codes rise: the position is compared key by key."""
    text = "query($a: String, $b: String) { mixed(first: 1, after: $a, before: $b) { edges { cursor node { code } } } }"
    whole = (await own.ask("{ mixed { edges { cursor node { code } } } }"))["data"]["mixed"]["edges"]
    assert [edge["node"]["code"] for edge in whole] == ["BAD", "ok", "NONE"]

    for before, after in pairwise(whole):
        assert (await own.ask(text, {"a": before["cursor"]}))["data"]["mixed"]["edges"] == [after]
        first = (await own.ask(text, {"b": after["cursor"]}))["data"]["mixed"]["edges"]
        assert first == whole[:1]
    assert (await own.ask(text, {"b": whole[0]["cursor"]}))["data"]["mixed"]["edges"] == []


async def test_introspection_beside_planned_entries(own):
    answer = await own.ask('{ __typename __type(name: "Story") { name } client(code: "ok") { code } }')

    assert answer == {"data": {"__typename": "Query", "__type": {"name": "Story"}, "client": {"code": "ok"}}}


def _errors(answer: Any) -> list[tuple[list[Any], str]]:
    """Where and with which code."""
    return [(error["path"], error["extensions"]["code"]) for error in answer["errors"]]
