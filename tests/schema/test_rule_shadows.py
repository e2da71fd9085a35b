"""Shadows through GraphQL: started, counted, told as far as the reader may know, stopped; and who may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio.to_thread
import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Way, open_reads
from resolvers.rule_sets.library import shipped
from server.identity.reach import REACH
from store.base import new_id
from store.rule_shadow import RuleShadowDifferenceRow, RuleShadowRow
from tests.answerers import answerer_over
from tests.decisions.test_shadowing import LOWER
from tests.decisions.worlds import OVERDUE, buyer, graded, publish
from tests.factories import NOW
from tests.schema.asking_rules import ANALYST, Client
from tests.server.running_cli import c360

pytestmark = pytest.mark.anyio

SHADOW = """id ruleSet text cases startedBy startedAt endedBy endedAt
    figures { decidedCount differingCount failedCount }
    differences(first: 5) { customer { code } at live shadow withheld }"""
START = f"""mutation($input: StartRuleShadowInput!) {{ startRuleShadow(input: $input) {{
    errors {{ code field message problems {{ line column message }} }} ruleShadow {{ {SHADOW} }} }} }}"""
STOP = f"""mutation($input: StopRuleShadowInput!) {{ stopRuleShadow(input: $input) {{
    errors {{ code field message }} ruleShadow {{ {SHADOW} }} }} }}"""
SHADOWS = f"{{ ruleShadows(first: 10) {{ {SHADOW} }} }}"
MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)

CASES = (
    "rule_set: grading\nclock: 2026-05-01T09:00:00+08:00\n"
    "cases:\n  - {name: nothing, given: {}, expect: {error: MISSING_FACT}}\n"
)
"""A case that whatever grading passes: a fact that it needs is missing."""


@pytest.fixture(params=Way)
async def ask(request, database, store_url) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads, way=request.param), database)
    await reads.close()


def counted(decided: int, differing: int, failed: int = 0) -> Any:
    """The figures of a shadow."""
    return {"decidedCount": decided, "differingCount": differing, "failedCount": failed}


async def start(ask: Client, text: str = LOWER.text, by: Subject = ANALYST, **given: Any) -> Any:
    return await ask(START, by, input={"text": text, "cases": CASES, **given})


async def test_a_shadow_is_started_counted_and_stopped(ask):
    some = [await buyer(ask.database, yuan, code=f"C-{yuan}") for yuan in (300_000, 600_000)]

    started = await start(ask)
    await graded(ask.database, some)
    [seen] = await ask(SHADOWS)
    stopped = await ask(STOP, MANAGER, input={"ruleSet": "grading"})

    assert started["errors"] == stopped["errors"] == []
    new = started["ruleShadow"]
    assert (new["ruleSet"], new["text"], new["startedBy"], new["endedAt"]) == ("grading", LOWER.text, "analyst", None)
    assert (new["figures"], new["differences"]) == (counted(0, 0), [])
    assert seen["figures"] == counted(2, 1)
    [difference] = seen["differences"]
    assert (difference["customer"], difference["withheld"]) == ({"code": "C-300000"}, None)
    assert [json.loads(difference[side])[0]["grade"] for side in ("live", "shadow")] == ["KEY", "VIP"]
    ended = stopped["ruleShadow"]
    assert (ended["endedBy"], ended["differences"]) == ("manager", [difference])
    async with ask.database.sessions() as session:
        events = (await session.scalars(sa.select(LogEventRow).order_by(LogEventRow.id))).all()
    told = [(event.kind, event.data) for event in events if event.kind.startswith("rules.")]
    assert told == [
        ("rules.shadow_started", {"ruleSet": "grading"}),
        ("rules.shadow_stopped", {"ruleSet": "grading"}),
    ]


async def test_it_is_what_the_command_tells(ask, capsys, store_url):
    some = [await buyer(ask.database, yuan) for yuan in (300_000, 600_000)]
    await start(ask)
    await graded(ask.database, some)

    [expected] = json.loads(await run_apart(capsys, store_url))
    [found] = await ask(SHADOWS)

    assert (found["ruleSet"], found["startedBy"]) == (expected["rule_set"], expected["started_by"])
    assert found["figures"] == counted(*(expected[name] for name in ("decided", "differs", "failed")))
    assert [(d["live"], d["shadow"]) for d in found["differences"]] == [
        (d["live"], d["shadow"]) for d in expected["differences"]
    ]


async def run_apart(capsys: pytest.CaptureFixture[str], store_url: str) -> str:
    """`c360 rules shadow status --json`, which has an event loop of its own."""
    ran = await anyio.to_thread.run_sync(
        lambda: c360(capsys, "rules", "shadow", "status", "--json", "--database", store_url)
    )
    return ran.out


async def test_outcomes_that_may_quote_what_the_reader_may_not_know_are_withheld(ask):
    await publish(ask.database)
    customer = await buyer(ask.database, 500)
    quoting = OVERDUE.replace("{type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}", "{type: number}")
    for old, new in (("POTENTIAL |", "overdue_amount |"), ("KEY       |", "2 |"), ("NORMAL    |", "3 |")):
        quoting = quoting.replace(old, new)

    await start(ask, quoting)
    await graded(ask.database, [customer])
    [told], [whole] = await ask(SHADOWS), await ask(SHADOWS, MANAGER)

    assert [(d["live"], d["shadow"], d["withheld"]) for d in told["differences"]] == [
        (None, None, "CONFIDENTIAL") for _ in whole["differences"]
    ]
    [difference] = whole["differences"]
    assert json.loads(difference["live"]) == [{"grade": "NORMAL"}]
    assert json.loads(difference["shadow"]) == [{"grade": "3"}]


async def test_the_words_of_a_fault_are_for_who_may_read_all_facts_of_the_rules(ask):
    customer = await buyer(ask.database, 2_000)
    await publish(ask.database)
    await start(ask, OVERDUE.replace("hit_policy: FIRST", "hit_policy: UNIQUE"))
    await graded(ask.database, [customer])

    [told], [whole] = await ask(SHADOWS), await ask(SHADOWS, MANAGER)

    assert [each["shadow"] for each in told["differences"]] == ["refused"]
    [difference] = whole["differences"]
    assert difference["shadow"].startswith("refused: HIT_POLICY: ")
    assert told["differences"][0]["live"] == difference["live"]


async def test_of_a_candidate_that_cannot_be_read_any_more_only_those_know_who_may_know_everything(ask):
    some = [await buyer(ask.database, 300_000)]
    await start(ask)
    await graded(ask.database, some)
    async with ask.database.transaction() as session:
        [row] = await session.scalars(sa.select(RuleShadowRow))
        other = RuleShadowRow(
            id=new_id(), rule_set="grading", text="gone: [", cases="", started_by="x", started_at=NOW, ended_at=NOW
        )
        session.add(other)
        await session.flush()
        await session.execute(sa.update(RuleShadowDifferenceRow).values(shadow_id=other.id))
        assert row.id != other.id

    told, whole = await ask(SHADOWS), await ask(SHADOWS, MANAGER)

    assert [each["withheld"] for shadow in told for each in shadow["differences"]] == ["SECRET"]
    assert all(each["live"] for shadow in whole for each in shadow["differences"])


async def test_a_slip_a_case_that_fails_and_a_second_shadow_are_refused(ask):
    broken = await start(ask, LOWER.text.replace("hit_policy: FIRST", "hit_policy: FRIST"))
    failing = await start(ask, cases=shipped()["grading"].cases)
    first, second = await start(ask), await start(ask)
    none = await ask(STOP, input={"ruleSet": "priority"})

    codes = [[error["code"] for error in each["errors"]] for each in (broken, failing, first, second, none)]
    assert codes == [["BAD_RULES"], ["BAD_RULES"], [], ["ALREADY_RUNS"], ["NOT_FOUND"]]
    assert broken["errors"][0]["problems"][0]["line"] > 0
    assert failing["errors"][0]["field"] == "input.cases"
    assert "case " in failing["errors"][0]["problems"][0]["message"]


async def test_the_same_key_starts_one(ask):
    first, again = [await start(ask, idempotencyKey="once") for _ in range(2)]

    assert first == again
    assert len(await ask(SHADOWS)) == 1


@pytest.mark.parametrize("role", Role)
async def test_who_may(ask, role):
    await start(ask)
    clearance, scope = REACH[role]
    subject = Subject(role.lower(), role, clearance, scope)

    seen = await ask(SHADOWS, subject)
    stopped = await ask(STOP, subject, input={"ruleSet": "grading"})

    assert (seen != []) == (role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR})
    may = role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST}
    assert [error["code"] for error in stopped["errors"]] == ([] if may else ["FORBIDDEN"])


async def test_customers_out_of_reach_are_not_among_the_differences(ask):
    some = [await buyer(ask.database, yuan) for yuan in (300_000, 310_000)]
    await start(ask)
    await graded(ask.database, some)
    subject = Subject("supervisor", Role.SUPERVISOR, Clearance.CONFIDENTIAL, Scope.SUBTREE)

    [seen] = await ask(SHADOWS, subject)

    assert (seen["figures"], seen["differences"]) == (counted(2, 2), [])
