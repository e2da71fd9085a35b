"""A candidate about tickets runs over those that it is for, and what is found is what is decided live."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections import Counter
from decimal import Decimal

import pytest
import sqlalchemy as sa

from resolvers.decisions.explaining import UnknownOutputError
from resolvers.decisions.making import Asking, decide_tickets
from resolvers.decisions.sides import NO_OUTPUT, NOT_IN_FORCE, REFUSED, RESULTS, Side
from resolvers.decisions.simulating import Simulation, Wish, simulate
from resolvers.decisions.simulation import Load
from resolvers.facts.records import UnknownFactError
from resolvers.rule_sets.versions import in_force
from resolvers.ticket import TicketDraft, open_ticket
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from store.grade import Grade
from store.interaction import Channel
from store.ledger import LedgerKind
from store.session import Database
from store.ticket import ENDED, Severity, TicketKind, TicketRow, TicketStatus
from tests.acting.worlds import do
from tests.commands.probes import contents, statements
from tests.decisions.test_simulating import candidate
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)
FAULT = {"kind": TicketKind.FAULT, "severity": Severity.HIGH}
SOONER = ("| 240                 | 960                | 40 ", "| 240                 | 960                | 32 ")
"""In service levels: the same level, and fewer hours."""
HIGHER = ("| HIGH     | -             | standard ", "| HIGH     | -             | priority ")
"""In service levels: serious tickets of anybody get a higher level."""


def of_tickets(name: str, cell: str, *, chained: bool = False) -> RuleSet:
    """Rules of our own, which read the kind of a ticket."""
    table = f"""\
outputs: {{level: {{type: enum, values: [a, b, c]}}}}
hit_policy: FIRST
table: |
  | row  | ticket_kind | => level | reason.en |
  | one  | {cell}      | a        | because   |
  | rest | -           | b        | otherwise |
"""
    chain = f"""\
conclusions: {{level: {{type: enum, values: [a, b, c], default: b}}}}
rules:
  - {{id: one, when: {{ticket_kind: {cell}}}, then: {{level: a}}, reason: {{zh: 因为, en: because}}}}
"""
    head = "title: {zh: 甲, en: A}\nowner: nobody\nabout: ticket\nreads: [ticket_kind]\n"
    return read_rule_set(f"rule_set: {name}\n{head}{chain if chained else table}", f"{name}.yaml")


def other_level(fact: str, outputs: str = "level: {type: enum, values: [basic]}", cells: str = "basic") -> RuleSet:
    """Another service level, of one row, which reads one fact."""
    names = " | ".join(re.findall(r"(\w+): \{", outputs))
    text = f"""\
rule_set: service_level
title: {{zh: 甲, en: A}}
owner: nobody
about: ticket
reads: [{fact}]
outputs: {{{outputs}}}
hit_policy: FIRST
table: |
  | row | {fact} | => {names} |
  | one | -      | {cells}    |
"""
    return read_rule_set(text, "service_level.yaml")


async def simulated(database: Database, rules: RuleSet, since: dt.date | None = None, **more) -> Simulation:
    return await simulate(database, Wish(rules, NOW, since, **more))


def counts(found: Simulation) -> dict[tuple[str, str], int]:
    return {pair: load.count for pair, load in found.pairs.items()}


async def test_it_tells_which_tickets_get_another_level_whose_they_are_and_why(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 300_00, occurred_at=NOW - DAY)
        ticket = await add_ticket(session, customer, opened_at=NOW - DAY, **FAULT)
        await add_ticket(session, customer, opened_at=NOW - DAY)

    found = await simulated(database, candidate(HIGHER, name="service_level"))

    (mover,) = found.movers
    assert counts(found) == {("standard", "priority"): 1, ("basic", "basic"): 1}
    assert (found.counted, found.against, found.count, found.customers, found.changed) == ("tickets", 1, 2, 1, 1)
    assert (mover.id, mover.number, mover.title) == (ticket.id, ticket.number, ticket.subject)
    assert (mover.code, mover.name, mover.value_12m) == (customer.code, customer.name, Decimal("300.00"))
    assert (mover.before, mover.after) == ("standard", "priority")
    assert (mover.reason_before.en, mover.reason_after.en) == ("serious: three working days",) * 2


async def test_customers_of_several_tickets_count_once(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 300_00)
        for _ in range(3):
            await add_ticket(session, customer, **FAULT)
        await add_ticket(session, customer)

    found = await simulated(database, candidate(HIGHER, name="service_level"))

    serious = Load(1, Decimal("300.00"), 4, 0, subjects=3)
    assert found.loads()["priority"] == (Load(), serious)
    assert found.loads()["standard"] == (serious, Load())
    assert found.customers == 1


async def test_a_customer_whose_tickets_move_to_different_outcomes_counts_once_before(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_ticket(session, customer, **FAULT)
        await add_ticket(session, customer, kind=TicketKind.COMPLAINT)

    found = await simulated(database, candidate(HIGHER, name="service_level"))

    before, _ = found.loads()["standard"]
    assert (before.subjects, before.customers, before.open_tickets) == (2, 1, 2)


async def test_what_the_rules_ask_for_is_added_up(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        for _ in range(3):
            await add_ticket(session, customer)
        await add_ticket(session, customer, severity=Severity.LOW)

    found = await simulated(database, candidate(SOONER, name="service_level"))

    work = {each.name: each for each in found.work}
    assert list(work) == ["first_reply_minutes", "next_reply_minutes", "resolution_hours", "same_day"]
    assert work["resolution_hours"].unit == "小时"
    assert work["resolution_hours"].before == {"basic": 120, "standard": 8}
    assert work["resolution_hours"].after == {"basic": 96, "standard": 8}
    assert work["same_day"].after == {"basic": 0, "standard": 1}


async def test_nothing_is_hidden_behind_an_outcome_that_stays(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        for kind in (TicketKind.FAULT, TicketKind.CONSULTATION, TicketKind.CLAIM):
            await add_ticket(session, customer, kind=kind)

    rules = candidate(SOONER, name="service_level")
    by_level, by_hours = await simulated(database, rules), await simulated(database, rules, output="resolution_hours")

    assert (by_level.changed, by_level.quiet, dict(by_level.quiet_outputs)) == (0, 2, {"resolution_hours": 2})
    assert (by_hours.changed, by_hours.quiet, by_hours.output) == (2, 0, "resolution_hours")
    assert counts(by_hours) == {("40", "32"): 2, ("24", "24"): 1}


async def test_of_rules_that_list_a_result_more_is_not_hidden_either(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        late = {"opened_at": NOW - 30 * DAY, "due_at": NOW - 27 * DAY, "first_replied_at": NOW - 29 * DAY}
        await add_ticket(session, customer, **late)
    more = ("| late_twice ", "| more | - | - | - | >= 200 | - | - | owner | 0 | false | | |\n  | late_twice ")

    found = await simulated(database, candidate(more, name="escalation"))

    told, taken = found.work
    assert (found.changed, found.quiet) == (0, 1)
    assert set(found.quiet_outputs) == {"tell", "levels_up", "takes_over"}
    assert (told.name, told.before, told.after) == (RESULTS, {"head": 3}, {"head": 3, "owner": 1})
    assert (taken.name, taken.before, taken.after) == ("takes_over", {"head": 3}, {"head": 3, "owner": 0})


async def test_outcomes_are_told_apart_by_an_output_that_there_is(database):
    with pytest.raises(UnknownOutputError, match=r"service_level gives level.* and no colour"):
        await simulated(database, candidate(name="service_level"), output="colour")


async def test_an_output_that_the_version_in_force_lacks_is_told_as_such(database):
    async with database.transaction() as session:
        await add_ticket(session, await add_customer(session))
    outputs = "by_phone: {type: boolean}, level: {type: enum, values: [basic]}"
    rules = other_level("severity", outputs, "true | basic")

    found = await simulated(database, rules, output="by_phone")

    assert counts(found) == {(NO_OUTPUT, "true"): 1}


async def open_ones(database: Database, *ages: float, **values) -> list[TicketRow]:
    """Tickets that were opened so many days ago."""
    async with database.transaction() as session:
        customer = await add_customer(session)
        return [await add_ticket(session, customer, opened_at=NOW - age * DAY, **values) for age in ages]


async def test_new_tickets_are_those_of_ninety_days_and_those_that_are_open(database):
    done = {"status": TicketStatus.RESOLVED, "resolved_at": NOW - DAY / 2}
    await open_ones(database, 1, 200, -1)
    await open_ones(database, 1, 91, **done)

    lately = await simulated(database, candidate(name="service_level"))
    since = await simulated(database, candidate(name="service_level"), (NOW - 100 * DAY).date())
    before = await simulate(database, Wish(candidate(name="service_level"), NOW - DAY))

    assert (lately.count, since.count, before.count) == (3, 3, 4)
    assert lately.looked_at.en.startswith("tickets that are open or were opened since 2025-12-02")
    assert since.looked_at.en == "tickets opened since 2025-11-22, as they were then"


@pytest.mark.parametrize(
    ("name", "count"), [("escalation", 1), ("alarm", 1), ("callback", 1), ("sampling", 1), ("newcomers", 2)]
)
async def test_other_rules_look_at_the_tickets_at_which_they_look_when_they_act(database, name, count):
    await open_ones(database, 1)
    for days in (99, 101):
        resolved = {"status": TicketStatus.RESOLVED, "resolved_at": NOW - days * DAY}
        await open_ones(database, 300, **resolved)
    rules = of_tickets(name, "FAULT") if name == "newcomers" else candidate(name=name)

    assert (await simulated(database, rules)).count == count


async def random_tickets(database: Database, chance: random.Random) -> list[uuid.UUID]:
    """Tickets of some customers, open and ended, in all kinds of ways."""
    made = []
    async with database.transaction() as session:
        for _ in range(12):
            customer = await add_customer(session, currency=chance.choice(["CNY", "CNY", "BHD"]))
            await add_entry(session, customer, LedgerKind.INVOICE, chance.randint(1, 90_000_000))
            if chance.random() < 0.7:
                await add_grade_period(session, customer, chance.choice(list(Grade)), since=NOW - 200 * DAY)
            for _ in range(chance.randint(0, 5)):
                opened_at = NOW - chance.randint(1, 99) * DAY
                ended = chance.random() < 0.4
                times = {
                    "opened_at": opened_at,
                    "due_at": chance.choice([None, opened_at + chance.randint(1, 90) * DAY]),
                }
                end = {"status": TicketStatus.RESOLVED, "resolved_at": opened_at + DAY} if ended else {}
                what = {"kind": chance.choice(list(TicketKind)), "severity": chance.choice(list(Severity))}
                made.append((await add_ticket(session, customer, **what, **times, **end)).id)
    return made


@pytest.mark.parametrize("name", ["escalation", "alarm", "callback", "sampling"])
async def test_it_finds_what_is_decided_live(database, name):
    await random_tickets(database, random.Random(name))

    found = await simulated(database, candidate(name=name))

    ended = name in ("callback", "sampling")
    chosen = sa.select(TicketRow.id).where(TicketRow.status.in_(ENDED) if ended else TicketRow.status.not_in(ENDED))
    decided: Counter[str] = Counter()
    async with database.transaction() as session:
        version = await in_force(session, name, NOW)
        ids = (await session.scalars(chosen)).all()
        side = Side(version.rule_set)
        for one in await decide_tickets(session, version, Asking("test", NOW), ids):
            decided[side.label(one.outcome)] += 1
    assert counts(found) == {(label, label): count for label, count in decided.items()}
    assert (found.changed, found.quiet) == (0, 0)


async def test_of_new_tickets_it_finds_what_was_decided_when_they_were_opened(database):
    """Grades, currencies and severities change afterwards."""
    chance = random.Random(7)
    async with database.transaction() as session:
        customers = [await add_customer(session) for _ in range(4)]
        for customer in customers:
            for since, until in ((60, 40), (40, 20), (20, None)):
                values = {"since": NOW - since * DAY, "until": None if until is None else NOW - until * DAY}
                await add_grade_period(session, customer, chance.choice(list(Grade)), **values)
    for day in range(59, 0, -2):
        how = {"kind": chance.choice(list(TicketKind)), "severity": chance.choice(list(Severity))}
        draft = TicketDraft(chance.choice(customers).id, channel=Channel.PHONE, subject="It leaks", **how)
        await do(database, open_ticket, draft, now=NOW - day * DAY)
    async with database.transaction() as session:
        await session.execute(sa.update(TicketRow).values(severity=Severity.CRITICAL))
        version = await in_force(session, "service_level", NOW)
        side = Side(version.rule_set)
        levels = (await session.scalars(sa.select(TicketRow.service_level))).all()

    found = await simulated(database, candidate(name="service_level"))

    assert len(side.rule_set.rows) > len(set(levels)) > 2
    assert counts(found) == {(level, level): count for level, count in Counter(levels).items()}


async def test_what_cannot_be_known_of_a_customer_is_refused_for_its_tickets(database):
    async with database.transaction() as session:
        for currency in ("BHD", "CNY"):
            customer = await add_customer(session, currency=currency)
            await add_entry(session, customer)
            await add_ticket(session, customer)

    found = await simulated(database, other_level("value_12m"))

    assert counts(found) == {("basic", REFUSED): 1, ("basic", "basic"): 1}
    assert {each.name: dict(each.after) for each in found.work}["same_day"] == {}
    assert "no rate for BHD" in found.movers[0].reason_after.en


@pytest.mark.parametrize("name", ["service_level", "escalation"])
async def test_however_many_tickets_there_are_the_statements_are_as_many(database, name):
    await open_ones(database, 1)
    await simulated(database, candidate(name=name))  # what ships is written down when it is first asked for
    with statements(database) as few:
        await simulated(database, candidate(name=name))
    await open_ones(database, *range(1, 80))
    with statements(database) as many:
        found = await simulated(database, candidate(name=name))

    assert (found.count, len(many)) == (80, len(few))


async def test_rules_that_chain_are_simulated_beside_a_table(database):
    await open_ones(database, 1, kind=TicketKind.FAULT)
    await open_ones(database, 1, 1, kind=TicketKind.CLAIM)

    table = await simulated(database, of_tickets("newcomers", "FAULT"))
    chain = await simulated(database, of_tickets("newcomers", "FAULT", chained=True))

    assert counts(table) == counts(chain) == {(NOT_IN_FORCE, "a"): 1, (NOT_IN_FORCE, "b"): 2}


async def test_nothing_is_written(database):
    await open_ones(database, 1, 2)
    async with database.transaction() as session:
        await in_force(session, "service_level", NOW)
    before = await contents(database)

    await simulated(database, candidate(HIGHER, name="service_level"))

    assert await contents(database) == before


async def test_a_fact_that_only_the_network_knows_is_refused_of_new_tickets(database):
    await open_ones(database, 1)

    with pytest.raises(UnknownFactError, match="nothing computes group_exposure about customers"):
        await simulated(database, other_level("group_exposure"))


async def test_facts_of_customers_that_have_no_history_are_named(database):
    rating = await simulated(database, other_level("credit_rating"))
    severity = await simulated(database, other_level("severity"))

    assert (rating.without_history, severity.without_history) == (("credit_rating",), ())
