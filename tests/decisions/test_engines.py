"""Live decisions are made by two engines: where they differ nothing is decided, and it is counted and logged."""

from __future__ import annotations

import json
import re

import pytest
import structlog

from resolvers.decisions.grading import Graded, grade_customers
from resolvers.decisions.making import Asking
from resolvers.decisions.shadowing import ShadowError, start_shadow
from resolvers.rule_sets import engines
from resolvers.rule_sets.checking import problems_of
from resolvers.rule_sets.engines import KEPT, Engines
from resolvers.rule_sets.library import Source, shipped
from rules.engine.durable import DurableTable
from rules.engine.fence import FenceError
from rules.engine.kinds import Fault
from rules.engine.reference import Outcome, evaluate
from store.base import new_id
from store.decision import DecisionRow
from tests.decisions.test_grading import rows_of
from tests.factories import NOW
from tests.factories.customer import add_customer

pytestmark = pytest.mark.anyio

GRADING = shipped()["grading"].rule_set()
FACTS = {"value_12m": 600_000, "tenure_years": 3}


@pytest.fixture
def live(monkeypatch):
    made = Engines()
    monkeypatch.setattr(engines, "LIVE", made)
    monkeypatch.setattr("resolvers.decisions.making.LIVE", made)
    yield made
    made.close()


def lying(_self, _facts):
    return Outcome()


def failing(_self, _facts):
    raise FenceError("the engine fires without end")


def test_both_engines_decide_as_the_reference_evaluator(live):
    assert live.decide(new_id(), GRADING, FACTS) == evaluate(GRADING, FACTS)
    assert live.differences == 0


@pytest.mark.parametrize("wrong", [lying, failing])
def test_a_difference_is_refused_counted_and_logged_without_facts(live, monkeypatch, wrong):
    monkeypatch.setattr(DurableTable, "answer", wrong)

    with structlog.testing.capture_logs() as logs:
        found = live.decide(new_id(), GRADING, FACTS)

    assert ([error.fault for error in found.errors], found.results) == ([Fault.ENGINES_DIFFER], ())
    assert live.differences == 1
    assert [(one["event"], one["rule_set"]) for one in logs] == [("the engines differ", "grading")]
    assert "600" not in json.dumps(logs)


async def test_a_refused_decision_is_on_record_and_the_grade_stays(database, live, monkeypatch):
    monkeypatch.setattr(DurableTable, "answer", lying)
    async with database.transaction() as session:
        customer = await add_customer(session)
    total = Graded()
    async for some in grade_customers(database, Asking("analyst", NOW), [customer.id]):
        total.add(some)

    (decision,) = await rows_of(database, DecisionRow)
    assert decision.fault.startswith("ENGINES_DIFFER: ")
    assert list(total.refused) == [customer.id]


def test_engines_that_were_not_asked_lately_are_freed(live):
    keys = [new_id() for _ in range(KEPT + 3)]
    for key in keys:
        live.decide(key, GRADING, FACTS)

    assert list(live._kept) == keys[3:]


def test_what_the_analysis_proves_wrong_does_not_go_further():
    source = shipped()["grading"]
    dead = re.sub(r"(\| vip_up .*?)>= 50万  ", r"\1-        ", source.text)
    assert dead != source.text

    messages = [slip.message for slip in problems_of(Source("grading", dead, source.cases))]

    assert any(message.startswith("shadowed: ") for message in messages)


def test_a_rule_set_that_the_live_engine_does_not_take_does_not_go_further(monkeypatch):
    monkeypatch.setattr(DurableTable, "answer", failing)
    source = shipped()["grading"]

    (slip,) = problems_of(Source("grading", source.text + "# once more\n", source.cases))

    assert "the live engine does not take these rules" in slip.message


CHAIN = """\
rule_set: NAME
title: {zh: 关怀, en: Care}
owner: service
about: customer
reads: [complaints_90d]
conclusions:
  serious: {type: boolean, default: false}
rules:
  - id: many
    when: {complaints_90d: ">= 3"}
    then: {serious: true}
"""
CHAIN_CASES = """\
rule_set: NAME
clock: 2026-05-01T09:00:00+08:00
cases:
  - {name: many, given: {complaints_90d: 3}, expect: {serious: true, rule: many}}
"""


def test_rules_that_chain_may_be_a_rule_set_but_not_one_that_the_program_asks_for_a_table():
    own, asked = (
        Source(name, CHAIN.replace("NAME", name), CHAIN_CASES.replace("NAME", name))
        for name in ("care_chain", "grading")
    )

    assert problems_of(own) == []
    [slip] = problems_of(asked)
    assert "the program asks grading for a decision table" in slip.message


async def test_rules_that_chain_have_no_shadow(database):
    source = Source("grading", CHAIN.replace("NAME", "grading"), "")
    async with database.transaction() as session:
        with pytest.raises(ShadowError, match="only a decision table can be compared"):
            await start_shadow(session, source, by="analyst", now=NOW)
