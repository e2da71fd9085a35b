"""The check and the difference against z3: on large tables too, every finding is true, and nothing is missed.

Small in every run; `C360_TEST_TORTURE=full` tries many more and larger tables.
"""

from __future__ import annotations

import itertools

import pytest
import z3
from hypothesis import HealthCheck, Phase, event, given, settings

from rules.engine.analysis.check import MOST_OF_A_KIND, check
from rules.engine.analysis.difference import Verdict, difference
from rules.engine.analysis.findings import FindingKind
from rules.engine.analysis.gaps import MOST_BOXES
from rules.engine.table import HitPolicy
from tests.rules.analysis.large_tables import recipes
from tests.rules.analysis.proving import Prover, differ, no_row, outputs, rank, weight
from tests.rules.analysis.small_tables import rule_set_of
from tests.server.torture.size import sized

MOST_ROWS = sized(60, 200)
proved = settings(
    max_examples=sized(6, 30),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # making a large table smaller takes minutes, and its recipe is short anyway
    suppress_health_check=list(HealthCheck),
)
LISTS = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)
each_policy = pytest.mark.parametrize("policy", HitPolicy)


class Checked:
    """What the check found in a table, beside what z3 can prove of it."""

    def __init__(self, table) -> None:
        self.table = table
        self.report = check(rule_set_of(table))
        self.prover = Prover(table)
        self.flags = self.prover.rows[0]
        self.number = {row.id: number for number, row in enumerate(table.rows)}
        self.unfinished = {number for each in self.found(FindingKind.UNFINISHED) for number in self.numbers(each)}
        for each in self.report.findings:
            event(f"{each.kind}")

    def found(self, kind):
        return [each for each in self.report.findings if each.kind is kind]

    def numbers(self, finding):
        return tuple(self.number[name] for name in finding.rows)

    def agrees(self, kind, truth) -> None:
        """That the rows of a kind are exactly those that z3 has, or 50 of them."""
        told = [self.numbers(each)[0] for each in self.found(kind)]
        assert set(told) <= set(truth)
        if kind in self.report.more:
            assert len(told) == MOST_OF_A_KIND < len(truth)
        else:
            assert set(truth) - self.unfinished == set(told)

    def proves_pairs(self, kind, pairs) -> None:
        """That the findings are pairs that can be, each on its regions; and that no other one of these can be."""
        told = {self.numbers(each): each for each in self.found(kind)}
        for each in told:
            assert self.prover.can_be(*pairs[each])
        if kind not in self.report.more:
            given_up = [self.numbers(each) for each in self.found(FindingKind.UNFINISHED)]
            others = [z3.And(*pairs[pair]) for pair in pairs if pair not in told and pair not in given_up]
            assert not self.prover.can_be(z3.Or(*others))
        for pair, each in told.items():
            where, really = self.prover.inside(region.tests for region in each.regions), z3.And(*pairs[pair])
            assert not self.prover.can_be(where, z3.Not(really))
            assert not each.is_all or not self.prover.can_be(really, z3.Not(where))


@each_policy
def test_gaps_are_exactly_the_facts_that_no_row_takes(policy):
    @proved
    @given(recipes(policy, MOST_ROWS))
    def law(recipe):
        table = recipe.table()
        checked = Checked(table)
        if table.defaults is not None or policy.is_total:
            assert not checked.found(FindingKind.GAP)
            return
        if any(not each.rows for each in checked.found(FindingKind.UNFINISHED)):  # given up
            return
        [gap] = checked.found(FindingKind.GAP) or [None]
        missed = no_row(checked.flags)

        assert checked.prover.can_be(missed) == (gap is not None)
        if gap is not None:
            where = checked.prover.inside(region.tests for region in gap.regions)
            assert not checked.prover.can_be(where, z3.Or(*checked.flags))
            has_more = checked.prover.can_be(missed, z3.Not(where))
            assert not has_more if gap.is_all else has_more or len(gap.regions) < MOST_BOXES

    law()


@pytest.mark.parametrize("policy", [HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY])
def test_overlaps_and_ties_are_exactly_the_pairs_that_can_be(policy):
    @proved
    @given(recipes(policy, MOST_ROWS))
    def law(recipe):
        table = recipe.table()
        checked = Checked(table)
        pairs = {}
        for one, other in itertools.combinations(range(len(table.rows)), 2):
            is_other = outputs(table.rows[one]) != outputs(table.rows[other])
            if is_other or policy is HitPolicy.UNIQUE:
                pairs[other, one] = (checked.flags[one], checked.flags[other])
        if policy is HitPolicy.PRIORITY:
            pairs = dict(tied(checked, pairs))

        checked.proves_pairs(FindingKind.TIE if policy is HitPolicy.PRIORITY else FindingKind.OVERLAP, pairs)

    law()


def tied(checked, pairs):
    """Those of equal priority, where no row of a better one matches."""
    ranks = [rank(checked.table, row) for row in checked.table.rows]
    best = {
        own: no_row(flag for flag, its in zip(checked.flags, ranks, strict=True) if its < own) for own in set(ranks)
    }
    for (other, one), claims in pairs.items():
        if ranks[one] == ranks[other]:
            yield (other, one), (*claims, best[ranks[one]])


@each_policy
def test_rows_that_never_match_or_never_decide_are_exactly_those_that_cannot(policy):
    @proved
    @given(recipes(policy, MOST_ROWS))
    def law(recipe):
        table = recipe.table()
        checked = Checked(table)
        possible = [number for number, flag in enumerate(checked.flags) if checked.prover.can_be(flag)]
        dead = set(range(len(table.rows))) - set(possible)

        checked.agrees(FindingKind.UNREACHABLE, dead)
        if policy in (HitPolicy.FIRST, HitPolicy.PRIORITY):
            checked.agrees(FindingKind.SHADOWED, shadowed(checked, possible))
        elif policy in (HitPolicy.ANY, HitPolicy.MIN, HitPolicy.MAX):
            checked.agrees(FindingKind.REPEATED, outdone(checked, possible))
        elif policy is not HitPolicy.UNIQUE:
            checked.agrees(FindingKind.REPEATED, said_twice(checked, possible))

    law()


def shadowed(checked, possible):
    """The rows before which others always decide."""
    order = list(range(len(checked.flags)))
    if checked.table.policy is HitPolicy.PRIORITY:
        order.sort(key=lambda number: rank(checked.table, checked.table.rows[number]))
    found = []
    for at, number in enumerate(order):
        before = no_row(checked.flags[each] for each in order[:at])
        if number in possible and not checked.prover.can_be(checked.flags[number], before):
            found.append(number)
    return found


def outdone(checked, possible):
    """From the last row on: those that say nothing that the rows which are left do not say."""
    table, kept, found = checked.table, list(possible), []
    for number in reversed(possible):
        if number in checked.unfinished:
            continue
        others = [each for each in kept if each != number and says_as_much(table, each, number)]
        if not checked.prover.can_be(checked.flags[number], no_row(checked.flags[each] for each in others)):
            kept.remove(number)
            found.append(number)
    return found


def says_as_much(table, other, number):
    its, mine = table.rows[other], table.rows[number]
    if table.policy is HitPolicy.ANY:
        return outputs(its) == outputs(mine)
    return weight(table, its) <= weight(table, mine)


def said_twice(checked, possible):
    """Rows for which an earlier one matches the same facts and says the same. Facts seen before rule most pairs out."""
    prover, found = checked.prover, []
    seen = {
        number: (prover.signature(checked.flags[number]), outputs(checked.table.rows[number])) for number in possible
    }
    for number in possible:
        for earlier in possible[: possible.index(number)]:
            apart = z3.Xor(checked.flags[earlier], checked.flags[number])
            if seen[earlier] == seen[number] and not prover.can_be(apart):
                found.append(number)
                break
    return found


@each_policy
def test_two_versions_differ_on_exactly_the_facts_that_z3_finds(policy):
    @proved
    @given(recipes(policy, 40 if policy in LISTS else MOST_ROWS))
    def law(recipe):
        agrees_with_z3(*recipe.versions())

    law()


def agrees_with_z3(before, after):
    found = difference(rule_set_of(before), rule_set_of(after))
    prover = Prover(before, after)
    differing = differ(before, after, prover)
    event(f"{found.verdict}")

    assert prover.can_be(differing) or found.verdict is not Verdict.DIFFERENT
    assert found.verdict is not Verdict.EQUAL or not prover.can_be(differing)
    for each in found.regions:
        assert prover.can_be(prover.inside([each.region.tests]), differing)
        assert not each.is_certain or not prover.can_be(prover.inside([each.region.tests]), z3.Not(differing))
    if found.is_all:
        assert not prover.can_be(differing, z3.Not(prover.inside(each.region.tests for each in found.regions)))
