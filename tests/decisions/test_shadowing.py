"""A shadow runs beside the live decisions: its differences are counted, and its faults harm nobody."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
import sqlalchemy as sa
import structlog

from resolvers.decisions import shadowing
from resolvers.decisions.grading import Graded, grade_customers
from resolvers.decisions.making import Asking
from resolvers.decisions.shadowing import KEPT, ShadowError, ShadowStatus, shadows, start_shadow, stop_shadow
from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.versions import UnknownRuleSetError
from rules.engine.problem import RuleFileError
from store.customer import CustomerRow
from store.grade import Grade
from store.ledger import LedgerKind
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.ledger import add_entry
from tests.rules.writing import rule_text

pytestmark = pytest.mark.anyio


def candidate(*changes: tuple[str, str]) -> Source:
    """What ships, with some words replaced."""
    source = shipped()["grading"]
    for old, new in changes:
        assert old in source.text
        source = dataclasses.replace(source, text=source.text.replace(old, new))
    return source


LOWER = candidate((">= 50万", ">= 25万"))


def reading(fact: str) -> Source:
    """A grading that reads one fact, and says KEY whatever it is."""
    head = re.sub(r"state: .*\n", "", LOWER.text[: LOWER.text.index("table:")])
    reads = "current_grade, days_in_grade, value_12m, potential, tenure_years"
    assert reads in head
    table = f"table: |\n  | row | {fact} | => grade | hold | reason.zh |\n  | all | >= 0 | KEY | false | 是 |\n"
    return Source("grading", head.replace(reads, fact) + table, "")


async def buyers(database, *amounts: int, **values) -> None:
    async with database.transaction() as session:
        for amount in amounts:
            await add_entry(session, await add_customer(session, **values), LedgerKind.INVOICE, amount * 100)


async def graded(database) -> Graded:
    async with database.transaction() as session:
        ids = (await session.scalars(sa.select(CustomerRow.id))).all()
    total = Graded()
    async for some in grade_customers(database, Asking("test", NOW), ids):
        total.add(some)
    return total


async def started(database, source: Source) -> None:
    async with database.transaction() as session:
        await start_shadow(session, source, by="analyst", now=NOW)


async def status(database) -> ShadowStatus:
    async with database.transaction() as session:
        return (await shadows(session))[0]


async def test_it_counts_in_what_it_differs_and_the_live_decision_stands(database):
    await buyers(database, 300_000, 600_000)
    await started(database, LOWER)

    found = await graded(database)

    shadow = await status(database)
    (difference,) = shadow.differences
    assert set(found.moves) == {(None, Grade.KEY), (None, Grade.VIP)}
    assert (shadow.decided, shadow.differs, shadow.failed) == (2, 1, 0)
    assert json.loads(difference.live) == [{"grade": "KEY", "hold": False}]
    assert json.loads(difference.shadow) == [{"grade": "VIP", "hold": False}]


async def test_only_the_first_differences_are_kept_and_all_are_counted(database):
    await buyers(database, *[300_000] * (KEPT + 5))
    await started(database, LOWER)

    await graded(database)
    await graded(database)

    shadow = await status(database)
    assert (shadow.differs, len(shadow.differences)) == (2 * (KEPT + 5), KEPT)


async def test_after_it_is_stopped_nothing_is_counted(database):
    await buyers(database, 300_000)
    await started(database, LOWER)
    await graded(database)
    async with database.transaction() as session:
        stopped = await stop_shadow(session, "grading", by="analyst", now=NOW)

    await graded(database)

    shadow = await status(database)
    assert (stopped.decided, shadow.decided) == (1, 1)
    assert (shadow.shadow.ended_at, shadow.shadow.ended_by) == (NOW, "analyst")
    await started(database, LOWER)


async def test_a_candidate_may_read_facts_that_the_version_in_force_does_not(database):
    await buyers(database, 100)
    await started(database, reading("open_tickets"))

    found = await graded(database)

    shadow = await status(database)
    assert (found.decided, shadow.decided, shadow.differs) == (1, 1, 1)
    assert json.loads(shadow.differences[0].shadow) == [{"grade": "KEY", "hold": False}]


async def test_two_who_refuse_do_not_differ(database):
    await buyers(database, 100, currency="BHD")
    await started(database, LOWER)

    found = await graded(database)

    shadow = await status(database)
    assert len(found.refused) == 1
    assert (shadow.decided, shadow.differs, shadow.failed) == (1, 0, 0)


async def test_a_candidate_that_fails_on_a_customer_is_counted_and_harms_nobody(database, monkeypatch):
    def failing(*_):
        raise RuntimeError("a slip")

    await buyers(database, 300_000)
    await started(database, LOWER)
    monkeypatch.setattr(shadowing, "evaluate", failing)

    found = await graded(database)

    shadow = await status(database)
    assert set(found.moves) == {(None, Grade.KEY)}
    assert (shadow.decided, shadow.differs, shadow.failed) == (1, 1, 1)
    assert "a slip" in shadow.differences[0].shadow


async def test_a_shadow_that_cannot_run_at_all_is_logged_and_harms_nobody(database):
    """Its facts are asked of a graph, and there is none: the statement that it made goes back with it alone."""
    await buyers(database, 300_000)
    await started(database, reading("group_exposure"))

    with structlog.testing.capture_logs() as logs:
        found = await graded(database)

    assert set(found.moves) == {(None, Grade.KEY)}
    assert (await status(database)).decided == 0
    assert [entry["event"] for entry in logs if "shadow" in entry] == ["shadow failed"]


async def test_one_shadow_of_a_rule_set_runs_at_a_time(database):
    await started(database, LOWER)

    with pytest.raises(ShadowError, match="a shadow of grading runs since 2026-03-02 09:00 UTC"):
        await started(database, LOWER)


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        (Source("grading", "rule_set: grading", ""), RuleFileError, "missing"),
        (Source("fees", rule_text(), ""), ShadowError, "fees is not about customers"),
        (Source("new", LOWER.text.replace("rule_set: grading", "rule_set: new"), ""), UnknownRuleSetError, "new"),
    ],
)
async def test_what_could_never_run_is_not_started(database, source, error, said):
    with pytest.raises(error, match=said):
        await started(database, source)


async def test_what_does_not_run_cannot_be_stopped(database):
    async with database.transaction() as session:
        with pytest.raises(ShadowError, match="no shadow of grading runs"):
            await stop_shadow(session, "grading", by="analyst", now=NOW)
