"""The live engine of a rule set: both engines decide, and nothing is decided where they differ."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from rules.engine.case_file import read_cases
from rules.engine.deciding import ClosedError, DecisionRefusedError, EngineChoice, Version
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


def fee(version):
    [result] = version.decide(NORMAL).results
    return result["fee"]


@pytest.mark.parametrize("choice", EngineChoice)
def test_a_table_and_rules_that_chain_decide(choice):
    with closing(Version(rule_set(), choice)) as fees, closing(Version(care(), choice)) as chained:
        assert fees.decide(NORMAL) == evaluate(rule_set(), NORMAL)
        assert chained.decide({"grade": "KEY", "complaints": 3}).rows == ("to_manager", "complains", "serious")


def test_one_that_was_closed_decides_no_more():
    version = Version(rule_set())
    version.close()
    version.close()

    with pytest.raises(ClosedError, match="this version of fees was closed"):
        version.decide(NORMAL)


def test_cases_that_fail_are_told():
    with closing(Version(raised_fee(6))) as version:
        [failed] = version.failures(cases(rule_set()))

    assert (failed.case.name, failed.differences) == ("rest", ("expected fee 5, and got 6",))


def test_facts_that_do_not_fit_are_told_and_no_engine_is_asked():
    with closing(Version(rule_set(), alarm=pytest.fail)) as version:
        assert version.decide({"grade": "NOBODY"}) == evaluate(rule_set(), {"grade": "NOBODY"})


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


def test_many_threads_ask_one_version():
    with closing(Version(raised_fee(7))) as version, ThreadPoolExecutor(4) as threads:
        seen = Counter(threads.map(lambda _: int(fee(version)), range(200)))

    assert seen == {7: 200}
