"""Tables decide about many cases at once as the reference evaluator decides about each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.rule_sets.library import shipped
from rules.engine.bulk import BulkTable
from rules.engine.cell import ANYTHING, Interval, Test
from rules.engine.expression import Constant, Name
from rules.engine.kinds import Column, Fault, Kind
from rules.engine.reference import decide
from rules.engine.rule_file import read_rule_set
from rules.engine.table import DecisionTable, HitPolicy, Row, Words
from tests.rules.worlds import GRADES, OF_KIND, VALUES, cells_of_kind, worlds
from tests.rules.writing import rule_set

many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PLACES = {Kind.NUMBER: 2}
STRANGE = st.sampled_from(
    [None, 3, 10**40, True, 1.5, "VIP", "e\u0301", Decimal("0.001"), Decimal("1.10"), Decimal("NaN"), Decimal("1E+30")]
)
"""Values of other kinds, or such as no column keeps as they are."""
WHEN_SMALL = {Kind.NUMBER: st.integers(-300, 300).map(lambda cents: Decimal(cents).scaleb(-2))}


def assert_equal_to_the_reference(table: DecisionTable, cases: list[dict]) -> None:
    columns = {column.name: [case.get(column.name) for case in cases] for column in table.inputs}

    answers = BulkTable(table).decide(columns, len(cases))

    for case, outcome in zip(cases, answers.each(), strict=True):
        assert outcome == dataclasses.replace(decide(table, case), reasons=())


@many
@given(worlds(), st.lists(st.fixed_dictionaries(VALUES), max_size=12))
def test_a_table_of_any_policy_answers_many_cases_as_each_alone(world, cases):
    table = read_rule_set(world.text(), "levels.yaml").table

    assert BulkTable(table).is_compiled
    assert_equal_to_the_reference(table, [world.facts, *cases])


@st.composite
def tables(draw) -> DecisionTable:
    kinds = draw(st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=4))
    columns = tuple(
        Column(
            f"c{place}",
            kind,
            values=GRADES if kind is Kind.ENUM else (),
            nullable=draw(st.booleans()),
            places=PLACES.get(kind),
            low=Decimal("-1.005") if kind is Kind.NUMBER and draw(st.booleans()) else None,
        )
        for place, kind in enumerate(kinds)
    )
    cells = st.tuples(*(st.just(ANYTHING) | cells_of_kind(kind) for kind in kinds))
    rows = draw(st.lists(cells, min_size=1, max_size=6))
    policy = draw(st.sampled_from([HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.RULE_ORDER]))
    out = Column("out", Kind.TEXT)
    outputs = [(Constant(draw(st.sampled_from(["a", "b"]))),) for _ in rows]
    made = [Row(f"r{number}", tests, outputs[number], Words("因")) for number, tests in enumerate(rows)]
    return DecisionTable(columns, (out,), policy, tuple(made))


@st.composite
def tables_with_cases(draw) -> tuple[DecisionTable, list[dict]]:
    table = draw(tables())
    values = {
        each.name: st.none() | OF_KIND[each.kind] | WHEN_SMALL.get(each.kind, OF_KIND[each.kind]) | near(table, at)
        for at, each in enumerate(table.inputs)
    }
    strange = st.fixed_dictionaries({name: kept | STRANGE for name, kept in values.items()})
    return table, draw(st.lists(st.fixed_dictionaries(values) | strange, max_size=12))


def near(table: DecisionTable, place: int):
    """The very values that the tests of a column name."""
    tests = [row.tests[place] for row in table.rows]
    named = [value for test in tests for value in test.values]
    ends = [end for test in tests for one in test.intervals for end in (one.low, one.high) if end is not None]
    return st.sampled_from(named + ends) if named + ends else st.none()


@many
@given(tables_with_cases())
def test_columns_of_every_kind_are_compared_as_the_reference_compares_each_value(world):
    assert_equal_to_the_reference(*world)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_table_that_ships_is_compiled(name):
    assert BulkTable(shipped()[name].rule_set().table).is_compiled


def of_one_column(column: Column, test: Test, **values) -> DecisionTable:
    outputs = (Constant("yes"),)
    return DecisionTable(
        (column,), (Column("out", Kind.TEXT),), HitPolicy.FIRST, (Row("r", (test,), outputs),), **values
    )


def test_a_number_without_declared_places_goes_to_the_reference():
    table = of_one_column(Column("a", Kind.NUMBER), Test(intervals=(Interval(Decimal("0.1"), None),)))

    bulk = BulkTable(table)
    answers = bulk.decide({"a": [Decimal("0.1"), Decimal("0.0999999999999999999999999")]}, 2)

    assert not bulk.is_compiled
    assert [each.rows for each in answers.each()] == [("r",), ()]


def test_more_decimal_places_than_declared_are_refused_and_not_cut():
    table = of_one_column(Column("a", Kind.NUMBER, places=2), Test(intervals=(Interval(Decimal(1), None),)))

    answers = BulkTable(table).decide({"a": [Decimal("1.009"), Decimal("1.000"), Decimal("0.99")]}, 3)

    errors = [[error.fault for error in each.errors] for each in answers.each()]
    assert errors == [[Fault.OUT_OF_RANGE], [], []]
    assert [each.rows for each in answers.each()] == [(), ("r",), ()]


def test_large_numbers_are_told_apart_to_the_last_digit():
    column = Column("a", Kind.NUMBER, places=0)
    table = of_one_column(column, Test(intervals=(Interval(Decimal(2**53 + 1), Decimal(2**53 + 1)),)))

    answers = BulkTable(table).decide({"a": [Decimal(2**53 + step) for step in range(3)]}, 3)

    assert [each.rows for each in answers.each()] == [(), ("r",), ()]


def test_null_is_admitted_by_what_names_it_alone():
    column = Column("a", Kind.DATE, nullable=True)
    day = dt.date(2026, 5, 1)
    only_null, others = Test(null=True), Test(intervals=(Interval(day, day),), negated=True)

    found = [
        list(BulkTable(of_one_column(column, one)).decide({"a": [None, day]}, 2).each()) for one in (only_null, others)
    ]

    assert [[each.rows for each in answers] for answers in found] == [[("r",), ()], [(), ()]]


def test_rows_with_calculations_and_names_are_answered_by_the_facts_of_each_case():
    table = rule_set().table
    named = dataclasses.replace(
        table, rows=(*table.rows[:2], dataclasses.replace(table.rows[2], outputs=(Name("amount"),)))
    )
    cases = [{"amount": Decimal(amount), "grade": grade} for amount in (1, 5_000) for grade in ("VIP", "KEY", "NORMAL")]

    assert_equal_to_the_reference(named, cases)


def test_cases_share_few_outcomes_and_no_cases_have_none():
    table = shipped()["grading"].rule_set().table
    facts = {"value_12m": [Decimal("600000.00")] * 1_000, "tenure_years": [Decimal(1)] * 1_000}

    answers = BulkTable(table).decide(facts, 1_000)
    none = BulkTable(table).decide({}, 0)

    assert ([each.rows for each in answers.outcomes], len(answers.places)) == ([("vip_up",)], 1_000)
    assert (none.outcomes, list(none.each())) == ([], [])
