"""A candidate runs over the book beside the version in force: what it finds is what would be decided, and no more."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from decimal import Decimal

import pytest
import sqlalchemy as sa

from resolvers.decisions.choosing_books import NoBookError
from resolvers.decisions.making import Asking, decide_customers
from resolvers.decisions.sides import NO_ROW, NOT_IN_FORCE, REFUSED, outcome_column
from resolvers.decisions.simulating import MOVERS, Simulation, Wish, simulate
from resolvers.decisions.simulation import Load
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.versions import in_force
from rules.engine.reference import Outcome
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from store.customer import CustomerRow, CustomerSize
from store.decision import DecisionRow
from store.grade import Grade, GradePeriodRow
from store.ledger import LedgerKind
from store.ticket import TicketKind, TicketStatus
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket
from tests.rules.writing import rule_set as with_own_inputs

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


def candidate(*changes: tuple[str, str], name: str = "grading") -> RuleSet:
    """What ships, with some words replaced."""
    text = shipped()[name].text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_rule_set(text, f"{name}.yaml")


def of_one_row(fact: str, cell: str) -> RuleSet:
    """Another grading, which reads one fact."""
    return read_rule_set(
        f"""\
rule_set: grading
title: {{zh: 甲, en: A}}
owner: nobody
about: customer
reads: [{fact}]
outputs: {{grade: {{type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}}}}
hit_policy: FIRST
table: |
  | row | {fact} | => grade | reason.zh |
  | one | {cell} | KEY      | 因为      |
""",
        "grading.yaml",
    )


CHAINED = """\
rule_set: grading
title: {zh: 甲, en: A}
owner: nobody
about: customer
reads: [value_12m, current_grade]
conclusions:
  is_large: {type: boolean, default: false}
  grade: {type: enum, values: [VIP, KEY, NORMAL, POTENTIAL], default: NORMAL, combine: priority}
rules:
  - id: large
    when: {value_12m: ">= 10"}
    then: {is_large: true}
    reason: {zh: 多, en: spent much}
  - id: key
    when: {is_large: true}
    then: {grade: KEY}
  - id: vip
    when: {is_large: true, current_grade: "KEY, VIP"}
    then: {grade: VIP}
"""
"""Up one grade at a time."""


async def simulated(database, rule_set: RuleSet, since: dt.date | None = None, **more) -> Simulation:
    return await simulate(database, Wish(rule_set, NOW, since), **more)


async def buyers(database, *amounts: int, **values) -> list[CustomerRow]:
    """A customer who bought for so many yuan, for each amount."""
    async with database.transaction() as session:
        made = [await add_customer(session, **values) for _ in amounts]
        for customer, amount in zip(made, amounts, strict=True):
            await add_entry(session, customer, LedgerKind.INVOICE, amount * 100)
        return made


async def test_it_tells_who_moves_from_which_grade_to_which_and_why(database):
    low, _ = await buyers(database, 300_000, 600_000)

    found = await simulated(database, candidate((">= 50万", ">= 25万")))

    (mover,) = found.movers
    assert {pair: load.customers for pair, load in found.pairs.items()} == {("KEY", "VIP"): 1, ("VIP", "VIP"): 1}
    assert (found.customers, found.changed, found.against) == (2, 1, 1)
    assert (mover.id, mover.code, mover.name) == (low.id, low.code, low.name)
    assert (mover.before, mover.after, mover.value_12m) == ("KEY", "VIP", Decimal("300000.00"))
    assert "300,000.00" in mover.reason_before.en
    assert "300,000.00" in mover.reason_after.zh


async def test_it_tells_what_the_customers_of_each_grade_owe_and_have_open(database):
    (customer,) = await buyers(database, 300_000)
    async with database.transaction() as session:
        await add_ticket(session, customer, kind=TicketKind.COMPLAINT)
        await add_ticket(session, customer, kind=TicketKind.FAULT)
        await add_ticket(session, customer, status=TicketStatus.RESOLVED, resolved_at=NOW)

    found = await simulated(database, candidate((">= 50万", ">= 25万")))

    moved = Load(1, Decimal("300000.00"), 2, 1)
    assert found.loads() == {"VIP": (Load(), moved), "KEY": (moved, Load())}


async def random_book(database, chance: random.Random) -> None:
    async with database.transaction() as session:
        for _ in range(60):
            size, currency = chance.choice([None, *CustomerSize]), chance.choice(["CNY", "CNY", "GBP", "BHD"])
            customer = await add_customer(session, size=size, currency=currency)
            for _ in range(chance.randint(0, 3)):
                at = NOW - chance.randint(0, 5_000) * DAY
                await add_entry(session, customer, LedgerKind.INVOICE, chance.randint(1, 30_000_000), occurred_at=at)
            if chance.random() < 0.7:
                since = NOW - chance.randint(0, 200) * DAY
                await add_grade_period(session, customer, chance.choice(list(Grade)), since=since)


ABOUT_CUSTOMERS = sorted(name for name, source in shipped().items() if source.rule_set().about == "customer")


@pytest.mark.parametrize("name", ABOUT_CUSTOMERS)
async def test_it_finds_what_is_decided_live(database, name):
    await random_book(database, random.Random(name))

    found = await simulated(database, candidate(name=name))

    decided = Counter()
    async with database.transaction() as session:
        version = await in_force(session, name, NOW)
        ids = (await session.scalars(sa.select(CustomerRow.id))).all()
        for one in await decide_customers(session, version, Asking("test", NOW), ids):
            decided[_shown(one.outcome, outcome_column(version.rule_set).name)] += 1
    assert {pair: load.customers for pair, load in found.pairs.items()} == {(one, one): n for one, n in decided.items()}
    assert not found.movers


def _shown(outcome: Outcome, output: str) -> str:
    """An output of the first result, as a report says it."""
    if outcome.errors:
        return REFUSED
    return {True: "true", False: "false"}.get(v := outcome.results[0][output], str(v)) if outcome.results else NO_ROW


async def test_who_keeps_an_outcome_and_gets_another_value_of_another_output_is_counted(database):
    async with database.transaction() as session:
        for grade in (Grade.VIP, Grade.VIP, Grade.KEY):
            await add_grade_period(session, await add_customer(session), grade)
    offers = ("| true        | tailored |", "| false       | regular  |")
    changed = offers, ("| false       | regular  | 重", "| true        | regular  | 重")

    found = await simulated(database, candidate(*changed, name="priority"))
    by_offers = await simulate(database, Wish(candidate(*changed, name="priority"), NOW, output="offers"))

    assert (found.changed, found.quiet, dict(found.quiet_outputs)) == (0, 3, {"named_agent": 3, "offers": 2})
    assert {pair: load.count for pair, load in by_offers.pairs.items()} == {
        ("tailored", "regular"): 2,
        ("regular", "regular"): 1,
    }
    assert (by_offers.changed, by_offers.quiet) == (2, 1)


async def test_a_grading_of_rules_that_chain_goes_on_from_its_own_grades_too(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 600_000_00, occurred_at=NOW - 100 * DAY)
    rules = read_rule_set(CHAINED, "grading.yaml")

    found = await simulated(database, rules, (NOW - 65 * DAY).date())

    assert [dict(step.after) for step in found.history.steps] == [{"KEY": 1}, {"VIP": 1}, {"VIP": 1}]
    assert list(found.pairs) == [("VIP", "KEY")]
    assert found.movers[0].reason_after.en == "spent much"


async def test_nothing_is_decided_or_graded(database):
    await buyers(database, 600_000)

    await simulated(database, candidate(), NOW.date())

    async with database.transaction() as session:
        assert not (await session.scalars(sa.select(DecisionRow))).all()
        assert not (await session.scalars(sa.select(GradePeriodRow))).all()


async def test_only_a_version_that_reads_an_unknown_amount_is_refused(database):
    await buyers(database, 600_000, currency="BHD")
    found = await simulated(database, of_one_row("tenure_years", ">= 1"))

    (mover,) = found.movers
    assert list(found.pairs) == [(REFUSED, NO_ROW)]
    assert (mover.value_12m, mover.reason_after.en) == (None, "")


async def test_a_rule_set_of_which_nothing_is_in_force_is_simulated_alone(database):
    await buyers(database, 600_000)

    found = await simulated(database, candidate(("rule_set: grading", "rule_set: newcomers")), NOW.date())

    assert (found.against, list(found.pairs), found.movers) == (None, [(NOT_IN_FORCE, "VIP")], [])
    assert found.history.steps[0].before == {NOT_IN_FORCE: 1}


async def test_a_rule_set_with_its_own_inputs_cannot_run_over_the_book(database):
    with pytest.raises(NoBookError, match="fees is about inputs of its own, of which nothing is on record"):
        await simulated(database, with_own_inputs())


async def test_those_who_spend_most_are_named_and_all_who_change_are_handed_over(database):
    await buyers(database, *range(300_000, 300_000 + MOVERS + 5))
    kept, told = [], []

    rules = candidate((">= 50万", ">= 25万"))
    found = await simulated(database, rules, keep=kept.extend, report=lambda *said: told.append(said))

    spent = [mover.value_12m for mover in found.movers]
    assert spent == sorted((mover.value_12m for mover in kept), reverse=True)[:MOVERS]
    assert len(kept) == MOVERS + 5
    assert told[-1] == ("customers", MOVERS + 5, MOVERS + 5)


async def months_of(database, rules: RuleSet, since: dt.date):
    return (await simulated(database, rules, since)).history


async def test_over_history_each_version_goes_on_from_its_own_grades(database):
    """Bought for 600,000 over a year ago: the shipped rules keep a VIP while the last 12 months hold the purchase."""
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 600_000_00, occurred_at=NOW - 400 * DAY)
        await add_entry(session, customer, LedgerKind.INVOICE, 90_000_00, occurred_at=NOW - 40 * DAY)
    strict = candidate((">= 8万", ">= 9.5万"))

    history = await months_of(database, strict, (NOW - 395 * DAY).date())

    before = [next(iter(step.before)) for step in history.steps]
    after = [next(iter(step.after)) for step in history.steps]
    assert before == ["VIP"] * 12 + ["NORMAL"] * 2
    assert before == after
    assert [step.changes_before for step in history.steps] == [1, *[0] * 11, 1, 0]


async def test_over_history_the_days_in_a_grade_are_those_of_the_simulation(database):
    """The purchase leaves the 12 months soon after the customer became a VIP: who sinks at once, and who only later."""
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 600_000_00, occurred_at=NOW - 400 * DAY)
    no_stay = candidate(("| < 90          |", "| < 1           |"))

    history = await months_of(database, no_stay, (NOW - 85 * DAY).date())

    assert [dict(step.before) for step in history.steps] == [{"VIP": 1}] * 3
    assert [dict(step.after) for step in history.steps] == [{"VIP": 1}, {"VIP": 1}, {"NORMAL": 1}]


async def test_over_history_those_who_go_to_and_fro_are_counted(database):
    """Spending around 100,000, now above and now below: without a keep line and a least stay the grade flutters."""
    async with database.transaction() as session:
        customer = await add_customer(session)
        for ago in (700, 520, 290, 140):
            await add_entry(session, customer, LedgerKind.INVOICE, 60_000_00, occurred_at=NOW - ago * DAY)
        await add_entry(session, customer, LedgerKind.INVOICE, 30_000_00, occurred_at=NOW - 500 * DAY)
    nervous = candidate((">= 8万", ">= 10万"), ("| < 90          |", "| < 1           |"), (">= 10     ", ">= 100    "))

    history = await months_of(database, nervous, (NOW - 690 * DAY).date())

    assert (history.to_and_fro_before, history.to_and_fro_after) == (0, 1)
    assert sum(step.changes_after for step in history.steps) > sum(step.changes_before for step in history.steps)


async def test_history_begins_with_the_grade_on_record(database):
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, LedgerKind.INVOICE, 45_000_000, occurred_at=NOW - 10 * DAY)
        await add_grade_period(session, customer, Grade.VIP, since=NOW - 300 * DAY)

    history = await months_of(
        database,
        candidate(("VIP           | -             | >= 40万", "VIP           | -             | >= 46万")),
        NOW.date(),
    )

    (step,) = history.steps
    assert (dict(step.before), step.changes_before) == ({"VIP": 1}, 0)
    assert (dict(step.after), step.changes_after) == ({"KEY": 1}, 1)


async def test_facts_without_history_are_named(database):
    await buyers(database, 1)

    history = await months_of(database, of_one_row("credit_rating", "AAA"), NOW.date())

    assert history.without_history == ("credit_rating",)


async def test_a_rule_set_that_gives_no_grade_is_counted_over_history_with_the_grades_on_record(database):
    (customer,) = await buyers(database, 1)
    async with database.transaction() as session:
        await add_grade_period(session, customer, Grade.NORMAL, since=NOW - 100 * DAY, until=NOW - 40 * DAY)
        await add_grade_period(session, customer, Grade.VIP, since=NOW - 40 * DAY)

    history = await months_of(database, candidate(name="priority"), (NOW - 80 * DAY).date())

    assert [dict(step.after) for step in history.steps] == [{"standard": 1}, {"standard": 1}, {"first": 1}]
    assert [step.changes_after for step in history.steps] == [0, 0, 1]
