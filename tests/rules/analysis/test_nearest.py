"""The nearest change of facts against counting out all of them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rules.engine.analysis.boxes import TooMuchWorkError
from rules.engine.analysis.nearest import nearest
from rules.engine.expression import Constant
from rules.engine.reference import decide
from rules.engine.rule_file import read_rule_set
from rules.engine.table import HitPolicy
from server.commands.rule_files import LIBRARY
from tests.rules.analysis.small_tables import COLUMNS, LEVELS, all_facts, copying_tables, tables
from tests.rules.writing import HEAD, rule_set

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
COUNTABLE = st.lists(
    st.sampled_from([name for name in COLUMNS if name != "value"]), min_size=1, max_size=3, unique=True
)
"""Without the dense number: all values of the others can be tried."""


def distance(name, one, other) -> Fraction:
    if one == other:
        return Fraction(0)
    if None in (one, other) or name not in ("count", "day"):
        return Fraction(1)
    return Fraction(abs(one - other) if name == "count" else abs(one - other).days) / 4


def cost(one, other):
    ways = [distance(name, one[name], other[name]) for name in one]
    return sum(way > 0 for way in ways), sum(ways)


def agrees_with_counting(table, facts, wanted, frozen):
    now = decide(table, facts)

    def suits(outcome):
        if outcome.errors:
            return False
        if wanted is None:
            return bool(now.errors) or outcome.results != now.results
        return any(all(result[name] == value for name, value in wanted.items()) for result in outcome.results)

    reachable = [other for other in all_facts(table) if all(other[name] == facts[name] for name in frozen)]
    costs = [cost(facts, other) for other in reachable if suits(decide(table, other))]
    found = nearest(table, facts, wanted=wanted, frozen=frozen)
    event(f"found: {found is not None}")

    assert (found is None) == (not costs)
    if found is not None:
        assert (len(found.changed), found.distance) == min(costs)
        assert found.is_exact
        after = {**facts, **found.changed}
        assert cost(facts, after) == min(costs)
        assert decide(table, after) == found.outcome
        assert suits(found.outcome)


@pytest.mark.parametrize("policy", HitPolicy)
def test_nothing_is_nearer_than_the_nearest_change(policy):
    @many
    @given(tables(st.just(policy), COUNTABLE), st.data())
    def law(table, data):
        names = [column.name for column in table.inputs]
        facts = data.draw(st.sampled_from(all_facts(table)))
        value = st.sampled_from([None, Decimal(0), Decimal(2)] if policy.is_total else LEVELS)
        wanted = {"out": data.draw(value)} if data.draw(st.booleans()) else None
        agrees_with_counting(table, facts, wanted, data.draw(st.sets(st.sampled_from(names), max_size=2)))

    law()


@many
@given(copying_tables(), st.data())
def test_a_copied_fact_is_exact_too(table, data):
    constant = tuple(row.__class__(row.id, row.tests, (row.outputs[0], Constant(Decimal(0)))) for row in table.rows)
    made = table.__class__(table.inputs, table.outputs, table.policy, constant)
    facts = data.draw(st.sampled_from(all_facts(made)))
    agrees_with_counting(made, facts, data.draw(st.none() | st.just({"copy": "KEY"})), frozenset())


def test_a_calculated_answer_is_near_and_said_not_to_be_exact():
    found = nearest(rule_set().table, {"amount": Decimal(1500), "grade": "KEY"}, wanted={"fee": Decimal(5)})

    assert found.changed == {"amount": Decimal("999.99")}
    assert not found.is_exact


def test_the_nearest_value_of_a_dense_number_is_the_very_next_one():
    head = HEAD.replace("places: 2, min: 0, ", "")
    table = rule_set("| row | amount | grade | => fee |\n| a | > 1 | - | 2 |\n| b | <= 1 | - | 0 |\n", head=head).table
    found = nearest(table, {"amount": Decimal(0), "grade": "KEY"}, wanted={"fee": Decimal(2)})

    assert found.changed == {"amount": Decimal("1." + "0" * 32 + "1")}
    assert found.outcome.rows == ("a",)


def test_what_lifts_a_customer_to_vip_is_told():
    table = read_rule_set((LIBRARY / "grading" / "grading.yaml").read_text("utf-8"), "grading.yaml").table
    facts = {
        "current_grade": "VIP",
        "days_in_grade": Decimal(200),
        "value_12m": Decimal(300_000),
        "potential": "mid",
        "tenure_years": Decimal(3),
    }

    found = nearest(table, facts, wanted={"grade": "VIP"})
    assert found.changed == {"value_12m": Decimal(400_000)}
    assert nearest(table, facts, wanted={"grade": "VIP"}, frozen={"value_12m"}).changed == {
        "days_in_grade": Decimal(89)
    }
    assert found.outcome.rows == ("vip_keep",)
    assert nearest(table, facts, wanted={"grade": "VIP"}, frozen={"days_in_grade", "value_12m"}) is None


def test_facts_that_do_not_suit_are_refused_and_work_is_bounded():
    table = rule_set().table
    with pytest.raises(ValueError, match="grade is not known"):
        nearest(table, {"amount": Decimal(1)})
    with pytest.raises(TooMuchWorkError):
        nearest(table, {"amount": Decimal(1), "grade": "KEY"}, steps=0)


def test_the_columns_that_can_be_counted_out_have_the_spans_that_this_test_assumes():
    assert (COLUMNS["count"].high, (COLUMNS["day"].high - COLUMNS["day"].low).days) == (4, 4)
