"""Answering: the successor accepts or declines, or someone for them who says why; proposals are taken back."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from resolvers.access import Scope
from resolvers.handover.answering import (
    HandoverAcceptance,
    HandoverCancellation,
    HandoverRefusal,
    accept_handover,
    cancel_handover,
    decline_handover,
)
from resolvers.problems import Refused
from store.handover import HandoverStatus
from tests.commands.handover.desk import Desk, day
from tests.factories import NOW
from tests.factories.department import add_department

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=3)


async def test_the_successor_accepts_and_it_waits_for_its_day(desk: Desk):
    customer = await desk.owned()
    key = await desk.propose(effective_on=day(1))
    await desk.do(accept_handover, HandoverAcceptance(key, 1, "Gladly"), by=desk.agent(), now=LATER)
    row = await desk.document(key)
    assert (row.status, row.version, row.updated_at) == (HandoverStatus.ACCEPTED, 2, LATER)
    assert (row.answered_at, row.answered_by, row.answer_note, row.on_behalf) == (LATER, "agent", "Gladly", False)
    assert (row.executed_at, await desk.times(customer)) == (None, [("Gina", "OWNER", -30, None)])
    [event] = await desk.events("handover.accepted")
    assert event.data["onBehalf"] is False


async def test_whoever_leads_the_successor_accepts_with_a_note(desk: Desk):
    await desk.owned()
    key = await desk.propose(effective_on=day(1))
    with pytest.raises(Refused, match="REQUIRED note"):
        await desk.do(accept_handover, HandoverAcceptance(key), by=desk.supervisor())
    await desk.do(accept_handover, HandoverAcceptance(key, note="He is travelling"), by=desk.supervisor())
    row = await desk.document(key)
    assert (row.answered_by, row.answer_note, row.on_behalf) == ("supervisor", "He is travelling", True)


async def test_nobody_else_answers(desk: Desk):
    await desk.owned()
    async with desk.database.transaction() as session:
        other = await add_department(session)
    key = await desk.propose()
    for subject in (desk.agent(desk.giver), desk.agent(desk.third), desk.supervisor(other)):
        with pytest.raises(Refused, match="NOT_FOUND id"):
            await desk.do(accept_handover, HandoverAcceptance(key, note="Mine"), by=subject)
        with pytest.raises(Refused, match="NOT_FOUND id"):
            await desk.do(decline_handover, HandoverRefusal(key, "Not mine"), by=subject)
    wide = replace(desk.agent(desk.third), scope=Scope.ALL)
    with pytest.raises(Refused, match="FORBIDDEN id"):
        await desk.do(accept_handover, HandoverAcceptance(key, note="Mine"), by=wide)


async def test_the_successor_declines_and_everything_stays(desk: Desk):
    customer = await desk.owned()
    key = await desk.propose()
    await desk.do(decline_handover, HandoverRefusal(key, "Too many already"), by=desk.agent(), now=LATER)
    row = await desk.document(key)
    assert (row.status, row.answer_note, row.answered_at) == (HandoverStatus.DECLINED, "Too many already", LATER)
    assert await desk.times(customer) == [("Gina", "OWNER", -30, None)]
    assert [event.kind for event in await desk.events()] == ["handover.proposed", "handover.declined"]
    assert {state for *_, state in await desk.items(key)} == {"LISTED"}


async def test_a_handover_is_taken_back_until_it_is_done(desk: Desk):
    await desk.owned()
    proposed, accepted = [await desk.propose(effective_on=day(1)) for _ in range(2)]
    await desk.accept(accepted)
    for key in (proposed, accepted):
        await desk.do(cancel_handover, HandoverCancellation(key, "She stays"), by=desk.supervisor(), now=LATER)
        row = await desk.document(key)
        assert (row.status, row.cancelled_by, row.cancel_note) == (HandoverStatus.CANCELLED, "supervisor", "She stays")
        assert row.cancelled_at == LATER
    assert [event.kind for event in await desk.events("handover.cancelled")] == ["handover.cancelled"] * 2


async def test_what_is_over_is_over(desk: Desk):
    await desk.owned()
    declined, cancelled = await desk.propose(), await desk.propose()
    await desk.do(decline_handover, HandoverRefusal(declined, "No"))
    await desk.do(cancel_handover, HandoverCancellation(cancelled))
    done = await desk.hand_over()
    for key, status in ((declined, "DECLINED"), (cancelled, "CANCELLED"), (done, "DONE")):
        for command, draft in (
            (accept_handover, HandoverAcceptance(key, note="Yes")),
            (decline_handover, HandoverRefusal(key, "No")),
            (cancel_handover, HandoverCancellation(key)),
        ):
            with pytest.raises(Refused, match=f"BAD_MOVE id: the handover is {status}, and can become nothing"):
                await desk.do(command, draft)


async def test_of_many_answers_at_once_exactly_one_counts(desk: Desk):
    customer = await desk.owned()
    key = await desk.propose()
    answers = [(accept_handover, HandoverAcceptance(key, note="Yes")), (decline_handover, HandoverRefusal(key, "No"))]
    answers.append((cancel_handover, HandoverCancellation(key)))
    done = await asyncio.gather(*(desk.do(*answer) for answer in answers * 3), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Refused)]
    assert [problem.code for one in refused for problem in one.problems] == ["BAD_MOVE"] * 8
    status = (await desk.document(key)).status
    assert (await desk.times(customer))[-1][0] == ("Tom" if status is HandoverStatus.DONE else "Gina")


async def test_of_two_who_saw_the_same_version_one_is_told(desk: Desk):
    await desk.owned()
    key = await desk.propose(effective_on=day(1))
    drafts = [HandoverAcceptance(key, 1, "Yes")] * 4
    done = await asyncio.gather(*(desk.do(accept_handover, draft) for draft in drafts), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Refused)]
    assert [problem.code for one in refused for problem in one.problems] == ["STALE_VERSION"] * 3
