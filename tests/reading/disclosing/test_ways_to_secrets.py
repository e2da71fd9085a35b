"""However a declaration reaches a secret, the record of whom it was read is written, and the answer is the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import strawberry
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.access import AccessClass, Clearance
from resolvers.reading import Answerer, Way, open_reads
from resolvers.reading.binding import DeclarationError, bind
from resolvers.reading.context import Disclosed
from resolvers.reading.documents import Documents
from resolvers.reading.planner import Planner
from tests.factories.customer import add_customer
from tests.reading.disclosing.conftest import Desk
from tests.reading.disclosing.secret_schema import SecretQuery, VaultQuery, WordQuery
from tests.reading.lax import LAX
from tests.reading.subjects import EVERYTHING

pytestmark = pytest.mark.anyio


@pytest.fixture(params=list(Way))
async def secrets(request, database, store_url) -> AsyncIterator[Desk]:
    """Two clients of one number, and one without."""
    async with database.transaction() as session:
        made = {
            c: await add_customer(session, code=c, tax_number=n) for c, n in (("A", "123"), ("B", "123"), ("C", None))
        }
        ids = {code: f"SecretClient:{row.id}" for code, row in made.items()}
    reads = await open_reads(store_url, size=1)
    yield Desk(Answerer(strawberry.Schema(SecretQuery), reads, way=request.param, limits=LAX), database, ids)
    await reads.close()


@pytest.mark.parametrize(
    ("selected", "shown", "field"),
    [
        ("digits", 3, "digits"),
        ("x: length", 3, "length"),
        ("spelled", ["1", "2", "3"], "spelled"),
        ("papers { number }", {"number": "123"}, "papers.number"),
        ("stamp { text }", {"text": "123"}, "stamp"),
    ],
)
async def test_a_secret_by_any_source(secrets, selected, shown, field):
    data = await secrets.ask(f'{{ client(code: "A") {{ {selected} }} }}')

    assert list(data["client"].values()) == [shown]
    assert await secrets.told() == {("SecretClient", "A", field)}


async def test_a_relation_by_a_secret_tells_of_the_one_who_has_it(secrets):
    data = await secrets.ask("{ clients(first: 3) { nodes { code namesake { code digits } } } }")

    assert [node["namesake"] and node["namesake"]["code"] for node in data["clients"]["nodes"]] == ["B", "A", None]
    relations = {("SecretClient", code, "namesake") for code in "ABC"}
    assert await secrets.told() == relations | {("SecretClient", code, "digits") for code in "AB"}


async def test_a_filter_over_a_secret_tells_of_many(secrets):
    text = "query($f: SecretClientFilter) { clients(first: 3, filter: $f) { totalCount nodes { code } } }"
    found = await secrets.ask(text, f={"not": {"taxNumber": {"isNull": True}}})

    assert found["clients"]["totalCount"] == 2
    assert await secrets.told() == {("SecretClient", None, "filter.taxNumber")}


async def test_a_filter_over_what_is_no_secret_is_not_on_record(secrets):
    await secrets.ask('{ clients(first: 3, filter: {code: {eq: "A"}}) { totalCount } }')

    assert await secrets.rows() == []


async def test_an_entry_by_a_secret_tells_of_many(secrets):
    assert (await secrets.ask('{ byNumber(number: "1") { code } }'))["byNumber"] is None
    assert await secrets.told() == {("SecretQuery", None, "byNumber")}


async def test_without_the_clearance_nothing_is_told_or_computed(secrets):
    text = """
    { client(code: "A") { code digits length spelled papers { number } stamp { text } namesake { code } }
      byNumber(number: "123") { code } }
    """
    reply = await secrets.reply(text, replace(EVERYTHING, clearance=Clearance.CONFIDENTIAL))
    answer = json.loads(reply.body)

    masked = dict.fromkeys(("digits", "length", "spelled", "stamp", "namesake"))
    assert answer["data"] == {"client": {"code": "A", **masked, "papers": {"number": None}}, "byNumber": None}
    assert {notice["field"] for notice in answer["extensions"]["withheld"]} == {*masked, "number", "byNumber"}
    assert await secrets.rows() == []


async def test_without_the_clearance_a_filter_is_refused_whatever_is_there(secrets):
    subject = replace(EVERYTHING, clearance=Clearance.CONFIDENTIAL)
    texts = [f'{{ clients(filter: {{taxNumber: {{eq: "{n}"}}}}) {{ totalCount }} }}' for n in ("123", "987")]
    answers = [json.loads((await secrets.reply(text, subject)).body) for text in texts]

    assert answers[0] == answers[1]
    assert answers[0]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await secrets.rows() == []


def test_an_order_by_a_secret_tells_of_many():
    schema = strawberry.Schema(VaultQuery)._schema
    planner = Planner(schema, pysqlite.dialect())
    bind(schema, planner)
    root = schema.query_type
    assert root is not None

    def told(order: str) -> list[Disclosed]:
        document = Documents(schema).get(f"{{ vaults(first: 1, orderBy: {order}) {{ totalCount }} }}")
        operation = document.operation(None)
        plan = planner.plan(
            operation,
            document.fragments,
            root,
            lambda compiler: compiler.collect(root, [operation]),
            {},
            AccessClass(),
            walking=False,
            entry="",
        )
        return list(plan.disclosed)

    assert told("CODE_ASC") == [Disclosed("Vault", None, "orderBy.CODE_ASC")]
    assert told("ID_ASC") == []


def test_a_secret_needs_a_record_with_an_id():
    schema = strawberry.Schema(WordQuery)._schema

    with pytest.raises(DeclarationError, match="this table has none"):
        bind(schema, Planner(schema, pysqlite.dialect()))
