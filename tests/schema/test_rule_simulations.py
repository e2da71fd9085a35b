"""Simulations through GraphQL: what is told of them to whom; `tests/server/test_simulating.py` has who runs them."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.decisions.simulating import Wish, simulate
from resolvers.decisions.simulation_jobs import Ended, end_job, take_next
from resolvers.rule_sets.library import Source, shipped
from rules.engine.rule_file import read_rule_set
from server.identity.reach import REACH
from server.simulation_report.data import data_of
from store.rule_simulation import RuleSimulationRow
from tests.decisions.test_simulating_tickets import FAULT, HIGHER
from tests.decisions.worlds import OVERDUE, buyer, publish
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.rule_version import add_rule_version
from tests.factories.ticket import add_ticket
from tests.schema.asking_rules import ANALYST, Client
from tests.server.simulations import LOWER, ONE, START, STOP

pytestmark = pytest.mark.anyio

LIST = """query($filter: RuleSimulationFilter) { ruleSimulations(first: 10, filter: $filter) {
    totalCount nodes { ruleSet state askedBy askedAt } } }"""
MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)
QUOTING = OVERDUE.replace("{type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}", "{type: number}")
for _old, _new in (("POTENTIAL |", "overdue_amount |"), ("KEY       |", "2 |"), ("NORMAL    |", "3 |")):
    QUOTING = QUOTING.replace(_old, _new)
"""A rule set whose outcome is a confidential fact itself."""


CHAINED = """\
rule_set: late_payers
title: {zh: 逾期, en: Late payers}
owner: nobody
about: customer
reads: [overdue_amount]
conclusions: {late: {type: boolean, default: false}}
rules:
  - {id: late, when: {overdue_amount: ">= 1000"}, then: {late: true}}
"""
"""Rules that chain, and read a confidential fact."""


async def start(ask: Client, text: str | None = LOWER, by: Subject = ANALYST, **given: Any) -> Any:
    return await ask(START, by, input={**({} if text is None else {"text": text}), **given})


async def done(ask: Client, text: str | None = LOWER, by: Subject = ANALYST, **given: Any) -> tuple[str, Any]:
    """A simulation that was asked for and has run: its id, and what was found."""
    begun = await start(ask, text, by, **given)
    assert begun["errors"] == []
    return begun["ruleSimulation"]["id"], await run_next(ask)


async def run_next(ask: Client) -> Any:
    """Let the one run that waits; gives what was found."""
    async with ask.database.transaction() as session:
        job = await take_next(session, NOW)
    assert job is not None
    found = await simulate(ask.database, Wish(read_rule_set(job.text, "it"), job.as_of, job.since, job.output))
    data = data_of(found)
    async with ask.database.transaction() as session:
        await end_job(session, job, NOW, Ended(orjson.dumps(data).decode(), found.against))
    return data


async def test_it_waits_for_its_turn_and_tells_what_was_found(ask):
    some = [await buyer(ask.database, yuan, code=f"C-{yuan}") for yuan in (300_000, 310_000, 600_000)]

    begun = await start(ask, by=MANAGER)
    await ask(STOP, MANAGER, input={"id": begun["ruleSimulation"]["id"]})
    key, _ = await done(ask, by=MANAGER, since="2026-02-15")
    seen = await ask(ONE, MANAGER, id=key)

    new = begun["ruleSimulation"]
    assert (new["state"], new["ruleSet"], new["askedBy"], new["asOf"]) == ("WAITING", "grading", "manager", at(NOW))
    assert (new["startedAt"], new["progress"], new["result"], new["against"]) == (None, None, None, None)
    assert (seen["state"], seen["startedAt"], seen["endedAt"], seen["problem"]) == ("DONE", at(NOW), at(NOW), None)
    result = seen["result"]
    assert (result["count"], result["changedCount"], seen["against"], seen["version"]) == (3, 2, {"number": 1}, None)
    assert [(x["before"], x["after"], x["count"], x["exposure"]) for x in result["moves"]] == [
        ("KEY", "VIP", 2, {"amount": "610000.00", "currency": "CNY"}),
        ("VIP", "VIP", 1, {"amount": "600000.00", "currency": "CNY"}),
    ]
    assert [mover["customer"]["code"] for mover in result["movers"]] == [some[1].code, some[0].code]
    assert [month["at"] for month in result["history"]["months"]] == ["2026-02-15T00:00:00+00:00"]


def at(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat()


async def test_the_log_tells_that_it_was_asked_for_and_stopped(ask):
    begun = await start(ask)
    stopped = await ask(STOP, MANAGER, input={"id": begun["ruleSimulation"]["id"]})
    again = await ask(STOP, MANAGER, input={"id": begun["ruleSimulation"]["id"]})

    assert (stopped["ruleSimulation"]["state"], stopped["ruleSimulation"]["endedBy"]) == ("CANCELLED", "manager")
    assert [error["code"] for error in again["errors"]] == ["BAD_MOVE"]
    async with ask.database.sessions() as session:
        events = (await session.scalars(sa.select(LogEventRow).order_by(LogEventRow.id))).all()
    assert [(event.kind, event.data) for event in events] == [
        ("rules.simulation_started", {"ruleSet": "grading"}),
        ("rules.simulation_stopped", {"ruleSet": "grading"}),
    ]


async def test_a_version_is_simulated_by_its_id(ask):
    async with ask.database.transaction() as session:
        row = await add_rule_version(session, Source("grading", LOWER, shipped()["grading"].cases))
    key, _ = await done(ask, None, versionId=f"RuleVersion:{row.id}")

    seen = await ask(ONE, id=key)

    assert (seen["version"], seen["against"]) == ({"number": row.number}, {"number": row.number + 1})


async def test_of_a_rule_set_that_was_never_in_force_there_is_nothing_before(ask):
    await buyer(ask.database, 300_000)
    key, _ = await done(ask, LOWER.replace("rule_set: grading", "rule_set: sorting"))

    seen = await ask(ONE, id=key)

    assert (seen["against"], seen["result"]["history"], seen["result"]["movers"]) == (None, None, [])
    assert [(move["before"], move["after"]) for move in seen["result"]["moves"]] == [("(not in force)", "VIP")]


async def test_a_fact_and_a_reason_that_quotes_it_are_withheld_from_whoever_may_not_read_it(ask):
    await publish(ask.database, OVERDUE)
    await buyer(ask.database, 2_000)
    key, _ = await done(ask, OVERDUE.replace(">= 1000", ">= 5000"))

    told, whole = await ask(ONE, id=key), await ask(ONE, MANAGER, id=key)

    [mover], [other] = told["result"]["movers"], whole["result"]["movers"]
    assert (mover["before"], mover["after"], mover["withheld"]) == ("KEY", "NORMAL", None)
    assert (mover["reasonBefore"], mover["reasonAfter"], mover["reasonsWithheld"]) == (None, None, "CONFIDENTIAL")
    assert [(f["name"], f["value"], f["withheld"]) for f in mover["facts"]] == [
        ("value_12m", "2000.00", None),
        ("exposure", None, "CONFIDENTIAL"),
    ]
    assert (told["result"]["exposureWithheld"], told["result"]["moves"][0]["exposure"]) == ("CONFIDENTIAL", None)
    assert other["reasonBefore"]["en"] == "spent 2,000.00"
    assert (other["reasonsWithheld"], other["facts"][1]["value"]) == (None, "2000.00")
    assert (whole["result"]["exposureWithheld"], whole["result"]["moves"][0]["count"]) == (None, 1)


async def test_outcomes_that_may_quote_what_the_reader_may_not_know_are_withheld(ask):
    await publish(ask.database)
    await buyer(ask.database, 500)
    key, _ = await done(ask, QUOTING, since="2026-03-01")

    told, whole = await ask(ONE, id=key), await ask(ONE, MANAGER, id=key)

    result = told["result"]
    assert (result["withheld"], result["moves"], result["outcomes"]) == ("CONFIDENTIAL", [], [])
    assert (result["count"], result["changedCount"]) == (1, 1)
    assert [(m["before"], m["after"], m["withheld"]) for m in result["movers"]] == [(None, None, "CONFIDENTIAL")]
    assert [month["outcomes"] for month in result["history"]["months"]] == [[]]
    assert [(move["before"], move["after"]) for move in whole["result"]["moves"]] == [("NORMAL", "3")]
    assert [len(month["outcomes"]) for month in whole["result"]["history"]["months"]] == [2]


async def test_the_words_of_a_fault_are_for_who_may_read_all_facts_of_the_rules(ask):
    plain = OVERDUE.replace("{overdue_amount} are overdue", "overdue").replace("逾期 {overdue_amount} 元", "逾期")
    await publish(ask.database, plain)
    await buyer(ask.database, 2_000)
    key, _ = await done(ask, plain.replace("hit_policy: FIRST", "hit_policy: UNIQUE"))

    told, whole = await ask(ONE, id=key), await ask(ONE, MANAGER, id=key)

    [mover], [other] = told["result"]["movers"], whole["result"]["movers"]
    assert (mover["after"], mover["reasonAfter"], mover["reasonsWithheld"]) == ("(refused)", None, "CONFIDENTIAL")
    assert "bought" in other["reasonAfter"]["en"]


async def test_of_a_candidate_that_cannot_be_read_any_more_only_those_know_who_may_know_everything(ask):
    await buyer(ask.database, 300_000)
    key, _ = await done(ask)
    async with ask.database.transaction() as session:
        await session.execute(sa.update(RuleSimulationRow).values(text="gone: ["))

    told, whole = await ask(ONE, id=key), await ask(ONE, MANAGER, id=key)

    assert (told["result"]["withheld"], told["result"]["movers"][0]["reasonsWithheld"]) == ("SECRET", "SECRET")
    assert whole["result"]["movers"][0]["after"] == "VIP"


async def test_customers_out_of_reach_are_not_among_the_movers(ask):
    async with ask.database.transaction() as session:
        own, other = [await add_department(session) for _ in range(2)]
    mine, _ = [await buyer(ask.database, 300_000, department_id=one.id) for one in (own, other)]
    key, _ = await done(ask)
    reach = frozenset({own.id})
    subject = Subject("sue", Role.SUPERVISOR, Clearance.CONFIDENTIAL, Scope.SUBTREE, department_ids=reach)

    seen = await ask(ONE, subject, id=key)

    assert seen["result"]["changedCount"] == 2
    assert [mover["customer"]["code"] for mover in seen["result"]["movers"]] == [mine.code]


@pytest.mark.parametrize("role", Role)
async def test_who_may(ask, role):
    await buyer(ask.database, 300_000)
    key, _ = await done(ask)
    waits = await start(ask)
    clearance, scope = REACH[role]
    subject = Subject(role.lower(), role, clearance, scope)

    seen, listed = await ask(ONE, subject, id=key), await ask(LIST, subject)
    begun = await start(ask, by=subject)
    stopped = await ask(STOP, subject, input={"id": waits["ruleSimulation"]["id"]})

    sees = role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR}
    assert (seen is not None, listed["totalCount"]) == (sees, 2 if sees else 0)
    assert not sees or (len(seen["result"]["movers"]) == 1) == (role is not Role.SUPERVISOR)
    may = role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST}
    expected = "ALREADY_RUNS" if role is Role.ANALYST else None if may else "FORBIDDEN"
    assert [error["code"] for error in begun["errors"]] == ([] if expected is None else [expected])
    assert [error["code"] for error in stopped["errors"]] == ([] if may else ["FORBIDDEN"])


async def test_the_list_has_the_latest_first_and_is_filtered(ask):
    sorting = LOWER.replace("rule_set: grading", "rule_set: sorting")
    await done(ask)
    for text, by in ((sorting, ANALYST), (LOWER, MANAGER)):
        assert (await start(ask, text, by))["errors"] == []

    every = await ask(LIST)
    waiting = await ask(LIST, filter={"ruleSet": {"eq": "grading"}, "state": {"eq": "WAITING"}})
    own = await ask(LIST, filter={"askedBy": {"eq": "analyst"}})

    assert [(each["ruleSet"], each["askedBy"]) for each in every["nodes"]] == [
        ("grading", "manager"),
        ("sorting", "analyst"),
        ("grading", "analyst"),
    ]
    assert [(each["state"], each["askedBy"]) for each in waiting["nodes"]] == [("WAITING", "manager")]
    assert own["totalCount"] == 2


async def test_the_same_person_has_one_of_a_rule_set_at_a_time_and_others_too(ask):
    first, second = await start(ask), await start(ask)
    others = await start(ask, by=MANAGER)

    assert [[error["code"] for error in each["errors"]] for each in (first, second, others)] == [
        [],
        ["ALREADY_RUNS"],
        [],
    ]


async def test_two_requests_at_the_same_time_ask_for_one(ask):
    both = await asyncio.gather(start(ask), start(ask))

    assert sorted(error["code"] for each in both for error in each["errors"]) == ["ALREADY_RUNS"]


async def test_rules_about_tickets_run_over_tickets(ask):
    async with ask.database.transaction() as session:
        ticket = await add_ticket(session, await add_customer(session), opened_at=NOW - dt.timedelta(days=1), **FAULT)
    key, expected = await done(ask, shipped()["service_level"].text.replace(*HIGHER), MANAGER)

    result = (await ask(ONE, MANAGER, id=key))["result"]

    assert (result["counted"], result["output"], result["lookedAt"]) == ("TICKETS", "level", expected["looked_at"])
    assert [(m["before"], m["after"], m["count"]) for m in result["moves"]] == [("standard", "priority", 1)]
    assert [mover["ticket"]["number"] for mover in result["movers"]] == [ticket.number]
    assert {(w["name"], w["outcome"]) for w in result["work"]} == {
        (w["name"], outcome) for w in expected["work"] for outcome in {**w["before"], **w["after"]}
    }


async def test_what_changes_beside_the_outcome_is_counted_and_another_output_may_be_looked_at(ask):
    async with ask.database.transaction() as session:
        await add_ticket(session, await add_customer(session), opened_at=NOW - dt.timedelta(days=1), **FAULT)
    higher = shipped()["service_level"].text.replace(*HIGHER)
    levels, _ = await done(ask, higher, MANAGER)
    days, expected = await done(ask, higher, MANAGER, output="same_day")

    by_level, by_day = [await ask(ONE, MANAGER, id=key) for key in (levels, days)]

    assert (by_level["output"], by_level["result"]["quietCount"]) == (None, 0)
    assert (by_day["output"], by_day["result"]["output"]) == ("same_day", "same_day")
    assert (by_day["result"]["quietCount"], expected["quiet"]["count"]) == (1, 1)
    assert {"output": "level", "count": 1} in by_day["result"]["quiet"]


async def test_rules_that_chain_are_simulated_and_their_outcomes_are_for_who_may_read_all_their_facts(ask):
    await buyer(ask.database, 2_000, due_on=NOW.date() - dt.timedelta(days=20))
    key, _ = await done(ask, CHAINED)

    told, whole = await ask(ONE, id=key), await ask(ONE, MANAGER, id=key)

    assert (told["result"]["withheld"], told["result"]["moves"]) == ("CONFIDENTIAL", [])
    assert [(m["after"], m["count"]) for m in whole["result"]["moves"]] == [("true", 1)]


async def test_what_has_no_book_and_an_output_that_there_is_not_are_refused(ask):
    nobody = await start(ask, shipped()["approval_routes"].text)
    nothing = await start(ask, shipped()["approval_routes"].text, since="2026-01-01")
    unknown = await start(ask, output="grad")

    told = [
        (error["code"], error["field"], error["message"])
        for each in (nobody, nothing, unknown)
        for error in each["errors"]
    ]
    assert [each[:2] for each in told] == [
        ("BAD_RULES", "input.text"),
        ("BAD_RULES", "input.text"),
        ("BAD_RULES", "input.output"),
    ]
    assert "give `since`" in told[0][2]
    assert "name an earlier day" in told[1][2]
    assert told[2][2] == "grading gives grade, hold, and no grad; name one of them"


async def test_a_slip_is_told_with_its_place(ask):
    broken = await start(ask, LOWER.replace("hit_policy: FIRST", "hit_policy: FRIST"))

    [error] = broken["errors"]
    assert (error["code"], error["field"]) == ("BAD_RULES", "input.text")
    assert error["problems"][0]["line"] > 1
    assert "FIRST" in error["problems"][0]["message"]


async def test_the_example_of_the_page_asks_for_one_and_shows_what_it_found(ask):
    page = Path(__file__).parents[2] / "docs" / "how-to" / "rules.md"
    section = page.read_text("utf-8").partition("## Simulate through GraphQL")[2]
    begin, look = re.findall(r"^```graphql\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    await buyer(ask.database, 300_000)

    begun = await ask(begin, text=LOWER)
    await run_next(ask)
    [seen] = (await ask(look))["nodes"]

    assert begun == {"ruleSimulation": {"id": seen["id"], "state": "WAITING"}, "errors": []}
    assert (seen["state"], seen["result"]["changedCount"]) == ("DONE", 1)
    assert [month["at"][:10] for month in seen["result"]["history"]["months"]] == ["2026-01-31", "2026-02-28"]


async def test_the_same_key_starts_one(ask):
    first, again = [await start(ask, idempotencyKey="once") for _ in range(2)]

    assert first == again
    assert (await ask(LIST))["totalCount"] == 1
