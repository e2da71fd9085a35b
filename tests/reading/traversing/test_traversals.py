"""What a traversal finds: when its function is called, how its objects are read, and what happens when it fails."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from resolvers.access import Clearance, Scope
from store.customer import CustomerRow, CustomerTokenRow
from tests.factories.customer import add_customer
from tests.reading.subjects import EVERYTHING
from tests.reading.traversing.small_schema import AT, TRICKY
from tests.stores import opened

pytestmark = pytest.mark.anyio

PARTNER = replace(EVERYTHING, scope=Scope.PARTNER)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What was logged, in place of long tracebacks."""
    with capture_logs() as logs:
        yield logs


@contextlib.asynccontextmanager
async def one_more(url: str, code: str) -> AsyncIterator[None]:
    """One more customer, for a while."""
    async with opened(url) as database:
        async with database.transaction() as session:
            key = (await add_customer(session, code=code, name=code)).id
        try:
            yield
        finally:
            async with database.transaction() as session:
                await session.execute(sa.delete(CustomerTokenRow).where(CustomerTokenRow.customer_id == key))
                await session.execute(sa.delete(CustomerRow).where(CustomerRow.id == key))


def errors(answer: Any) -> list[tuple[list[Any], str]]:
    """Where and with which code."""
    return sorted((error["path"], error["extensions"]["code"]) for error in answer["errors"])


def calls(small: Any, name: str) -> list[Any]:
    """The codes of each call of a function."""
    return [[code for code, *_ in keys] for called, keys, *_ in small.calls if called == name]


async def test_attributes_of_every_type_are_shown_as_columns_are(small):
    fields = "number share isNear day at kind note louder __typename"
    answer = await small.ask(f'{{ client(code: "ok") {{ around(first: 2) {{ {fields} }} }} }}')

    same = {"day": "2026-03-02", "kind": "UNIT", "note": None, "louder": "UNIT", "__typename": "Finding"}
    first = {"number": 0, "share": 0, "isNear": False, "at": None, **same}
    second = {"number": 1, "share": 1 / 3, "isNear": True, "at": "2026-03-02T09:00:00.12+00:00", **same}
    assert answer == {"data": {"client": {"around": [first, second]}}}
    assert [list(found) for found in answer["data"]["client"]["around"]] == [fields.split()] * 2


async def test_links_lead_to_rows_and_lists_keep_their_order(small):
    answer = await small.ask(
        """{ client(code: "ok") { around(first: 2) {
          client { code unit { number } } clients { shout }
          thing { __typename ... on Client { shout } ... on Unit { number } }
          marks { words about { ... on Client { code } ... on Unit { number clients(first: 1) { code shout } } } }
        } } }"""
    )

    bad = {"number": "U1", "clients": [{"code": "BAD", "shout": "BAD"}]}
    marks = [{"words": TRICKY, "about": bad}, {"words": "self", "about": {"code": "ok"}}]
    same = {"client": {"code": "ok", "unit": {"number": "U1"}}, "clients": [{"shout": "OK"}]}
    unit = {"__typename": "Unit", "number": "U1"}
    client = {"__typename": "Client", "shout": "OK"}
    expected = [{**same, "thing": unit, "marks": marks}, {**same, "thing": client, "marks": marks}]
    assert answer == {"data": {"client": {"around": expected}}}


async def test_one_call_and_one_statement_for_all_rows(small):
    text = "{ clients { around(first: 0) { number } best { client { code unit { number clients { code } } } } } }"
    answer = await small.ask(text)

    assert "errors" not in answer or errors(answer) == []
    assert calls(small, "best") == [["BAD", "NONE", "ok"]]
    assert calls(small, "around") == [["BAD", "NONE", "ok"]]
    assert small.statements == 2, "no object of `around` was wanted"


async def test_the_same_question_at_several_places_is_one_call(small):
    answer = await small.ask(
        """{ client(code: "ok") {
          a: around { number } b: around(first: 1) { client { code } } c: around(day: "2026-01-01") { number }
          unit { clients(first: 3) { around(first: 0) { number } best { again { note } } } }
        } }"""
    )

    assert answer["data"]["client"]["a"] == [{"number": n} for n in range(3)]
    assert answer["data"]["client"]["b"] == [{"client": {"code": "ok"}}]
    assert answer["data"]["client"]["c"] == answer["data"]["client"]["a"]
    assert sorted(calls(small, "around")) == [["ok"], ["ok", "BAD", "NONE"]]
    assert next(day for name, _, *day in small.calls if name == "around") == [AT.date()]
    assert calls(small, "best") == [["BAD", "NONE", "ok"], ["BAD", "ok"]]


async def test_what_is_found_may_be_asked_again(small):
    deep = '{ client(code: "ok") { best { again { again { note client { best { number } } } } } } }'
    answer = await small.ask(deep)

    inner = {"note": "ok", "client": {"best": {"number": 1}}}
    assert answer == {"data": {"client": {"best": {"again": {"again": inner}}}}}
    assert calls(small, "best") == [["ok"]] * 4
    assert small.statements == 5


async def test_nothing_is_called_for_no_rows_and_nothing_is_read_for_no_objects(small):
    answer = await small.ask('{ client(code: "nobody") { best { number } } clients(first: 0) { around { number } } }')
    assert (answer, small.calls) == ({"data": {"client": None, "clients": []}}, [])

    answer = await small.ask('{ client(code: "NONE") { best { number } around { number } } }')
    assert answer == {"data": {"client": {"best": None, "around": []}}}
    assert small.statements == 1


async def test_what_cannot_be_asked_now_is_said_at_its_place_and_the_rest_stays(small, clients_url):
    async with one_more(clients_url, "DOWN"):
        answer = await small.ask("{ clients { code around { number } best { note } } }")

    told = {client["code"]: client for client in answer["data"]["clients"]}
    assert [client["around"] for client in told.values()] == [None] * 4
    assert told["ok"]["best"] == {"note": "ok"}
    assert errors(answer) == [(["clients", n, "around"], "GRAPH_UNAVAILABLE") for n in range(4)]
    assert "ask" in answer["errors"][0]["message"].lower()


async def test_an_exception_of_a_function_is_reported_at_its_places(small, clients_url, logged):
    async with one_more(clients_url, "WORSE"):
        answer = await small.ask('{ client(code: "WORSE") { code around { number } } }')

    assert answer["data"] == {"client": {"code": "WORSE", "around": None}}
    assert errors(answer) == [(["client", "around"], "INTERNAL")]
    assert {log["event"] for log in logged} == {"a field failed"}


async def test_an_object_of_another_layout_spoils_only_its_own_place(small):
    answer = await small.ask("{ clients { code around { number client { code } } } }")

    told = {client["code"]: client["around"] for client in answer["data"]["clients"]}
    assert told["BAD"] is None
    assert [found["number"] for found in told["ok"]] == [0, 1, 2]
    assert errors(answer) == [(["clients", 0, "around"], "INTERNAL")]


async def test_a_function_that_returns_too_few_values_fails_in_all_places(small):
    answer = await small.ask("{ clients { forgetful { number } } }")

    assert answer["data"] == {"clients": [{"forgetful": None}] * 3}
    assert [code for _, code in errors(answer)] == ["INTERNAL"] * 3


async def test_bad_arguments_are_refused_even_where_there_is_no_row(small):
    for text in (
        '{ client(code: "nobody") { around(first: 101) { number } } }',
        'query($n: Int!) { client(code: "nobody") { around(first: $n) { number } } }',
        'query($n: Int!) { client(code: "nobody") { best { client { around(first: $n) { number } } } } }',
        'query($n: Int!) { client(code: "nobody") { best { clients(first: $n) { code } } } }',
    ):
        answer = await small.ask(text, n=101)
        assert answer["data"] == {"client": None}
        assert errors(answer) == [(["client"], "BAD_PAGE_SIZE")]


async def test_rows_that_a_link_leads_to_have_their_own_scope(small):
    found = await small.ask('{ client(code: "ok") { id } }')
    ok = uuid.UUID(found["data"]["client"]["id"])
    text = """{ clients { code best { client { code } clients { code } thing { ... on Client { code } }
      marks { about { ... on Unit { clients { code } } ... on Client { code } } } } } }"""

    answer = await small.ask(text, replace(PARTNER, customer_ids=frozenset({ok})))

    code = {"code": "ok"}
    marks = [{"about": {"clients": [code]}}, {"about": code}]
    best = {"client": code, "clients": [code], "thing": code, "marks": marks}
    assert answer == {"data": {"clients": [{"code": "ok", "best": best}]}}


async def test_what_a_scope_hides_of_what_was_found_is_not_there(small):
    found = await small.ask('{ client(code: "ok") { id } }')
    some = replace(PARTNER, customer_ids=frozenset({uuid.UUID(found["data"]["client"]["id"])}))

    answer = await small.ask('{ client(code: "ok") { around { number } } kept { kind } }', some)

    assert answer == {"data": {"client": {"around": [{"number": 0}, {"number": 1}]}, "kept": None}}
    assert [name for name, *_ in small.calls] == ["around"], "what is hidden as a whole is not asked for"


async def test_an_entry_may_be_a_traversal(small):
    answer = await small.ask("{ kept { kind __typename } }")

    assert answer == {"data": {"kept": {"kind": "UNIT", "__typename": "Kept"}}}
    assert small.calls == [("kept", [()])]


async def test_levels_are_masked_and_secrets_recorded_inside_of_what_is_found(small, clients_url):
    text = '{ client(code: "ok") { best { secrets { words } client { taxNumber } } } }'

    async with opened(clients_url) as database:
        answer = await small.ask(text, database=database)
    hidden = await small.ask(text, replace(EVERYTHING, clearance=Clearance.INTERNAL))

    assert answer["data"]["client"]["best"]["client"] == {"taxNumber": "T-ok"}
    assert len(answer["data"]["client"]["best"]["secrets"]) == 2
    assert hidden == {"data": {"client": {"best": {"secrets": None, "client": {"taxNumber": None}}}}}


async def test_what_a_payload_reads_back_may_be_traversed(small):
    found = await small.ask('{ client(code: "ok") { id } }')
    key = found["data"]["client"]["id"]

    answer = await small.ask(
        "mutation($key: ID!) { touch(key: $key) { client { best { note thing { id } } } } }", key=key
    )

    assert answer == {"data": {"touch": {"client": {"best": {"note": "ok", "thing": {"id": key}}}}}}


async def test_deep_selections_below_what_is_found_are_cut_as_others_are(small):
    deep = "number"
    for _ in range(4):
        deep = f"number clients(first: 1) {{ code unit {{ {deep} }} }}"
    about = f"about {{ ... on Unit {{ {deep} }} }}"
    answer = await small.ask(f'{{ client(code: "ok") {{ best {{ marks {{ {about} }} }} }} }}')

    assert "errors" not in answer
    about = answer["data"]["client"]["best"]["marks"][0]["about"]
    for _ in range(4):
        about = about["clients"][0]["unit"]
    assert about == {"number": "U1"}
