"""The check against counting out: on small tables every finding is true, and nothing is missed."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rules.engine.analysis.check import MOST_OF_A_KIND, check
from rules.engine.analysis.findings import FindingKind
from rules.engine.cell import ANYTHING, Interval, Test
from rules.engine.expression import Constant
from rules.engine.kinds import Fault
from rules.engine.reference import decide
from rules.engine.table import DecisionTable, HitPolicy, Row
from tests.rules.analysis.small_tables import (
    COLUMNS,
    LEVEL,
    all_facts,
    answered,
    copying_tables,
    matching,
    rule_set_of,
    tables,
)

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
each_policy = pytest.mark.parametrize("policy", HitPolicy)


def found(table, kind):
    return [each for each in check(rule_set_of(table)).findings if each.kind is kind]


def pairs_at(table, wanted):
    """The pairs of rows for which `wanted(facts, one, other)` holds somewhere."""
    return {
        (one.id, other.id)
        for facts in all_facts(table)
        for one, other in itertools.combinations(matching(table, facts), 2)
        if wanted(facts, one, other)
    }


@each_policy
def test_gaps_are_exactly_the_facts_that_no_row_takes(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        [gap] = found(table, FindingKind.GAP) or [None]
        missed = [facts for facts in all_facts(table) if not matching(table, facts)]
        if table.defaults is not None or policy.is_total:
            assert gap is None
            return

        assert (gap is None) == (not missed)
        inside = [facts for facts in all_facts(table) if gap and any(each.admits(facts) for each in gap.regions)]
        assert inside == missed if gap is None or gap.is_all else all(facts in missed for facts in inside)
        event(f"gap: {gap is not None}")

    law()


@pytest.mark.parametrize("policy", [HitPolicy.UNIQUE, HitPolicy.ANY])
@pytest.mark.parametrize("make", [tables, copying_tables])
def test_overlaps_are_exactly_the_pairs_that_the_policy_refuses(policy, make):
    @many
    @given(make(st.just(policy)))
    def law(table):
        overlaps = found(table, FindingKind.OVERLAP)

        def refused(facts, one, other):
            alone = dataclasses.replace(table, rows=(one, other))
            return any(error.fault is Fault.HIT_POLICY for error in decide(alone, facts).errors)

        assert {each.rows[::-1] for each in overlaps} == pairs_at(table, refused)
        for each in overlaps:
            assert decide(table, each.witness).errors[0].fault is Fault.HIT_POLICY
            both = {facts_key(f) for f in all_facts(table) if set(each.rows) <= {r.id for r in matching(table, f)}}
            assert both == {facts_key(f) for f in all_facts(table) if each.regions[0].admits(f)}

    law()


def facts_key(facts):
    return tuple(facts.values())


@pytest.mark.parametrize("make", [tables, copying_tables])
def test_ties_are_exactly_the_pairs_of_equal_priority_that_decide(make):
    @many
    @given(make(st.just(HitPolicy.PRIORITY)))
    def law(table):
        def tied(facts, one, other):
            alone = [decide(dataclasses.replace(table, rows=(row,)), facts).results[0] for row in (one, other)]
            [best] = decide(table, facts).results
            return alone[0] != alone[1] and table.rank(alone[0]) == table.rank(alone[1]) == table.rank(best)

        assert {each.rows[::-1] for each in found(table, FindingKind.TIE)} == pairs_at(table, tied)

    law()


@each_policy
def test_unreachable_rows_are_exactly_those_that_never_match(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        met = {row.id for facts in all_facts(table) for row in matching(table, facts)}
        dead = [row.id for row in table.rows if row.id not in met]

        assert [each.rows[0] for each in found(table, FindingKind.UNREACHABLE)] == dead

    law()


@pytest.mark.parametrize("policy", [HitPolicy.FIRST, HitPolicy.PRIORITY])
def test_shadowed_rows_are_exactly_those_that_match_and_never_decide(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        met = {row.id for facts in all_facts(table) for row in matching(table, facts)}
        decided = {name for _, outcome in answered(table) for name in outcome.rows}

        assert {each.rows[0] for each in found(table, FindingKind.SHADOWED)} == met - decided

    law()


@pytest.mark.parametrize("policy", [HitPolicy.MIN, HitPolicy.MAX, HitPolicy.ANY, HitPolicy.SUM, HitPolicy.RULE_ORDER])
def test_rows_that_add_nothing_can_all_be_taken_out(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        kinds = (FindingKind.SHADOWED, FindingKind.REPEATED, FindingKind.UNREACHABLE)
        useless = {each.rows[0] for kind in kinds for each in found(table, kind)}
        fewer = dataclasses.replace(table, rows=tuple(row for row in table.rows if row.id not in useless))
        if policy in (HitPolicy.SUM, HitPolicy.RULE_ORDER):
            twins = {row.id: row for row in table.rows if row.id in useless}
            for facts in all_facts(table):
                hits = matching(fewer, facts)
                assert all(
                    any(row.outputs == hit.outputs for hit in hits) for row in matching(table, facts) if row.id in twins
                )
            return
        for facts, outcome in answered(table):
            after = decide(fewer, facts)
            assert (after.results, bool(after.errors)) == (outcome.results, bool(outcome.errors))

    law()


@pytest.mark.parametrize("policy", [HitPolicy.MIN, HitPolicy.MAX, HitPolicy.ANY])
def test_a_row_that_says_nothing_of_its_own_is_found(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        kinds = (FindingKind.SHADOWED, FindingKind.REPEATED, FindingKind.UNREACHABLE)
        useless = {each.rows[0] for kind in kinds for each in found(table, kind)}
        rows = [row for row in table.rows if row.id not in useless]
        for row in rows:
            others = [each for each in rows if each is not row]
            assert not all(
                any(
                    says_as_much(policy, each, row)
                    for each in matching(dataclasses.replace(table, rows=tuple(others)), f)
                )
                for f in all_facts(table)
                if row in matching(table, f)
            )

    law()


def says_as_much(policy, other, row) -> bool:
    """Whether the other row leaves nothing for this one to say where both match."""
    if policy is HitPolicy.ANY:
        return other.outputs == row.outputs
    mine, its = row.outputs[0].value, other.outputs[0].value
    if its is None or mine is None:
        return its is None
    return its <= mine if policy is HitPolicy.MIN else its >= mine


@each_policy
def test_words_that_do_nothing_are_found(policy):
    @many
    @given(tables(st.just(policy)))
    def law(table):
        idle = [
            column.name
            for place, column in enumerate(table.inputs)
            if all(str(row.tests[place]) == "-" for row in table.rows)
        ]
        told = [each.sentence for each in found(table, FindingKind.UNUSED_INPUT)]
        assert [each.split(":")[0] for each in told] == [f"no row asks for {name}" for name in idle]

        given_values = {row.outputs[0].value for row in table.rows} | {(table.defaults or (row_of_none,))[0].value}
        missing = [] if policy.is_total else [value for value in ("high", "mid", "low") if value not in given_values]
        sentences = [each.sentence for each in found(table, FindingKind.UNUSED_VALUE)]
        assert bool(sentences) == bool(missing)
        assert all(value in sentences[0] for value in missing)

    law()


class row_of_none:  # noqa: N801 # stands for a constant
    value = None


@many
@given(tables())
def test_every_witness_is_answered_as_the_finding_says(table):
    for each in check(rule_set_of(table)).findings:
        assert each.witness is None or all(region.admits(each.witness) for region in each.regions[:1])
        assert (each.witness is None) == (each.answer == "")


def test_fifty_findings_of_a_kind_are_told_and_those_of_other_kinds_beside_them():
    never = Test(intervals=(Interval(Decimal(1), Decimal(1), has_low=False),))
    rows = [Row(f"r{number}", (never,), (Constant("high"),)) for number in range(MOST_OF_A_KIND + 1)]
    rows += [Row(name, (ANYTHING,), (Constant("high"),)) for name in ("all", "none")]
    report = check(rule_set_of(DecisionTable((COLUMNS["count"],), (LEVEL,), HitPolicy.FIRST, tuple(rows))))

    told = Counter(each.kind for each in report.findings)
    assert (told[FindingKind.UNREACHABLE], report.more) == (MOST_OF_A_KIND, (FindingKind.UNREACHABLE,))
    assert [each.rows for each in report.findings if each.kind is FindingKind.SHADOWED] == [("none", "all")]
