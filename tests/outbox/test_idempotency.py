"""Idempotency keys: a request that is sent twice is done once, and answered the same."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from outbox.idempotency import KEPT, KeyReused, Remembered, Request, forget_expired, recall, remember
from store.customer import CustomerRow
from store.session import Database
from tests.factories.customer import add_customer

pytestmark = pytest.mark.anyio

REQUEST = Request(subject="agent:7", key="k-1", operation="create_customer", input_hash="ab" * 32)


async def do(database: Database, request: Request, now: dt.datetime, *, slowly: float = 0) -> object:
    """A change as a command makes it: recalled, or done and remembered."""
    async with database.transaction() as session:
        if before := await recall(session, request, now=now):
            return before.result
        customer = await add_customer(session)
        await asyncio.sleep(slowly)
        await remember(session, request, {"id": str(customer.id)})
        return {"id": str(customer.id)}


async def customers(database: Database) -> int:
    async with database.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow))


async def test_the_same_request_again_returns_what_it_returned_and_changes_nothing(database, now):
    first = await do(database, REQUEST, now)
    again = await do(database, REQUEST, now + KEPT - dt.timedelta(seconds=1))

    assert again == first
    assert await customers(database) == 1


@pytest.mark.parametrize("other", [{"input_hash": "cd" * 32}, {"operation": "update_customer"}])
async def test_the_same_key_for_another_request_is_refused(database, now, other):
    await do(database, REQUEST, now)

    with pytest.raises(KeyReused, match="take a new key"):
        await do(database, replace(REQUEST, **other), now)
    assert await customers(database) == 1


@pytest.mark.parametrize("other", [{"key": "k-2"}, {"subject": "agent:8"}])
async def test_another_key_or_another_subject_is_another_request(database, now, other):
    first = await do(database, REQUEST, now)

    assert await do(database, replace(REQUEST, **other), now) != first
    assert await customers(database) == 2


async def test_a_request_that_failed_may_be_sent_again(database, now):
    async def fail() -> None:
        async with database.transaction() as session:
            assert await recall(session, REQUEST, now=now) is None
            raise KeyError("anything")

    with pytest.raises(KeyError):
        await fail()

    assert await do(database, REQUEST, now) is not None
    assert await customers(database) == 1


async def test_a_request_that_returned_nothing_is_recalled_too(database, now):
    async with database.transaction() as session:
        assert await recall(session, REQUEST, now=now) is None
        await remember(session, REQUEST, None)

    async with database.transaction() as session:
        assert await recall(session, REQUEST, now=now) == Remembered(None)


async def test_a_key_is_free_again_after_a_day(database, now):
    first = await do(database, REQUEST, now)
    later = replace(REQUEST, input_hash="cd" * 32)

    second = await do(database, later, now + KEPT)

    assert second != first
    assert await do(database, later, now + KEPT) == second


async def test_expired_keys_are_forgotten_and_others_kept(database, now):
    await do(database, REQUEST, now - KEPT)
    await do(database, replace(REQUEST, key="k-2"), now - KEPT + dt.timedelta(seconds=1))

    async with database.transaction() as session:
        assert await forget_expired(session, now) == 1
        assert await forget_expired(session, now) == 0

    await do(database, replace(REQUEST, key="k-2"), now)
    assert await customers(database) == 2


async def test_the_same_request_many_times_at_once_is_done_once(database, now):
    answers = await asyncio.gather(*(do(database, REQUEST, now, slowly=0.02) for _ in range(5)))

    assert all(answer == answers[0] for answer in answers)
    assert await customers(database) == 1


async def test_of_two_requests_with_one_key_at_once_one_is_refused(database, now):
    requests = [REQUEST, replace(REQUEST, input_hash="cd" * 32)]

    answers = await asyncio.gather(
        *(do(database, request, now, slowly=0.02) for request in requests), return_exceptions=True
    )

    assert [type(answer) for answer in answers].count(KeyReused) == 1
    assert await customers(database) == 1


async def test_when_the_first_of_two_fails_the_second_is_done(database, now):
    begun = asyncio.Event()

    async def fail() -> None:
        async with database.transaction() as session:
            assert await recall(session, REQUEST, now=now) is None
            begun.set()
            await asyncio.sleep(0.02)
            raise KeyError("anything")

    async def follow() -> object:
        await begun.wait()
        return await do(database, REQUEST, now)

    failed, done = await asyncio.gather(fail(), follow(), return_exceptions=True)

    assert isinstance(failed, KeyError)
    assert isinstance(done, dict)
    assert await customers(database) == 1
