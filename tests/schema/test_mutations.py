"""Mutations as a client sends them: what goes in, what comes back, and what is said when nothing was done."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from typing import Any

import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_required_input_field
from sqlalchemy.dialects.sqlite import pysqlite
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from resolvers.access import Subject
from resolvers.actions import Action
from resolvers.drafts import field_names, field_rules
from resolvers.global_id import encode
from resolvers.reading import Answerer, Context, Way, open_reads
from schema.build import build_answerer
from store.customer import CustomerRow
from store.session import Database
from tests.answerers import answerer_over
from tests.commands.probes import contents
from tests.commands.valid import COMMANDS, VALID
from tests.commands.wire import written
from tests.commands.worlds import World, built
from tests.factories import NOW

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Client:
    """Sends documents to a service over the small world of the commands' tests."""

    answerer: Answerer
    database: Database
    world: World

    async def ask(self, document: str, by: Subject | None = None, **variables: Any) -> dict[str, Any]:
        context = Context(subject=by or self.world.manager, now=NOW, database=self.database)
        reply = await self.answerer.answer(document, variables, None, context)
        return orjson.loads(reply.body)

    async def mutate(self, action: Action, given: dict[str, Any], *, by: Subject | None = None, ask: str = "") -> Any:
        """The payload of a mutation; its object with the id, unless more is asked for."""
        document = document_of(self.answerer, action, ask or "id")
        reply = await self.ask(document, by, input=given)
        assert "errors" not in reply, reply
        return reply["data"][action.value]


@pytest.fixture
async def client(database: Database, store_url: str) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads), database, await built(database))
    await reads.close()


@pytest.fixture(params=Way)
async def client_each_way(request, database: Database, store_url: str) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads, way=request.param), database, await built(database))
    await reads.close()


def types_of(answerer: Answerer, action: Action) -> tuple[GraphQLInputObjectType, GraphQLObjectType, str]:
    """The input and the payload of a mutation, and the name of the payload's object."""
    mutation = answerer.schema.mutation_type
    assert mutation is not None
    field = mutation.fields[action.value]
    given, payload = get_named_type(field.args["input"].type), get_named_type(field.type)
    assert isinstance(given, GraphQLInputObjectType)
    assert isinstance(payload, GraphQLObjectType)
    [name] = set(payload.fields) - {"errors"}
    return given, payload, name


def document_of(answerer: Answerer, action: Action, ask: str) -> str:
    given, _, name = types_of(answerer, action)
    errors = "errors { field code message }"
    return f"mutation($input: {given.name}!) {{ {action}(input: $input) {{ {errors} {name} {{ {ask} }} }} }}"


@pytest.mark.parametrize("action", Action)
def test_an_input_has_the_fields_of_its_draft_and_a_key(action: Action):
    given, _, _ = types_of(_unread(), action)
    drafted = set(field_names(COMMANDS[action].draft))
    assert {to_snake_case(name) for name in given.fields} == drafted | {"idempotency_key"}
    required = {to_snake_case(name) for name, field in given.fields.items() if is_required_input_field(field)}
    assert required == {name for name in drafted if _has_no_default(COMMANDS[action].draft, name)}


@pytest.mark.parametrize("action", Action)
def test_a_payload_says_its_own_codes(action: Action):
    _, payload, _ = types_of(_unread(), action)
    error = get_named_type(payload.fields["errors"].type)
    assert isinstance(error, GraphQLObjectType)
    assert (error.name, str(payload.fields["errors"].type)) == (_title(action) + "Error", f"[{_title(action)}Error!]!")
    codes = get_named_type(error.fields["code"].type)
    assert isinstance(codes, GraphQLEnumType)
    assert (codes.name, set(codes.values)) == (_title(action) + "ErrorCode", {c.value for c in COMMANDS[action].codes})


def test_every_action_is_a_mutation():
    mutation = _unread().schema.mutation_type
    assert mutation is not None
    assert set(mutation.fields) == {action.value for action in Action}


async def test_every_mutation_reads_back_what_it_changed(client_each_way: Client):
    client = client_each_way
    for action in Action:
        _, _, name = types_of(client.answerer, action)
        before = client.answerer.store.statements
        payload = await client.mutate(action, written(VALID[action](client.world)), ask="__typename id")
        assert payload["errors"] == []
        kind, _, key = payload[name]["id"].partition(":")
        assert (kind, str(uuid.UUID(key))) == (payload[name]["__typename"], key)
        assert client.answerer.store.statements - before == 1


async def test_every_id_of_every_mutation_is_checked(client: Client):
    before = await contents(client.database)
    for action in Action:
        rules = [rule for rule in field_rules(COMMANDS[action].draft) if rule.types]
        if not rules:
            continue
        _, _, name = types_of(client.answerer, action)
        for bad in ("nonsense", encode("Nothing", client.world.own), ""):
            given = written(VALID[action](client.world)) | {to_camel_case(rule.name): bad for rule in rules}
            payload = await client.mutate(action, given)
            told = [(error["code"], error["field"]) for error in payload["errors"]]
            places = [to_camel_case(rule.name) + (".0" if rule.many else "") for rule in rules]
            assert told == [("BAD_ID", f"input.{place}") for place in places]
            assert payload[name] is None
    assert await contents(client.database) == before


async def test_an_answer_has_everything_that_was_asked_for(client: Client):
    given = {
        "customerId": encode("Customer", client.world.own),
        "kind": "INVOICE",
        "number": "INV-7",
        "amount": "12.50",
        "currency": "EUR",
        "occurredAt": "2026-03-02T10:00:00+08:00",
    }
    ask = "number happenedAt amount { amount currency } customer { code balances { kind effect { amount } } }"
    payload = await client.mutate(Action.ADD_LEDGER_ENTRY, given, ask=ask)
    async with client.database.sessions() as session:
        code = (await session.get_one(CustomerRow, client.world.own)).code
    assert payload == {
        "errors": [],
        "entry": {
            "number": "INV-7",
            "happenedAt": "2026-03-02T02:00:00+00:00",
            "amount": {"amount": "12.50", "currency": "EUR"},
            "customer": {"code": code, "balances": [{"kind": "INVOICE", "effect": {"amount": "12.50"}}]},
        },
    }


async def test_several_mutations_of_one_document_run_one_after_the_other(client: Client):
    own = encode("Customer", client.world.own)
    document = """mutation($own: ID!) {
        a: updateCustomer(input: {id: $own, city: "A", version: 1}) { errors { code } customer { city version } }
        b: updateCustomer(input: {id: $own, city: "B", version: 1}) { errors { code message } customer { city } }
        c: updateCustomer(input: {id: $own, city: "C", version: 2}) { errors { code } customer { city version } }
    }"""
    data = (await client.ask(document, own=own))["data"]
    assert data["a"] == {"errors": [], "customer": {"city": "A", "version": 2}}
    stale = {"code": "STALE_VERSION", "message": "the record is at version 2 now, not 1"}
    assert data["b"] == {"errors": [stale], "customer": None}
    assert data["c"] == {"errors": [], "customer": {"city": "C", "version": 3}}


async def test_null_empties_a_field_and_silence_leaves_it(client: Client):
    own = encode("Customer", client.world.own)
    await client.mutate(Action.UPDATE_CUSTOMER, {"id": own, "city": "Suzhou", "industry": "Pumps"})
    payload = await client.mutate(Action.UPDATE_CUSTOMER, {"id": own, "city": None}, ask="city industry")
    assert payload["customer"] == {"city": None, "industry": "Pumps"}
    payload = await client.mutate(Action.UPDATE_CUSTOMER, {"id": own, "name": None, "kind": None, "tags": None})
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [
        ("REQUIRED", "input.kind"),
        ("REQUIRED", "input.name"),
        ("REQUIRED", "input.tags"),
    ]


async def test_an_answer_shows_no_more_than_a_query_would(client: Client):
    world = client.world
    own = encode("Customer", world.own)
    given = {"customerId": own, "kind": "FAULT", "channel": "WEB", "subject": "Leak", "description": "It leaks badly"}
    payload = await client.mutate(Action.OPEN_TICKET, given, by=world.partner, ask="subject description")
    assert payload == {"errors": [], "ticket": {"subject": "Leak", "description": None}}
    payload = await client.mutate(Action.UPDATE_CUSTOMER, {"id": own, "note": "x"}, by=world.agent)
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("FORBIDDEN", "input.note")]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"occurredAt": "2026-03-01T09:00:00"}, "INVALID_TIME", "occurredAt"),
        ({"occurredAt": "0001-01-01T00:00:00+14:00"}, "INVALID_TIME", "occurredAt"),
        ({"occurredAt": "2026-03-02T09:06:00Z"}, "IN_FUTURE", "occurredAt"),
        ({"subject": "a\u0007b"}, "INVALID_TEXT", "subject"),
        ({"subject": "x" * 201}, "TOO_LONG", "subject"),
        ({"satisfaction": 6}, "OUT_OF_RANGE", "satisfaction"),
        ({"idempotencyKey": "a\nb"}, "INVALID_TEXT", "idempotencyKey"),
        ({"idempotencyKey": ""}, "REQUIRED", "idempotencyKey"),
    ],
)
async def test_bad_input_gets_a_typed_answer(client: Client, given: dict[str, Any], code: str, field: str):
    before = await contents(client.database)
    whole = written(VALID[Action.RECORD_INTERACTION](client.world)) | given
    payload = await client.mutate(Action.RECORD_INTERACTION, whole)
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [(code, f"input.{field}")]
    assert payload["interaction"] is None
    assert await contents(client.database) == before


async def test_nul_is_refused_before_anything_runs(client: Client):
    before = await contents(client.database)
    own = encode("Customer", client.world.own)
    literal = (
        r"""mutation($own: ID!) { createContact(input: {customerId: $own, name: "a\u0000b"}) { contact { id } } }"""
    )
    variable = document_of(client.answerer, Action.CREATE_CONTACT, "id")
    for document, variables in ((literal, {"own": own}), (variable, {"input": {"customerId": own, "name": "a\x00b"}})):
        reply = await client.ask(document, **variables)
        assert [error["extensions"]["code"] for error in reply["errors"]] == ["BAD_USER_INPUT"]
        assert "data" not in reply
    assert await contents(client.database) == before


async def test_the_same_key_gives_the_same_record(client: Client):
    given = {"code": "C-NEW", "kind": "PERSON", "name": "Ann", "tags": ["b", "a"], "idempotencyKey": "k"}
    first = await client.mutate(Action.CREATE_CUSTOMER, given, ask="id tags { name }")
    assert [tag["name"] for tag in first["customer"]["tags"]] == ["a", "b"]
    assert await client.mutate(Action.CREATE_CUSTOMER, given, ask="id tags { name }") == first
    other = await client.mutate(Action.CREATE_CUSTOMER, given | {"name": "Bob"})
    assert [(error["code"], error["field"]) for error in other["errors"]] == [("KEY_REUSED", "input.idempotencyKey")]
    bad = await client.mutate(Action.CREATE_CUSTOMER, given | {"tags": ["fine", "a\x07"], "idempotencyKey": None})
    assert [(error["code"], error["field"]) for error in bad["errors"]] == [("INVALID_TEXT", "input.tags.1")]


async def test_a_mistake_of_ours_is_masked_and_nothing_is_kept(client: Client):
    gone = Client(client.answerer, Database("sqlite+aiosqlite:////nowhere/at/all.db"), client.world)
    given = written(VALID[Action.CREATE_CONTACT](client.world))
    reply = await gone.ask(document_of(client.answerer, Action.CREATE_CONTACT, "id"), input=given)
    await gone.database.close()
    assert reply["data"] is None
    assert [error["extensions"]["code"] for error in reply["errors"]] == ["INTERNAL"]
    assert "nowhere" not in str(reply)


class NoReads:
    """A store of which only the dialect is asked."""

    statements = 0

    def __init__(self) -> None:
        self.dialect = pysqlite.dialect()


_answerers: list[Answerer] = []


def _unread() -> Answerer:
    """An answerer for tests that only look at the schema."""
    if not _answerers:
        _answerers.append(build_answerer(NoReads()))
    return _answerers[0]


def _has_no_default(draft: type, name: str) -> bool:
    [field] = [field for field in fields(draft) if field.name == name]
    return field.default is field.default_factory


def _title(action: Action) -> str:
    return action.value[0].upper() + action.value[1:]


CREATE_AND_READ = """
mutation Create($input: CreateCustomerInput!, $after: String) {
  createCustomer(input: $input) {
    errors { code }
    customer { interactions(first: 2, after: $after) { nodes { id } } %s }
  }
}
"""


@pytest.mark.parametrize(
    ("more", "after", "code"),
    [
        ("", "00", "BAD_CURSOR"),
        ("tickets(first: 1000) { nodes { id } }", None, "BAD_PAGE_SIZE"),
        ('tickets(filter: {customerId: {eq: "zz"}}) { nodes { id } }', None, "BAD_ID"),
        ('timeline(since: "2026-01-01T00:00:00") { nodes { id } }', None, "BAD_INSTANT"),
    ],
)
async def test_what_cannot_be_read_back_is_refused_before_anything_is_done(client, more, after, code):
    before = await contents(client.database)
    given = {"code": "NEW-1", "kind": "PERSON", "name": "New"}

    answer = await client.ask(CREATE_AND_READ % more, input=given, after=after)

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code
    assert await contents(client.database) == before


async def test_what_can_be_read_back_is_planned_once(client):
    given = {"code": "NEW-1", "kind": "PERSON", "name": "New"}
    client = replace(client, answerer=build_answerer(client.answerer.store))

    answer = await client.ask(CREATE_AND_READ % "", input=given, after=None)

    assert answer["data"]["createCustomer"] == {"errors": [], "customer": {"interactions": {"nodes": []}}}
    assert client.answerer.planner.compiled == 1
