"""Nobody is sent what they may not see: credentials that end, and reaches that change, in the middle of a stream."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from resolvers.access import Subject
from resolvers.customer import CustomerChanges, update_customer
from resolvers.reading import Context
from resolvers.reading.streaming import subscribe
from tests.reading.streaming.asking import QUICK, STREAM, UPDATE, Following, ticket, tickets

pytestmark = pytest.mark.anyio


class RevokedError(Exception):
    """What the confirmation raises."""


class Key:
    """A partner's key: whose customers it reaches, and whether it is in force."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self.subject: Subject = following.office.world.partner
        self.revoked = False
        self.asked = 0

    async def confirm(self) -> Context:
        self.asked += 1
        await asyncio.sleep(0)
        if self.revoked:
            raise RevokedError
        return self._following.context(self.subject)


def updates_of(following: Following, key: Key, variables=None):
    return subscribe(following.answerer, STREAM % UPDATE, variables, None, key.confirm, pace=QUICK)


async def update(replies):
    async with asyncio.timeout(10):
        return json.loads((await anext(replies)).body)["data"]["ticketUpdates"]


async def test_a_revoked_key_gets_nothing_of_what_comes_after(direct: Following):
    world = direct.office.world
    await direct.settled()
    key = Key(direct)
    replies = updates_of(direct, key)
    await update(replies)
    before = await direct.open(world.own)
    assert tickets([await update(replies)]) == [ticket(before)]

    key.revoked = True
    await direct.open(world.own)

    with pytest.raises(RevokedError):
        await update(replies)


async def test_a_key_revoked_between_reading_and_sending_gets_nothing_of_the_batch(direct: Following):
    """The confirmation after the statement is what finds it: revoke right before that one."""
    world = direct.office.world
    await direct.settled()
    key = Key(direct)
    replies = updates_of(direct, key)
    await update(replies)
    statements = direct.reads.statements
    await direct.open(world.own)

    class Late(Key):
        async def confirm(self) -> Context:
            if direct.reads.statements > statements:
                raise RevokedError
            return await super().confirm()

    key.confirm = Late(direct).confirm  # type: ignore[method-assign]
    replies = updates_of(direct, key, {"after": (await direct.page())["pageInfo"]["startCursor"]})
    statements = direct.reads.statements
    await update(replies)
    await direct.open(world.own)

    with pytest.raises(RevokedError):
        await update(replies)


async def test_whoever_takes_slowly_is_confirmed_again_within_a_batch(direct: Following):
    world = direct.office.world
    await direct.settled()
    key = Key(direct)
    replies = updates_of(direct, key)
    start = (await update(replies))["cursor"]
    for _ in range(10):
        await direct.open(world.own)
    await direct.settled()
    await replies.aclose()

    replies = updates_of(direct, key, {"after": start})
    for _ in range(4):
        await update(replies)
    key.revoked = True
    await asyncio.sleep(QUICK.confirmed_seconds * 1.5)

    with pytest.raises(RevokedError):
        await update(replies)


async def test_a_withdrawn_customer_is_not_told_of_any_more(direct: Following):
    world = direct.office.world
    await direct.settled()
    key = Key(direct)
    key.subject = replace(world.partner, customer_ids=frozenset({world.own, world.foreign}))
    replies = updates_of(direct, key)
    start = (await update(replies))["cursor"]
    for customer_id in (world.own, world.foreign) * 5:
        await direct.open(customer_id)
    await direct.settled()
    await replies.aclose()

    replies = updates_of(direct, key, {"after": start})
    await update(replies)
    seen = [await update(replies) for _ in range(3)]
    key.subject = world.partner
    await asyncio.sleep(QUICK.confirmed_seconds * 1.5)
    seen += [await update(replies) for _ in range(3)]

    customers = [one["ticket"]["customer"]["id"].removeprefix("Customer:") for one in seen]
    assert customers == [str(key) for key in (world.own, world.foreign, world.own, world.own, world.own, world.own)]


async def test_a_new_customer_is_told_of_at_once(direct: Following):
    world = direct.office.world
    await direct.settled()
    key = Key(direct)
    replies = updates_of(direct, key)
    await update(replies)

    key.subject = replace(world.partner, customer_ids=frozenset({world.own, world.neighbour}))
    opened = await direct.open(world.neighbour)

    assert tickets([await update(replies)]) == [ticket(opened)]


async def test_a_customer_that_leaves_the_department_is_not_told_of_any_more(direct: Following):
    world = direct.office.world
    await direct.settled()
    known = await direct.open(world.own)
    await direct.settled()

    async with direct.following(reach=lambda: world.supervisor) as follower:
        await follower.update()
        await direct.move(known)
        assert tickets(await follower.updates(1)) == [ticket(known)]
        await direct.office.do(update_customer, CustomerChanges(world.own, department_id=world.other))
        await direct.reply(known)
        still = await direct.open(world.neighbour)
        assert tickets(await follower.updates(1)) == [ticket(still)]
