"""Rule sets in force: published, swapped and withdrawn; and decisions that are refused when the engines differ."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from rules.engine.case_file import read_cases
from rules.engine.deciding import (
    CasesFailedError,
    DecisionRefusedError,
    EngineChoice,
    LiveEngine,
    NotInForceError,
    Version,
)
from rules.engine.durable import DurableTable
from rules.engine.reference import evaluate
from tests.rules.chain_writing import care
from tests.rules.writing import TABLE, rule_set

CASES = """\
rule_set: fees
clock: 2026-05-01T09:00:00+08:00
cases:
  - {name: vip, given: {amount: 5, grade: VIP}, expect: {fee: 0, row: vip}}
  - {name: rest, given: {amount: 5, grade: NORMAL}, expect: {fee: 5}}
"""
NORMAL = {"amount": 5, "grade": "NORMAL"}


def cases(given_rules):
    return read_cases(CASES, "fees_test.yaml", given_rules).cases


def raised_fee(fee):
    """The rule set with another fee in its last row."""
    return rule_set(TABLE.replace("| 5            |", f"| {fee}            |"))


@pytest.fixture(params=EngineChoice)
def live(request):
    with LiveEngine(request.param) as engine:
        yield engine


def fee(engine):
    [result] = engine.decide("fees", NORMAL).results
    return result["fee"]


def test_what_is_published_decides(live):
    live.publish(rule_set(), cases(rule_set()))
    live.publish(care())

    assert live.decide("fees", NORMAL) == evaluate(rule_set(), NORMAL)
    assert live.decide("care", {"grade": "KEY", "complaints": 3}).rows == ("to_manager", "complains", "serious")


def test_a_new_version_takes_the_place_of_the_old_one(live):
    live.publish(rule_set())
    old = live.version("fees")
    live.publish(raised_fee(6))

    assert fee(live) == 6
    with pytest.raises(NotInForceError, match="this version of fees was closed"):
        old.decide(NORMAL)


def test_a_rule_set_that_fails_its_cases_does_not_come_into_force(live):
    live.publish(rule_set(), cases(rule_set()))
    with pytest.raises(CasesFailedError, match="fails 1 of its cases: rest: expected fee 5, and got 6") as failed:
        live.publish(raised_fee(6), cases(rule_set()))

    assert [each.case.name for each in failed.value.failures] == ["rest"]
    assert fee(live) == 5


def test_what_is_withdrawn_does_not_decide(live):
    live.publish(rule_set())
    live.withdraw("fees")

    for ask in (lambda: live.decide("fees", NORMAL), lambda: live.withdraw("fees")):
        with pytest.raises(NotInForceError, match="no rule set fees is in force"):
            ask()


def test_a_version_that_someone_closed_does_not_decide_for_ever(live):
    live.publish(rule_set())
    live.version("fees").close()
    live.version("fees").close()

    with pytest.raises(NotInForceError):
        live.decide("fees", NORMAL)


def test_facts_that_do_not_fit_are_told_and_no_engine_is_asked(live):
    live.publish(rule_set())

    assert live.decide("fees", {"grade": "NOBODY"}) == evaluate(rule_set(), {"grade": "NOBODY"})


def with_another_engine(told):
    """A version whose durable-rules has other rules than it should: what a slip in it would look like."""
    version = Version(rule_set(), alarm=told)
    version._durable.close()
    version._durable = DurableTable(raised_fee(6).table)
    return version


def test_a_decision_on_which_the_engines_differ_is_refused_and_told():
    alarms = []
    with closing(with_another_engine(alarms.append)) as version, pytest.raises(DecisionRefusedError) as refused:
        version.decide(NORMAL)

    difference = refused.value.difference
    assert alarms == [difference]
    assert (difference.rule_set, difference.facts) == ("fees", NORMAL)
    assert [each.results[0]["fee"] for each in (difference.reference, difference.live)] == [5, 6]
    assert "NORMAL" not in str(refused.value)


def test_a_decision_on_which_they_agree_is_given_all_the_same():
    with closing(with_another_engine(pytest.fail)) as version:
        assert version.decide({"amount": 5, "grade": "VIP"}).results == ({"fee": 0},)


def test_a_difference_on_a_case_keeps_a_version_out_of_force():
    with closing(with_another_engine(lambda _: None)) as version, pytest.raises(DecisionRefusedError):
        version.failures(cases(rule_set()))


def test_an_engine_that_fails_gives_no_decision():
    alarms = []
    with closing(Version(rule_set(), alarm=alarms.append)) as version:
        version._durable._rounds._writers[0]._heads = ["{"]  # no session
        with pytest.raises(DecisionRefusedError, match="fees: the engine") as refused:
            version.decide(NORMAL)

    assert alarms == [refused.value.difference]
    assert refused.value.difference.live is None


def test_an_alarm_that_fails_does_not_let_the_decision_through():
    def broken(_):
        raise OSError("no pager")

    with closing(with_another_engine(broken)) as version, pytest.raises(OSError, match="no pager"):
        version.decide(NORMAL)


def test_many_threads_decide_while_versions_are_swapped(live):
    live.publish(raised_fee(1))
    is_over = threading.Event()
    seen: Counter[int] = Counter()

    def ask(_):
        while not is_over.is_set():
            seen[int(fee(live))] += 1

    with ThreadPoolExecutor(4) as threads:
        asked = threads.map(ask, range(4))
        for number in range(60):
            live.publish(raised_fee(number))
        is_over.set()
        list(asked)

    assert sum(seen.values()) >= 4
    assert fee(live) == 59
