"""Candidates that read neither the record nor tickets: fed by another rule set, or run over what was decided."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from resolvers.decisions.choosing_books import NoBookError
from resolvers.decisions.sides import REFUSED
from resolvers.decisions.simulation import Simulation
from resolvers.facts.records import UnknownFactError
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.versions import in_force
from rules.engine.recording import facts_text, fault_text, reasons_text, results_text, rows_text
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from store.base import new_id
from store.decision import DecisionOccasion, DecisionRow
from store.ledger import LedgerKind
from store.session import Database
from store.ticket import Severity
from tests.acting.worlds import act
from tests.commands.probes import statements
from tests.decisions.test_simulating import candidate, simulated
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


def counts(found: Simulation) -> dict[tuple[str, str], int]:
    return {pair: load.count for pair, load in found.pairs.items()}


async def test_a_rating_is_simulated_over_all_customers_with_the_score_that_is_in_force(database):
    """40 points are what everybody starts with; who spends half a million has 60."""
    async with database.transaction() as session:
        small, large = [await add_customer(session) for _ in range(2)]
        await add_entry(session, large, LedgerKind.INVOICE, 500_000_00)

    found = await simulated(database, candidate(("[60..75)", "[61..75)"), ("[45..60)", "[45..61)"), name="credit_band"))

    (mover,) = found.movers
    assert counts(found) == {("A", "B"): 1, ("C", "C"): 1}
    assert (mover.id, mover.value_12m, mover.reason_after.en) == (large.id, Decimal("500000.00"), "60 points")
    assert found.looked_at.en == "all customers, with what version 1 of credit_score, in force, says of them"
    assert (found.counted, found.customers, small.id != mover.id) == ("customers", 2, True)


async def test_of_whom_no_score_is_known_no_rating_is_said(database):
    async with database.transaction() as session:
        odd = await add_customer(session, currency="BHD")
        await add_entry(session, odd)

    found = await simulated(database, candidate(name="credit_band"))

    assert counts(found) == {(REFUSED, REFUSED): 1}


async def test_a_rating_reads_nothing_but_the_score(database):
    async with database.transaction() as session:
        await add_customer(session)
    text = shipped()["credit_band"].text.replace("  score: {", "  luck: {").replace("{score}", "{luck}")
    rules = read_rule_set(text.replace("| row | score ", "| row | luck "), "credit_band.yaml")

    with pytest.raises(UnknownFactError, match="credit_score does not give luck"):
        await simulated(database, rules)


@pytest.mark.parametrize(("name", "about"), [("approval_routes", "a request"), ("violations", "a conduct")])
async def test_what_is_asked_by_people_has_no_book(database, name, about):
    with pytest.raises(NoBookError, match=f"{name} is about {about}, of which nothing is on record"):
        await simulated(database, candidate(name=name))


@pytest.mark.parametrize("name", ["approval_routes", "credit_band", "escalation"])
async def test_without_decisions_there_is_no_history_to_run_over(database, name):
    with pytest.raises(NoBookError, match=f"{name} has decided nothing since 2026-03-02"):
        await simulated(database, candidate(name=name), NOW.date())


async def decided(database: Database, name: str, known: dict[str, Any], at: dt.datetime, **values: Any) -> None:
    """A decision on record, as a process that asks the rules would write it."""
    async with database.transaction() as session:
        version = await in_force(session, name, NOW)
        inputs, outcome = version.rule_set.body.inputs, evaluate(version.rule_set, known)
        texts = {"rows": rows_text(outcome), "results": results_text(outcome), "reasons": reasons_text(outcome)}
        row = {"id": new_id(), "rule_set": name, "version_id": version.id, "version": version.number}
        row |= {"about": version.rule_set.about, "subject_id": new_id(), "customer_id": None, "decided_at": at}
        row |= {"occasion": DecisionOccasion.ASKED, "asked_by": "test", "fault": fault_text(outcome), **texts}
        kept = facts_text(inputs, known)
        await session.execute(sa.insert(DecisionRow), {**row, "facts": kept, **values})


async def test_what_was_decided_is_decided_again_on_the_facts_that_were_recorded(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 300_00)
    for score, days in ((60, 1), (60, 2), (20, 1), (60, 9)):
        await decided(database, "credit_band", {"score": Decimal(score)}, NOW - days * DAY)
    await decided(database, "credit_band", {"score": Decimal(60)}, NOW - DAY, customer_id=customer.id)
    stricter = candidate(("[60..75)", "[61..75)"), ("[45..60)", "[45..61)"), name="credit_band")

    found = await simulated(database, stricter, (NOW - 5 * DAY).date())

    assert counts(found) == {("A", "B"): 3, ("D", "D"): 1}
    assert (found.counted, found.count, found.customers, found.changed) == ("decisions", 4, 1, 3)
    assert [mover.code for mover in found.movers] == [customer.code, None, None]
    assert found.movers[0].value_12m == Decimal("300.00")
    assert found.loads()["A"][0].exposure == Decimal("300.00")
    assert found.looked_at.en == "decisions made since 2026-02-25, on the facts that were recorded"


async def test_escalations_are_decided_again_on_what_was_known_then(database, store_url):
    async with database.transaction() as session:
        customer = await add_customer(session)
        late = {"opened_at": NOW - 30 * DAY, "due_at": NOW - 27 * DAY, "severity": Severity.CRITICAL}
        await add_ticket(session, customer, **late)
    await act(database, store_url, book=False)
    changed = (
        "| late           | -        | -             | -           | >= 100",
        "| late           | -        | -             | -           | >= 9000",
    )

    found = await simulated(database, candidate(changed, name="escalation"), NOW.date())

    assert (found.counted, found.count, found.changed + found.quiet) == ("decisions", 1, 1)
    taken = {each.name: each for each in found.work}["takes_over"]
    assert sum(taken.before.values()) == sum(taken.after.values()) + 1


LUCKY = """\
rule_set: credit_band
title: {zh: 甲, en: A}
owner: nobody
inputs: {score: {type: number}, luck: {type: number, nullable: true}}
outputs: {rating: {type: enum, values: [A, C]}}
hit_policy: FIRST
table: |
  | row | score | luck | => rating |
  | one | -     | -    | A         |
"""


async def test_a_fact_that_was_not_recorded_is_not_known(database):
    await decided(database, "credit_band", {"score": Decimal(60)}, NOW)

    found = await simulated(database, read_rule_set(LUCKY, "credit_band.yaml"), NOW.date())

    assert counts(found) == {("A", REFUSED): 1}
    assert found.movers[0].reason_after.en == "luck was not recorded"


async def test_where_nothing_was_decided_for_want_of_a_fact_nothing_is_decided_again(database):
    unknown = json.dumps({"score": None, "?": "there is no rate"})
    await decided(database, "credit_band", {"score": Decimal(20)}, NOW, facts=unknown)

    found = await simulated(database, candidate(name="credit_band"), NOW.date())

    assert counts(found) == {(REFUSED, REFUSED): 1}


async def test_however_many_decisions_there_are_the_statements_are_as_many(database):
    rules = candidate(name="credit_band")
    await decided(database, "credit_band", {"score": Decimal(60)}, NOW)
    await simulated(database, rules, NOW.date())
    with statements(database) as few:
        await simulated(database, rules, NOW.date())
    for _ in range(20):
        await decided(database, "credit_band", {"score": Decimal(50)}, NOW)
    with statements(database) as many:
        found = await simulated(database, rules, NOW.date())

    assert (found.count, len(many)) == (21, len(few))
