"""`ticketUpdates`: replay from a cursor, then live, in the order of the log."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from outbox.cursor import Position, open_keys
from outbox.epoch import add_key, new_epoch
from outbox.trim import trim
from resolvers.access import AccessClass, Clearance, Scope
from resolvers.reading.explaining import explain, explain_in_store
from resolvers.reading.limits import Limits
from resolvers.reading.streaming import subscribe
from store.disclosure import DisclosureRow
from tests.factories import NOW
from tests.reading.streaming.asking import PAGE, QUICK, STREAM, UPDATE, Following, customer, ticket, tickets

pytestmark = pytest.mark.anyio


async def test_a_subscription_begins_with_a_bookmark_and_goes_on_live(following: Following):
    world = following.office.world
    earlier = await following.open(world.own)
    await following.settled()

    async with following.following() as follower:
        start = await follower.update()
        later = await following.open(world.own)
        await following.move(earlier)
        opened, moved = await follower.updates(2)

    assert start == {
        "cursor": start["cursor"],
        "kind": "BOOKMARK",
        **dict.fromkeys(("happenedAt", "what", "fromStatus", "toStatus", "version", "ticket")),
    }
    assert (opened["kind"], opened["ticket"]["id"]) == ("OPENED", ticket(later))
    assert (moved["kind"], moved["toStatus"], moved["version"]) == ("CHANGED", "ACKNOWLEDGED", 2)
    assert moved["ticket"]["status"] == "ACKNOWLEDGED"


async def test_replay_and_live_have_no_seam(following: Following):
    world = following.office.world
    await following.settled()
    async with following.following() as follower:
        start = (await follower.update())["cursor"]
    before = [await following.open(world.own) for _ in range(70)]

    async with following.following({"after": start}) as follower:
        assert (await follower.update())["cursor"] == start
        writing = asyncio.gather(*(following.open(world.own) for _ in range(30)))
        seen = await follower.updates(100)
        meanwhile = await writing

    assert tickets(seen)[:70] == [ticket(key) for key in before]
    assert sorted(tickets(seen)[70:]) == sorted(ticket(key) for key in meanwhile)
    page = await following.page({"first": 100})
    assert [update["cursor"] for update in seen] == [edge["cursor"] for edge in page["edges"]]


async def test_whoever_comes_back_gets_the_rest(direct: Following):
    opened = [await direct.open(direct.office.world.own) for _ in range(6)]
    cursors = [edge["cursor"] for edge in (await direct.page())["edges"]]

    for number, cursor in enumerate(cursors[:-1]):
        async with direct.following({"after": cursor}) as follower:
            seen = await follower.updates(5 - number)
        assert tickets(seen) == [ticket(key) for key in opened[number + 1 :]]


async def test_a_filtered_reader_gets_bookmarks(direct: Following):
    world = direct.office.world
    await direct.settled()
    only = {"customerId": {"eq": customer(world.own)}}

    async with direct.following({"filter": only}) as follower:
        start = await follower.update()
        await direct.open(world.foreign)
        later = await follower.update()
        wanted = await direct.open(world.own)
        update = await follower.update()

    assert later["kind"] == "BOOKMARK"
    assert later["cursor"] != start["cursor"]
    assert tickets([update]) == [ticket(wanted)]
    async with direct.following({"filter": only, "after": later["cursor"]}) as follower:
        assert tickets(await follower.updates(1)) == [ticket(wanted)]


async def test_a_bookmark_comes_after_so_many_rows_too(direct: Following):
    world = direct.office.world
    await direct.settled()
    rarely = replace(QUICK, bookmark_seconds=3600.0, bookmark_rows=3)

    async with direct.following({"filter": {"kind": {"eq": "CLAIM"}}}, pace=rarely) as follower:
        await follower.update()
        for _ in range(3):
            await direct.open(world.own)
        assert (await follower.update())["kind"] == "BOOKMARK"


async def test_nothing_comes_where_nothing_happens(direct: Following):
    await direct.settled()

    async with direct.following() as follower:
        await follower.update()
        statements = direct.reads.statements
        assert await follower.nothing(0.8)

    assert direct.reads.statements == statements


async def test_a_batch_is_one_statement(following: Following):
    world = following.office.world
    await following.settled()
    async with following.following() as follower:
        start = (await follower.update())["cursor"]
    for _ in range(50):
        await following.open(world.own)
    await following.settled()
    before = following.reads.statements

    async with following.following({"after": start}, reach=lambda: world.supervisor) as follower:
        await follower.update()
        await follower.updates(50)

    assert following.reads.statements - before == 1


async def test_directives_and_fragments_shape_updates_and_bookmarks_alike(following: Following):
    text = """
      subscription ($with: Boolean!) { ...S }
      fragment S on Subscription { stream: ticketUpdates { __typename ...U n: ticket @include(if: $with) { number } } }
      fragment U on TicketUpdate { c: cursor k: kind skipped: version @skip(if: $with) }
    """
    await following.settled()
    async with following.following({"with": True}, text=text) as follower:
        bookmark = (await follower.next())["data"]["stream"]
        await following.open(following.office.world.own)
        update = (await follower.next())["data"]["stream"]

    assert list(bookmark) == list(update) == ["__typename", "c", "k", "n"]
    assert (bookmark["__typename"], bookmark["k"], bookmark["n"]) == ("TicketUpdate", "BOOKMARK", None)
    assert (update["__typename"], update["k"]) == ("TicketUpdate", "OPENED")


async def test_a_withheld_field_is_null_with_a_notice(following: Following):
    world = following.office.world
    text = "subscription { ticketUpdates { cursor ticket { id description } } }"
    await following.settled()

    async with following.following(text=text, reach=lambda: world.partner) as follower:
        await follower.next()
        await following.open(world.own)
        body = await follower.next()

    assert body["data"]["ticketUpdates"]["ticket"]["description"] is None
    (notice,) = body["extensions"]["withheld"]
    assert notice["path"] == ["ticketUpdates", "ticket", "description"]


async def test_a_secret_is_on_record_before_it_is_told(direct: Following):
    world = direct.office.world
    text = "subscription { ticketUpdates { cursor ticket { customer { taxNumber } } } }"
    await direct.settled()

    async with direct.following(text=text) as follower:
        await follower.next()
        assert await direct.office.rows(sa.select(DisclosureRow)) == []
        await direct.open(world.own)
        await follower.next()
        (row,) = await direct.office.rows(sa.select(DisclosureRow))

    assert (row.record_type, row.record_id, row.field) == ("Customer", world.own, "taxNumber")


async def refused(following: Following, variables=None, text: str = STREAM % UPDATE) -> str:
    """The code with which a subscription ends before anything of it is told."""
    async with following.following(variables, text=text) as follower:
        reply = await anext(follower.replies)
        assert not reply.executed
        (error,) = json.loads(reply.body)["errors"]
        with pytest.raises(StopAsyncIteration):
            await anext(follower.replies)
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ viewer { name } }", "BAD_OPERATION"),
        ("subscription { ticketUpdates { cursor } again: ticketUpdates { cursor } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ticketUpdates { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ticketUpdates { cursor }", "GRAPHQL_PARSE_FAILED"),
        ("subscription A { ticketUpdates { cursor } } subscription B { ticketUpdates { cursor } }", "BAD_OPERATION"),
        ('subscription { ticketUpdates(after: "nonsense") { cursor } }', "BAD_CURSOR"),
        ('subscription { ticketUpdates(filter: {ticketId: {eq: "nonsense"}}) { cursor } }', "BAD_ID"),
        ('subscription { ticketUpdates(filter: {severity: {eq: "HIGH"}}) { cursor } }', "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_be_followed_is_refused_at_once(direct: Following, text: str, code: str):
    assert await refused(direct, text=text) == code


@pytest.mark.parametrize("after", ["", "x" * 42, "x" * 10_000])
async def test_a_forged_cursor_is_refused(direct: Following, after: str):
    assert await refused(direct, {"after": after}) == "BAD_CURSOR"


async def test_a_cursor_of_another_row_or_epoch_must_resync(direct: Following):
    await direct.open(direct.office.world.own)
    await direct.settled()
    here = direct.log.tail.position
    for wrong in (
        replace(here, uid=b"\0\1\2\3"),
        replace(here, epoch="0badc0de"),
        Position(here.epoch, here.id + 1_000, here.uid),
    ):
        assert await refused(direct, {"after": direct.log.keys.sign(wrong)}) == "RESYNC"


async def test_a_cursor_below_the_floor_is_expired(direct: Following):
    opened = [await direct.open(direct.office.world.own) for _ in range(3)]
    cursors = [edge["cursor"] for edge in (await direct.page())["edges"]]
    tail = direct.log.tail

    await trim(direct.office.database, before=NOW + dt.timedelta(days=1), keep_from=tail.position.id)

    assert await refused(direct, {"after": cursors[0]}) == "CURSOR_EXPIRED"
    answer = await direct.ask({"after": cursors[0]})
    assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
    assert tickets(edge["node"] for edge in (await direct.page())["edges"]) == [ticket(opened[-1])]


async def test_a_restore_ends_the_stream_with_a_code(direct: Following):
    await direct.open(direct.office.world.own)
    await direct.settled()

    async with direct.following() as follower:
        await follower.update()
        await new_epoch(direct.office.database)
        await direct.open(direct.office.world.own)
        body = await follower.next()

    assert body["errors"][0]["extensions"]["code"] == "RESYNC"


async def test_a_cursor_of_a_newer_key_is_read_too(direct: Following, store_url: str):
    await direct.open(direct.office.world.own)
    await direct.settled()
    await add_key(direct.office.database, now=NOW)
    cursor = (await open_keys(direct.reads)).sign(direct.log.tail.position)

    page = await direct.page({"after": cursor})

    assert page["edges"] == []
    async with direct.following({"after": cursor}) as follower:
        assert (await follower.update())["kind"] == "BOOKMARK"


async def test_the_budget_is_asked_once_at_the_start(direct: Following):
    asked: list[int] = []

    async def context_of():
        return replace(direct.context(), admit=asked.append)

    direct.answerer.limits = Limits()
    await direct.settled()
    replies = subscribe(direct.answerer, STREAM % UPDATE, None, None, context_of, pace=QUICK)
    start = json.loads((await anext(replies)).body)
    await direct.open(direct.office.world.own)
    await anext(replies)
    await replies.aclose()

    assert len(asked) == 1
    assert start["extensions"]["cost"]["requested"] == asked[0] > 0


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("text", [PAGE % UPDATE, STREAM % UPDATE])
async def test_both_are_explained_and_cost_by_their_size(direct: Following, text: str, scope: Scope):
    access = AccessClass(Clearance.PUBLIC, scope)
    variables = {"first": 10, "filter": {"severity": {"in": ["HIGH"]}}}

    found = explain(direct.answerer, text, None, variables, access)

    (statement,) = found.statements
    context = replace(direct.context(), log=None)
    await explain_in_store(direct.answerer, statement, context, variables)
    assert len(statement.explained) > 1
    assert "check the cursor, sign new ones" in [step.what for step in statement.steps]
    page = explain(direct.answerer, PAGE % UPDATE, None, {"first": 100}, access)
    assert 0 < found.cost < page.cost < 10_000
