"""Publications while decisions run: broken files change nothing, sound ones hold from the next decision on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import run
from resolvers.decisions.grading import grade_customers
from resolvers.decisions.making import Asking
from resolvers.problems import Refused
from resolvers.rule_sets import versions
from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.publishing import (
    RuleSetRollback,
    RuleVersionPublication,
    publish_rule_version,
    roll_back_rule_set,
)
from resolvers.rule_sets.reviewing import RuleVersionApproval, approve_rule_version
from resolvers.rule_sets.submitting import RuleVersionDraft, submit_rule_version
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.rule_version import RulePublicationRow, RuleVersionRow, RuleVersionStatus
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.ledger import add_entry
from tests.factories.rule_version import FEES, add_rule_version
from tests.stores import opened

pytestmark = pytest.mark.anyio

ASKING = Asking("analyst", NOW)
SHIPPED = shipped()["grading"]
GRADING = replace(SHIPPED, text=SHIPPED.text.replace("from: 2026-04-01", "from: 2026-01-01"))
"""Grading as it ships, in effect when the tests take place."""


def who(name: str) -> Subject:
    return Subject(name, Role.ANALYST, Clearance.INTERNAL, Scope.ALL)


def spoilt() -> list[RuleVersionDraft]:
    """Thirty files that may never go further."""
    text, cases = GRADING.text, GRADING.cases
    edits = [
        ("rule_set: grading", "rule_set: gradng"),
        ("rule_set: grading", "rule_set: 7"),
        ("rule_set: grading", "rule_set: [grading]"),
        ("title: {zh: 客户分级, en: Customer grading}\n", ""),
        ("owner: service-management\n", ""),
        ("about: customer", "about: moon"),
        ("about: customer", "about: ticket"),
        ("reads: [current_grade", "reads: [current_greade"),
        ("reads: [current_grade, ", "reads: ["),
        ("values: [VIP, KEY, NORMAL, POTENTIAL]", "values: [VIP, KEY, NORMAL, POTENTIAL, GOLD]"),
        ("values: [VIP, KEY, NORMAL, POTENTIAL]", "values: []"),
        ("  grade: {type: enum", "  grade: {type: colour"),
        ("  grade: {type: enum", "  grade: {nullable: true, type: enum"),
        ("=> grade ", "=> grades"),
        ("hit_policy: FIRST", "hit_policy: LAST"),
        ("hit_policy: FIRST", "hit_policy: COLLECT"),
        ("hit_policy: FIRST", "hit_policy: UNIQUE"),
        (">= 50万", "=> 50万"),
        (">= 50万", ">= 500,000"),
        (">= 50万", ">= 49万"),
        ("| vip_keep ", "| vip_up   "),
        ("{value_12m}", "{value_99m}"),
        ("table: |", "table: >"),
        ("effective: {from: 2026-01-01}", "effective: {from: 2026-01-01, until: 2025-01-01}"),
        ("effective: {from: 2026-01-01}", "effective: &day {from: 2026-01-01}"),
    ]
    drafts = [RuleVersionDraft(text.replace(old, new), cases) for old, new in edits]
    bomb = "a: &a [x]\n" + "\n".join(f"b{n}: [*a, *a, *a]" for n in range(30))
    whole = [(text[: len(text) // 2], cases), (bomb, cases), (text, cases[: len(cases) // 2]), (text, ""), ("", cases)]
    return [*drafts, *(RuleVersionDraft(*each) for each in whole)]


async def buyer(database, yuan: int) -> CustomerRow:
    async with database.transaction() as session:
        customer = await add_customer(session)
        await add_entry(session, customer, amount_minor=yuan * 100)
        return customer


async def graded(database, customer: CustomerRow) -> None:
    async for done in grade_customers(database, ASKING, [customer.id]):
        assert (done.decided, done.refused) == (1, {})


async def published(database, source: Source) -> None:
    """Submit, approve and publish, by two people."""
    key = await run(database, who("ann"), NOW, submit_rule_version, RuleVersionDraft(source.text, source.cases))
    await run(database, who("bob"), NOW, approve_rule_version, RuleVersionApproval(key))
    await run(database, who("ann"), NOW, publish_rule_version, RuleVersionPublication(key))


async def column(database, chosen) -> list:
    async with database.sessions() as session:
        return list(await session.scalars(chosen))


async def test_thirty_broken_files_are_refused_while_decisions_go_on_unchanged(database):
    customer = await buyer(database, 1)
    await graded(database, customer)
    drafts = spoilt()
    assert len(drafts) == 30

    for draft in drafts:
        deciding = asyncio.create_task(graded(database, customer))
        with pytest.raises(Refused) as refused:
            await run(database, who("ann"), NOW, submit_rule_version, draft)
        await deciding
        assert all(problem.message for problem in refused.value.problems)

    assert await column(database, sa.select(RuleVersionRow.number).where(RuleVersionRow.rule_set == "grading")) == [1]
    results = await column(database, sa.select(DecisionRow.results))
    assert (len(results), len(set(results))) == (31, 1)


async def test_a_publication_holds_from_the_next_decision_on_in_every_process(database, store_url):
    customer = await buyer(database, 1)
    async with opened(store_url) as elsewhere:
        await graded(elsewhere, customer)
        await published(database, GRADING)
        await graded(elsewhere, customer)

        found = await column(elsewhere, sa.select(DecisionRow.version).order_by(DecisionRow.id))
    assert found == [1, 2]


async def test_of_two_who_publish_at_once_one_does(database):
    async with database.transaction() as session:
        version = await add_rule_version(session, status=RuleVersionStatus.APPROVED)
    draft = RuleVersionPublication(version.id)

    done = await asyncio.gather(
        *(run(database, who(name), NOW, publish_rule_version, draft) for name in ("ann", "bob")), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in done) == ["Refused", "UUID"]
    assert len(await column(database, sa.select(RulePublicationRow.id))) == 1


async def test_what_happened_is_told_without_texts(database):
    customer = await buyer(database, 1)
    await published(database, GRADING)
    first = (await column(database, sa.select(RuleVersionRow.id).where(RuleVersionRow.number == 1)))[0]
    later = NOW.replace(month=5)
    await run(database, who("cy"), later, roll_back_rule_set, RuleSetRollback(first, "too early"))
    await graded(database, customer)

    rows = await column(
        database, sa.select(LogEventRow).where(LogEventRow.kind.like("rules.%")).order_by(LogEventRow.id)
    )

    assert [(row.kind, row.actor) for row in rows] == [
        ("rules.submitted", "ann"),
        ("rules.approved", "bob"),
        ("rules.published", "ann"),
        ("rules.rolled_back", "cy"),
    ]
    assert all(row.data.keys() <= {"ruleSet", "number", "publication"} for row in rows)
    assert await column(database, sa.select(DecisionRow.version)) == [1]


async def test_versions_that_were_read_do_not_pile_up(database):
    for number in range(versions.KEPT + 10):
        async with database.transaction() as session:
            row = await add_rule_version(session, replace(FEES, text=f"{FEES.text}# {number}\n"))
            versions.read_version(row)

    assert len(versions._READ) == versions.KEPT
