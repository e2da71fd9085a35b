"""The difference of two versions against counting out, and what was changed, in words."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rules.engine.analysis.changes import changes_of
from rules.engine.analysis.difference import Verdict, difference
from rules.engine.reference import decide
from rules.engine.table import DecisionTable, HitPolicy
from tests.rules.analysis.small_tables import (
    LISTING,
    NAMES,
    all_facts,
    answers,
    cells,
    copying_tables,
    rule_set_of,
    tables,
)
from tests.rules.writing import HEAD, TABLE, rule_set

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
each_policy = pytest.mark.parametrize("policy", HitPolicy)


@st.composite
def versions(draw, policy: HitPolicy) -> tuple[DecisionTable, DecisionTable]:
    """A table and what one or two edits make of it."""
    before = draw(tables(st.just(policy)))
    rows = list(before.rows)
    for number in range(draw(st.integers(1, 2))):
        edit = draw(st.sampled_from(["cell", "output", "remove", "move", "add"]))
        place = draw(st.integers(0, len(rows) - 1)) if rows else 0
        fresh = dataclasses.replace(
            rows[place] if rows else draw(tables(st.just(policy)).filter(lambda t: t.rows)).rows[0],
            tests=tuple(draw(cells(column.name)) for column in before.inputs),
            outputs=draw(answers(before.outputs)),
        )
        if edit == "add" or not rows:
            rows.insert(place, dataclasses.replace(fresh, id=f"new{number}"))
        elif edit == "cell":
            rows[place] = dataclasses.replace(fresh, outputs=rows[place].outputs)
        elif edit == "output":
            rows[place] = dataclasses.replace(rows[place], outputs=fresh.outputs)
        else:
            row = rows.pop(place)
            rows[0:0] = [row] if edit == "move" else []
    defaults = draw(st.sampled_from([before.defaults, None]))
    return before, dataclasses.replace(before, rows=tuple(rows), defaults=defaults)


def compared(outcome, names):
    if outcome.errors:
        return {error.fault for error in outcome.errors}
    return [[result[name] for name in names] for result in outcome.results]


def agrees_with_counting(before, after):
    found = difference(rule_set_of(before), rule_set_of(after))
    outputs = [column.name for column in before.outputs if column in after.outputs]
    differing = [
        facts
        for facts in all_facts(before, after)
        if compared(decide(before, facts), outputs) != compared(decide(after, facts), outputs)
    ]
    told = [f for f in all_facts(before, after) if any(each.region.admits(f) for each in found.regions)]
    event(f"{found.verdict}")

    assert found.verdict is (Verdict.DIFFERENT if differing else Verdict.EQUAL)
    assert found.is_all == (len(told) == len(differing))
    assert told == differing if found.is_all else all(facts in differing for facts in told)
    for each in found.regions:
        assert each.is_certain
        assert each.region.admits(each.witness)
        answers_then = [compared(decide(table, each.witness), outputs) for table in (before, after)]
        assert answers_then[0] != answers_then[1]


@each_policy
def test_two_versions_differ_on_exactly_the_facts_that_counting_finds(policy):
    @many
    @given(versions(policy))
    def law(pair):
        agrees_with_counting(*pair)

    law()


@many
@given(st.data())
def test_tables_of_different_policies_and_inputs_are_compared(data):
    kinds = data.draw(st.sampled_from([HitPolicy.SUM, HitPolicy.FIRST]))
    group = [each for each in HitPolicy if each.is_total == kinds.is_total]
    one, other = (data.draw(tables(st.sampled_from(group), NAMES, 3)) for _ in range(2))

    agrees_with_counting(one, dataclasses.replace(other, outputs=other.outputs))


@many
@given(st.data())
def test_outputs_that_copy_or_calculate_are_compared_by_what_they_give(data):
    policy = st.just(data.draw(LISTING))
    one, other = data.draw(copying_tables(policy)), data.draw(copying_tables(policy))
    found = difference(rule_set_of(one), rule_set_of(other))
    names = ["copy", "amount"]
    differing = [f for f in all_facts(one) if compared(decide(one, f), names) != compared(decide(other, f), names)]

    assert (found.verdict is Verdict.DIFFERENT) == bool(differing)
    assert all(any(each.region.admits(f) for each in found.regions) for f in differing) or not found.is_all
    for each in found.regions:
        inside = [f for f in all_facts(one) if each.region.admits(f)]
        assert not each.is_certain or all(f in differing for f in inside)


@each_policy
def test_with_no_work_allowed_a_witness_is_still_proved(policy):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(versions(policy))
    def law(pair):
        before, after = pair
        found = difference(rule_set_of(before), rule_set_of(after), steps=0)

        for each in found.regions:
            assert decide(before, each.witness).results != decide(after, each.witness).results or (
                decide(before, each.witness).errors != decide(after, each.witness).errors
            )
        if found.regions and not found.is_all:
            assert found.sentence.endswith("more was not searched")
            assert len(found.regions) == 1

    law()


AFTER = """\
| row    | amount  | grade    | => fee       | reason.zh         | reason.en       |
| rest   | -       | not(VIP) | 5            | 其余              | all others      |
| vip    | -       | VIP      | 1            | 贵宾免费          | free for VIP    |
| top    | >= 2000 | KEY      | amount / 100 | {amount} 元的 1%  | 1 % of {amount} |
"""


def test_what_was_changed_is_told_row_by_row_and_cell_by_cell():
    head = HEAD.replace("min: 0, ", "min: 10, ").replace("2027-01-01", "2028-01-01")
    told = [each.sentence for each in changes_of(rule_set(), rule_set(AFTER, head=head, policy="UNIQUE"))]

    assert told == [
        "until: 2027-01-01 → 2028-01-01",
        "hit_policy: FIRST → UNIQUE",
        "input amount: min 0 → 10",
        "row high was removed",
        "row rest was moved and stands first",
        "row vip: => fee 0 → 1",
        "row top was added, after vip: amount >= 2000; grade KEY; => fee amount / 100",
    ]


def test_a_row_with_another_name_is_told_as_such():
    [change] = changes_of(rule_set(), rule_set(TABLE.replace("high", "much")))

    assert change.sentence == "row high is now named much"


def test_equal_versions_are_proved_to_be_equal():
    found = difference(rule_set(), rule_set(TABLE.replace("not(VIP)", "KEY, NORMAL")))

    assert (found.verdict, found.regions, found.is_all) == (Verdict.EQUAL, (), True)
    assert [each.sentence for each in found.changes] == ["row rest: grade not(VIP) → KEY, NORMAL"]


def test_a_region_says_where_and_what():
    [region] = difference(rule_set(), rule_set(TABLE.replace(">= 1000", ">= 2000"))).regions

    assert region.region.words == "amount [1000..2000); grade KEY"
    assert (region.before, region.after) == ("fee 10", "fee 5")


def test_versions_without_a_common_output_or_with_inputs_of_other_types_are_not_compared():
    other = HEAD.replace("fee:", "price:").replace("nullable: true}\n  grade", "nullable: true}\n  grade")
    renamed = rule_set(TABLE.replace("=> fee", "=> price"), head=other)
    retyped = HEAD.replace("amount: {type: number, places: 2, min: 0, unit: 元,", "amount: {type: date,")
    dated = rule_set("| row | amount | grade | => fee |\n| a | - | - | 1 |\n", head=retyped)

    assert difference(rule_set(), renamed).sentence.startswith("they have no output in common")
    assert difference(rule_set(), dated).sentence.startswith("amount is of different types")
