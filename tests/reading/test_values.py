"""Values as clients read them: large objects, money, clocks, numbers, and text, the same from both stores."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from resolvers.reading import Answerer, Context, Way, open_reads
from store.ledger import LedgerKind
from tests.factories import NOW, settled
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer
from tests.factories.interaction import add_interaction
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket
from tests.reading.lax import LAX
from tests.reading.nasty import TEXTS
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import Asking, difference, query_schema
from tests.stores import Template, empty_store, opened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("number", [49, 50, 51, 62, 63, 64, 100, 130, 200])
async def test_objects_of_many_keys(ways, reader, number):
    keys = [f"k{i}: name" if i % 3 else f"k{i}: contacts(first: $n) {{ name }}" for i in range(number)]
    inner = " ".join(f"i{i}: taxNumber" for i in range(number))
    text = (
        f"query($n: Int, $code: String) {{ customers(first: 2, filter: {{code: {{ne: $code}}}}) {{ "
        f"nodes {{ {' '.join(keys)} department {{ customers(first: $n) {{ nodes {{ {inner} }} }} }} }} }} }}"
    )
    asking = Asking(text, {"n": 2, "code": "x"})

    expected = reader.answer(text, asking.variables, None, asking.subject, asking.now)
    for kind, way in ways.answerers:
        assert difference(expected, await ways.body(kind, way, asking)) is None, (kind, way)


async def test_statements_of_many_entries(ways, reader):
    text = "{ " + " ".join(f"a{i}: departments(first: 1) {{ totalCount nodes {{ number }} }}" for i in range(60)) + " }"

    expected = reader.answer(text, {}, None, EVERYTHING, NOW)
    for kind, way in ways.answerers:
        assert difference(expected, await ways.body(kind, way, Asking(text))) is None, (kind, way)


FIXED = [
    "{ customers { nodes { timeline(kinds: []) { totalCount nodes { id } pageInfo { endCursor } } } } }",
    """
    { customers(first: 3) { ...F ...F nodes { ...G ...G } } }
    fragment F on CustomerConnection { totalCount }
    fragment G on Customer { code }
    """,
    """
    { customers(filter: {code: {eq: "O'Brien"}}) { nodes { timeline(first: 50) {
      edges { node { id ... on Interaction { customer {
        nextBirthday relatedCustomers { customer { nextBirthday } }
      } } } }
      nodes { ... on Interaction { customer { nextBirthday } } ... on LedgerEntry { customer { code } } }
    } } } }
    """,
    """
    { customers(filter: {code: {eq: "O'Brien"}}) { nodes { __type: id _: name timeline(first: 50) {
      nodes { __type: id ... on Interaction { customer { nextBirthday } } }
      edges { __type: cursor node { __type: happenedAt ... on LedgerEntry { customer { nextBirthday } } } }
    } } } }
    """,
    '{ node(id: "Tag:00000000-0000-4000-8000-000000000000") { id } viewer { name role scope clearance staff { id } } }',
]


@pytest.mark.parametrize("text", FIXED)
async def test_what_random_documents_seldom_ask(ways, reader, text):
    expected = reader.answer(text, {}, None, EVERYTHING, NOW)
    for kind, way in ways.answerers:
        assert difference(expected, await ways.body(kind, way, Asking(text))) is None, (kind, way)


@pytest.fixture(scope="module")
def shop_url(template: Template, tmp_path_factory) -> Iterator[str]:
    """A store with one customer who has one of each of what is counted."""
    with empty_store(template, tmp_path_factory.mktemp("shop")) as url:
        asyncio.run(_fill(url))
        yield url


@pytest.fixture(scope="module", params=list(Way))
async def shop(request, shop_url) -> AsyncIterator[Answerer]:
    reads = await open_reads(shop_url, size=1)
    yield Answerer(query_schema(), reads, way=request.param, limits=LAX)
    await reads.close()


SECOND = dt.timedelta(seconds=1)
ALMOST = dt.timedelta(microseconds=999_999)


async def _fill(url: str) -> None:
    async with opened(url) as database, database.transaction() as session:
        customer = await add_customer(session, code="C", currency="KWD")
        await add_credit_account(session, customer, currency="CNY", limit_minor=100)
        for number, (currency, kind, minor) in enumerate(MONEY):
            await add_entry(session, customer, kind, minor, currency=currency, number=str(number), occurred_at=NOW)
        for satisfaction in (5, 4, 4, 4, 4):
            await add_interaction(session, customer, satisfaction=satisfaction)
        for number, (due, _) in enumerate(CLOCKS):
            await add_ticket(session, customer, number=str(number), due_at=due)
        for number, text in enumerate(TEXTS):
            await add_customer(session, code=f"T{number:02}", name=text, note=text, created_at=NOW)
        await settled(session)


MONEY = [
    ("CNY", LedgerKind.INVOICE, 0),
    ("CNY", LedgerKind.INVOICE, 5),
    ("CNY", LedgerKind.INVOICE, 10**15),
    ("CNY", LedgerKind.ADJUSTMENT, -1),
    ("CNY", LedgerKind.ADJUSTMENT, -12345),
    ("JPY", LedgerKind.PAYMENT, 7),
    ("JPY", LedgerKind.ADJUSTMENT, -100),
    ("KWD", LedgerKind.INVOICE, 1),
    ("KWD", LedgerKind.RETURN, 12345),
    ("KWD", LedgerKind.ADJUSTMENT, -999),
]
AMOUNTS = ["0.00", "0.05", "10000000000000.00", "-0.01", "-123.45", "7", "-100", "0.001", "12.345", "-0.999"]

CLOCKS = [
    (NOW + ALMOST, 0),
    (NOW + SECOND, 1),
    (NOW + SECOND + ALMOST, 1),
    (NOW - dt.timedelta(microseconds=1), -1),
    (NOW - SECOND, -1),
    (NOW + dt.timedelta(days=365), 365 * 86_400),
    (NOW + dt.timedelta(days=36_500), 2**31 - 1),
    (NOW - dt.timedelta(days=36_500), -(2**31 - 1)),
]


async def ask(answerer: Answerer, text: str, now: dt.datetime = NOW) -> Any:
    """The data of the customer C."""
    reply = await answerer.answer(f'{{ customer(code: "C") {{ {text} }} }}', None, None, Context(EVERYTHING, now))
    answer = json.loads(reply.body)
    assert "errors" not in answer, answer
    return answer["data"]["customer"]


async def test_money_has_the_places_of_its_currency(shop):
    found = await ask(shop, "ledger(first: 100) { nodes { number amount { amount currency } effect { amount } } }")

    nodes = sorted(found["ledger"]["nodes"], key=lambda node: int(node["number"]))
    assert [node["amount"]["amount"] for node in nodes] == AMOUNTS
    assert [node["amount"]["currency"] for node in nodes] == [currency for currency, _, _ in MONEY]
    effects = [node["effect"]["amount"] for node in nodes]
    assert (effects[5], effects[8]) == ("-7", "-12.345")


async def test_what_is_left_of_a_limit_may_be_negative(shop):
    credit = (await ask(shop, "credit { limit { amount } used { amount } available { amount } }"))["credit"]

    assert credit == {
        "limit": {"amount": "1.00"},
        "used": {"amount": "9999999999876.59"},
        "available": {"amount": "-9999999999875.59"},
    }


async def test_seconds_are_those_of_the_clock(shop):
    found = await ask(shop, "tickets(first: 10, orderBy: NUMBER_ASC) { nodes { target { remainingSeconds state } } }")

    targets = [node["target"] for node in found["tickets"]["nodes"]]
    assert [target["remainingSeconds"] for target in targets] == [seconds for _, seconds in CLOCKS]
    assert [target["state"] for target in targets] == ["OVERDUE" if seconds < 0 else "RUNNING" for _, seconds in CLOCKS]


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (ALMOST, 0),
        (dt.timedelta(days=1) - SECOND, 0),
        (dt.timedelta(days=1), 1),
        (-SECOND, 0),
        (-dt.timedelta(days=1), -1),
    ],
)
async def test_days_are_whole_days(shop, since, days):
    metrics = (await ask(shop, "metrics { recencyDays tenureDays satisfaction purchaseCount }", NOW + since))["metrics"]

    assert metrics == {"recencyDays": days, "tenureDays": days, "satisfaction": 4.2, "purchaseCount": 3}


async def test_text_comes_back_as_it_went_in(shop):
    text = 'query { customers(first: 100, filter: {code: {ne: "C"}}) { nodes { name note } } }'
    reply = await shop.answer(text, None, None, Context(EVERYTHING, NOW))

    nodes = json.loads(reply.body)["data"]["customers"]["nodes"]
    nfc = [text.replace("e\u0301", "\u00e9") for text in TEXTS]
    assert nodes == [{"name": text, "note": text} for text in nfc]


@pytest.mark.parametrize("text", TEXTS)
async def test_text_is_found_again(shop, text):
    query = """
    query($text: String!, $texts: [String!]) {
      eq: customers(filter: {name: {eq: $text}, code: {ne: "C"}}) { nodes { name } }
      in: customers(filter: {name: {in: $texts}, code: {ne: "C"}}) { totalCount }
      start: customers(filter: {name: {startsWith: $text}, not: {name: {ne: $text}}}) { totalCount }
    }
    """
    reply = await shop.answer(query, {"text": text, "texts": [text]}, None, Context(EVERYTHING, NOW))

    data = json.loads(reply.body)["data"]
    assert data["eq"]["nodes"] == [{"name": text.replace("e\u0301", "\u00e9")}]
    assert (data["in"]["totalCount"], data["start"]["totalCount"]) == (1, 1)
