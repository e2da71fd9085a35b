"""Partners' API keys: made, looked up at each request, withdrawn from customers, expired, revoked."""

from __future__ import annotations

import datetime as dt
import string

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope
from resolvers.api_keys import (
    LENGTH,
    ApiKeyError,
    allow_customer,
    create_key,
    digest,
    is_well_formed,
    list_keys,
    new_key,
    revoke_key,
    withdraw_customer,
)
from server.identity.identity import Authenticator
from server.refusal import Refusal
from store.api_key import ApiKeyRow
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.server.identity.asking import bearing, identified, refused, unauthenticated

pytestmark = pytest.mark.anyio

LETTERS = string.ascii_letters + string.digits + "-_"


@pytest.fixture
async def customers(database: Database) -> dict[str, object]:
    async with database.transaction() as session:
        return {code: (await add_customer(session, code=code)).id for code in ("C-1", "C-2", "C-3")}


async def made(database: Database, *codes: str, **options: object) -> tuple[ApiKeyRow, str]:
    async with database.transaction() as session:
        usual = {"expires_at": None, "now": NOW, "actor": "ann", **options}
        return await create_key(session, "ACME", codes, **usual)


class TestForm:
    def test_a_key_is_random_and_checked(self):
        keys = {new_key() for _ in range(100)}

        assert len(keys) == 100
        assert all(is_well_formed(key) and len(key) == LENGTH == 54 and key.startswith("c360_") for key in keys)
        assert all(key[-6:].isalnum() for key in keys)

    @settings(max_examples=200)
    @given(position=st.integers(0, LENGTH - 1), letter=st.sampled_from(LETTERS))
    def test_a_slip_of_the_pen_is_found_without_a_look(self, position, letter):
        key = new_key()
        wrong = key[:position] + letter + key[position + 1 :]

        assert is_well_formed(wrong) == (wrong == key)

    @pytest.mark.parametrize("text", ["", "c360_", "c360_" + "A" * 49, "x" * 54, "c360_" + "ü" * 49])
    def test_other_texts_are_none(self, text):
        assert not is_well_formed(text)


async def test_the_store_never_sees_the_key(database, customers):
    row, text = await made(database, "C-1")

    async with database.transaction() as session:
        kept = await session.get(ApiKeyRow, row.id)
        values = [getattr(kept, column.key) for column in sa.inspect(ApiKeyRow).columns]
    assert digest(text) in values
    assert text not in values
    assert kept.hint == text[-4:]


async def test_a_key_says_who_asks(database, authenticator, customers):
    row, text = await made(database, "C-1", "C-2", "C-1")

    subject = (await identified(authenticator, text)).subject

    assert (subject.name, subject.role) == (f"key:{row.id}", Role.PARTNER)
    assert (subject.scope, subject.clearance) == (Scope.PARTNER, Clearance.PUBLIC)
    assert subject.customer_ids == {customers["C-1"], customers["C-2"]}
    assert (subject.staff_id, subject.department_ids) == (None, frozenset())


@pytest.mark.parametrize("header", [b"x-api-key", b"authorization"])
async def test_either_header_carries_it(database, authenticator, customers, header):
    _, text = await made(database)
    value = text.encode() if header == b"x-api-key" else b"bearer  " + text.encode() + b" "

    identity = await authenticator.identify({header: value}, NOW)

    assert identity.subject.customer_ids == frozenset()


async def test_a_token_may_come_as_an_api_key_header_but_not_both(database, authenticator, customers):
    _, text = await made(database)

    words = await refused(authenticator, {**bearing(text), b"x-api-key": text.encode()})

    assert "one credential" in words


async def test_a_key_ends_when_its_time_is_over(database, authenticator, customers):
    _, text = await made(database, "C-1", expires_at=NOW + dt.timedelta(days=1))

    identity = await identified(authenticator, text)
    assert identity.expires_at == NOW + dt.timedelta(days=1)
    assert await refused(authenticator, text, NOW + dt.timedelta(days=1)) == "The API key has expired"


async def test_a_revoked_key_ends_at_once_and_readers_of_the_log_hear_it(database, authenticator, customers):
    row, text = await made(database, "C-1")
    identity = await identified(authenticator, text)

    async with database.transaction() as session:
        await revoke_key(session, str(row.id), now=NOW, actor="ann")

    assert await refused(authenticator, text) == "The API key is not known"
    with pytest.raises(Refusal) as caught:
        await authenticator.confirm(identity, NOW)
    unauthenticated(caught.value)
    async with database.transaction() as session:
        event = (await session.scalars(sa.select(LogEventRow))).one()
    assert (event.kind, event.aggregate_type, event.aggregate_id) == ("key.revoked", "ApiKey", row.id)
    assert (event.actor, event.data) == ("ann", {"hint": row.hint})


async def test_customers_come_and_go(database, authenticator, customers):
    row, text = await made(database, "C-1")
    identity = await identified(authenticator, text)

    async with database.transaction() as session:
        await allow_customer(session, row.hint, "C-2")
        await allow_customer(session, row.hint, "C-2")
        await withdraw_customer(session, str(row.id), "C-1")

    assert identity.subject.customer_ids == {customers["C-1"]}
    assert (await authenticator.confirm(identity, NOW)).subject.customer_ids == {customers["C-2"]}


@pytest.mark.parametrize("text", ["c360_", "c360_x", "c360_" + "A" * 49, "c360_\xff"])
async def test_what_is_no_key_is_refused_without_a_lookup(authenticator, reads, text):
    before = reads.statements

    assert await refused(authenticator, {b"x-api-key": text.encode("latin-1")}) == "The API key is not valid"
    assert reads.statements == before


async def test_a_key_that_nobody_made_is_not_known(authenticator):
    assert await refused(authenticator, new_key()) == "The API key is not known"


class TestChanges:
    async def test_a_customer_that_does_not_exist(self, database, customers):
        with pytest.raises(ApiKeyError, match="C-9"):
            await made(database, "C-1", "C-9")
        assert await keys(database) == []

    async def test_a_key_that_does_not_exist(self, database, customers):
        row, _ = await made(database, "C-1")
        for named in ("zzzz", "0190c0de-0000-7000-8000-000000000000", ""):
            with pytest.raises(ApiKeyError, match="No key in force"):
                await changed(database, revoke_key, named, now=NOW, actor="ann")
        await changed(database, revoke_key, row.hint, now=NOW, actor="ann")
        with pytest.raises(ApiKeyError, match="No key in force"):
            await changed(database, revoke_key, row.hint, now=NOW, actor="ann")

    async def test_two_keys_with_one_hint(self, database, customers):
        first, _ = await made(database)
        second, _ = await made(database)
        async with database.transaction() as session:
            (await session.get(ApiKeyRow, second.id)).hint = first.hint

        with pytest.raises(ApiKeyError, match="2 keys") as caught:
            await changed(database, revoke_key, first.hint, now=NOW, actor="ann")
        assert "id" in caught.value.cure

    async def test_a_customer_that_the_key_does_not_see(self, database, customers):
        row, _ = await made(database, "C-1")

        with pytest.raises(ApiKeyError, match="does not see"):
            await changed(database, withdraw_customer, row.hint, "C-2")

    async def test_all_keys_are_listed_with_their_customers(self, database, customers):
        await made(database, "C-2", "C-1")
        await made(database, now=NOW + dt.timedelta(seconds=1))

        assert await keys(database) == [["C-1", "C-2"], []]


async def changed(database: Database, change: object, *arguments: object, **options: object) -> None:
    async with database.transaction() as session:
        await change(session, *arguments, **options)


async def keys(database: Database) -> list[list[str]]:
    async with database.transaction() as session:
        return [list(each.customers) for each in await list_keys(session)]


async def test_a_request_costs_one_statement(database, authenticator: Authenticator, reads, customers):
    _, text = await made(database, "C-1", "C-2")
    before = reads.statements

    await identified(authenticator, text)

    assert reads.statements == before + 1
