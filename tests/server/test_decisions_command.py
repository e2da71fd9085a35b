"""`c360 rules run` and `explain`, and `c360 decisions`: rules decide, and it can be seen, explained and replayed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.versions import add_version, put_in_force
from resolvers.ticket import TicketDraft, open_ticket
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.grade import Grade
from store.interaction import Channel
from store.rule_version import PublicationKind, RuleVersionStatus
from store.session import Database
from store.ticket import Severity, TicketKind, TicketRow, TicketStatus
from tests.acting.worlds import do
from tests.decisions.worlds import buyer
from tests.factories import NOW
from tests.factories.ticket import add_ticket
from tests.server.running_cli import Outcome, c360

Run = Callable[..., Outcome]


def in_store(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def opened() -> Any:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(opened())


@pytest.fixture
def run(store_url, capsys, monkeypatch) -> Run:
    """Runs a command over a store with three customers."""

    async def fill(database: Database) -> None:
        await buyer(database, 600_000, code="BIG")
        await buyer(database, 123_000, Grade.NORMAL, code="MID")
        await buyer(database, 5, Grade.KEY, code="ODD", currency="BHD")

    in_store(store_url, fill)
    monkeypatch.setenv("C360_DATABASE_URL", store_url)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: c360(capsys, *arguments)


def test_all_customers_are_graded_and_it_is_shown_from_which_grade_to_which(run: Run):
    ran = run("rules", "run", "grading")

    assert ran.code == 0
    assert "3 decisions, 2 customers got another grade" in ran.out
    assert "NORMAL" in ran.out
    assert "Of 1 nothing was decided; they keep their grade:\n  ODD  value_12m: there is no rate for BHD" in ran.out


def test_open_tickets_without_a_level_get_one(run: Run, store_url):
    async def fill(database: Database) -> None:
        async with database.transaction() as session:
            (customer,) = await session.scalars(sa.select(CustomerRow).where(CustomerRow.code == "MID"))
            for number in ("T-1", "T-2", "T-3"):
                await add_ticket(session, customer, number=number)
            await add_ticket(session, customer, number="T-4", status=TicketStatus.CANCELLED)

    in_store(store_url, fill)
    one = json.loads(run("rules", "run", "service_level", "--ticket", "T-2", "--json").out)
    rest = run("rules", "run", "service_level")
    none = run("rules", "run", "service_level")

    assert one == {"levels": {"basic": 1}, "refused": []}
    assert "2 tickets got their service level" in rest.out
    assert "basic" in rest.out
    assert "0 tickets got their service level" in none.out


def test_tickets_of_which_nothing_is_decided_are_named_with_why(run: Run, store_url):
    async def fill(database: Database) -> None:
        async with database.transaction() as session:
            (customer,) = await session.scalars(sa.select(CustomerRow).where(CustomerRow.code == "MID"))
            await add_ticket(session, customer, number="T-1")
            text = shipped()["service_level"].text.split("  | rest ")[0]
            source = Source("service_level", text, "")
            kept = {"status": RuleVersionStatus.APPROVED, "by": "ann", "now": NOW, "note": None}
            version = await add_version(session, source, source.rule_set(), **kept)
            await put_in_force(session, version, PublicationKind.PUBLISHED, by="ann", now=NOW, note=None)

    in_store(store_url, fill)
    ran = run("rules", "run", "service_level")

    assert "Of 1 nothing was decided; they have none:\n  T-1  no row matches" in ran.out


def test_programs_get_json(run: Run):
    found = json.loads(run("rules", "run", "grading", "--json").out)

    assert found["decided"] == 3
    assert found["moves"] == [
        {"from": None, "to": "VIP", "count": 1},
        {"from": "NORMAL", "to": "KEY", "count": 1},
    ]
    assert [one["customer"] for one in found["refused"]] == ["ODD"]


def test_only_some_or_only_who_is_due(run: Run):
    named = json.loads(run("rules", "run", "grading", "--customer", "BIG", "--customer", "MID", "--json").out)
    due = json.loads(run("rules", "run", "grading", "--due", "--json").out)
    again = json.loads(run("rules", "run", "grading", "--due", "--json").out)

    assert [named["decided"], due["decided"], again["decided"]] == [2, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rules", "run", "priority"), 2, "priority cannot be run"),
        (("rules", "run", "grading", "--due", "--customer", "BIG"), 2, "do not go together"),
        (("rules", "run", "grading", "--customer", "NO"), 1, "There is no customer NO"),
        (("rules", "run", "grading", "--ticket", "T-1"), 2, "--ticket does not go with grading"),
        (("rules", "run", "service_level", "--due"), 2, "--due does not go with service_level"),
        (("rules", "run", "service_level", "--ticket", "NO"), 1, "There is no ticket NO"),
        (("rules", "explain", "NO"), 1, "There is no customer NO"),
        (("rules", "explain", "BIG"), 1, "The rules grading have not decided about BIG yet"),
        (("decisions", "list", "NO"), 1, "There is no customer NO"),
        (("decisions", "show", "x"), 2, "x is no id of a decision"),
        (("decisions", "show", "01a22519-7436-7125-8e3e-d9b98142eaf9"), 1, "There is no decision 01a22519"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments, code, said):
    ran = run(*arguments)

    assert ran.code == code
    assert said in ran.err


def test_replaying_a_rule_set_that_there_is_not_is_refused_with_those_that_there_are(run: Run):
    before = run("decisions", "replay", "--rule-set", "gradng")
    run("rules", "run", "grading")

    after = run("decisions", "replay", "--rule-set", "gradng")
    right = run("decisions", "replay", "--rule-set", "grading")

    assert (before.code, after.code, right.code) == (2, 2, 0)
    assert "There is no rule set gradng" in before.err
    assert "no rule set has decided yet" in before.err
    assert "There is no rule set gradng" in after.err
    assert "name one of grading" in after.err
    assert "3 decisions made again: 3 the same" in right.out


def test_it_is_explained_why(run: Run):
    run("rules", "run", "grading")

    ran = run("rules", "explain", "MID")

    assert ran.code == 0
    assert "result  grade: KEY, hold: false" in ran.out
    assert "The row that decided: key_up\n  value_12m >= 100000: is 123000.00 元\n" in ran.out
    assert "vip_up\n  value_12m >= 500000: is 123000.00 元, 377000 元 away\n" in ran.out
    found = json.loads(run("rules", "explain", "MID", "--json").out)
    assert [row["row"] for row in found["decided"]] == ["key_up"]
    assert [row["row"] for row in found["before"]] == ["vip_up", "vip_keep", "vip_stay"]
    assert {fact["name"]: fact["value"] for fact in found["facts"]}["value_12m"] == "123000.00"


def test_and_why_not_something_else(run: Run):
    run("rules", "run", "grading")

    ran = run("rules", "explain", "MID", "--not", "VIP")
    late = run("rules", "explain", "BIG", "--not", "KEY")
    wrong = run("rules", "explain", "MID", "--not", "GOLD")
    found = json.loads(run("rules", "explain", "MID", "--not", "grade=NORMAL", "--json").out)

    assert ran.out.splitlines()[1:3] == ["vip_up", "  value_12m >= 500000: is 123000.00 元, 377000 元 away"]
    assert ran.out.splitlines()[-2:] == [
        "The nearest change that would give it:",
        "  value_12m: 123000.00 元 → 500000 元",
    ]
    assert "key_up: matches, and vip_up goes before it" in late.out
    (change,) = found["nearest_change"]
    assert (change["fact"], change["value"], change["changed_to"]) == ("value_12m", "123000.00", "99999.99")
    assert (wrong.code, "GOLD is not a value of grade" in wrong.err) == (2, True)
    assert [(row["row"], row["matched"]) for row in found["rows"]] == [("normal", True)]


@pytest.fixture
def ticket(store_url, run: Run) -> str:
    """The number of a ticket that was opened, beside one that was imported, I-1."""
    del run

    async def fill(database: Database) -> str:
        async with database.transaction() as session:
            customer = (await session.scalars(sa.select(CustomerRow).where(CustomerRow.code == "MID"))).one()
            await add_ticket(session, customer, number="I-1")
        draft = TicketDraft(customer.id, TicketKind.FAULT, Channel.PHONE, "It leaks", severity=Severity.HIGH)
        key = await do(database, open_ticket, draft)
        async with database.sessions() as session:
            return (await session.get_one(TicketRow, key)).number

    return in_store(store_url, fill)


def test_of_a_ticket_it_is_explained_why_it_has_its_level(run: Run, ticket: str):
    ran = run("rules", "explain", "--ticket", ticket)
    found = json.loads(run("rules", "explain", "--ticket", ticket, "--rule-set", "service_level", "--json").out)

    assert ran.code == 0
    assert "service_level version 1" in ran.out
    assert 'The row that decided: high\n  severity "HIGH": is HIGH\n' in ran.out
    assert 'key_high\n  current_grade "KEY": is NORMAL\n' in ran.out
    assert [row["row"] for row in found["decided"]] == ["high"]
    assert {fact["name"]: fact["value"] for fact in found["facts"]}["ticket_kind"] == "FAULT"


def test_and_why_not_another_level(run: Run, ticket: str):
    ran = run("rules", "explain", "--ticket", ticket, "--not", "priority")
    sooner = run("rules", "explain", "--ticket", ticket, "--not", "same_day=true")

    assert ran.out.splitlines()[:2] == ["Why not level priority: the rows that give it, the nearest first", "vip_high"]
    assert "The nearest change that would give it:\n  current_grade: NORMAL → " in ran.out
    assert "vip_small" in sooner.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Name a customer or a ticket"),
        (("MID", "--ticket", "I-1"), 2, "Name a customer or a ticket"),
        (("--ticket", "NO"), 1, "There is no ticket NO"),
        (("--ticket", "I-1"), 1, "The rules service_level have not decided about I-1 yet"),
        (("--ticket", "I-1"), 1, "not when it is imported"),
        (("--ticket", "I-1", "--rule-set", "alarm"), 1, "c360 rules act"),
        (("--ticket", "I-1", "--rule-set", "grading"), 1, "c360 rules explain CUSTOMER --rule-set grading"),
        (("MID", "--rule-set", "alarm"), 1, "c360 rules explain --ticket NUMBER --rule-set alarm"),
        (("MID", "--rule-set", "violations"), 1, "it decides about neither"),
        (("MID", "--rule-set", "care"), 1, "c360 rules act"),
    ],
)
def test_of_a_ticket_too_what_cannot_be_explained_is_said(run: Run, ticket: str, arguments, code, said):
    del ticket
    ran = run("rules", "explain", *arguments)

    assert ran.code == code
    assert said in " ".join(ran.err.split())


def test_a_decision_without_known_facts_is_explained_by_its_fault(run: Run):
    run("rules", "run", "grading")

    ran = run("rules", "explain", "ODD")

    assert ran.code == 0
    assert "nothing: MISSING_FACT: value_12m: there is no rate for BHD" in ran.out
    assert run("rules", "explain", "ODD", "--not", "VIP").out.splitlines()[1:] == ["no row gives it on these facts"]


def test_decisions_are_listed_and_shown(run: Run):
    run("rules", "run", "grading")
    run("rules", "run", "grading", "--customer", "BIG")

    listed = json.loads(run("decisions", "list", "BIG", "--json").out)
    key = listed[0]["id"]
    shown = run("decisions", "show", f"Decision:{key}")

    assert [one["rows"] for one in listed] == [["vip_up"], ["vip_up"]]
    assert key in run("decisions", "list", "BIG", "--last", "1").out
    assert shown.code == 0
    assert "spent 600,000.00 in 12 months" in shown.out
    assert json.loads(run("decisions", "show", key, "--json").out)["facts"]["value_12m"] == "600000.00"


def test_a_replay_says_that_all_is_the_same_or_what_differs(run: Run, store_url):
    run("rules", "run", "grading")
    same = run("decisions", "replay")

    async def meddle(database: Database) -> None:
        async with database.transaction() as session:
            await session.execute(sa.update(DecisionRow).values(rows='["normal"]').where(DecisionRow.fault.is_(None)))

    in_store(store_url, meddle)
    other = run("decisions", "replay", "--rule-set", "grading", "--since", "2026-01-01")
    found = json.loads(run("decisions", "replay", "--json").out)

    assert (same.code, same.out) == (0, "3 decisions made again: 3 the same, 0 differ\n")
    assert other.code == 1
    assert "3 decisions made again: 1 the same, 2 differ" in other.out
    assert '  recorded ["normal"]\n  again    ["vip_up"]' in other.out
    assert (found["decisions"], found["different"]) == (3, 2)
