"""What every engine must answer: the same suite for the reference evaluator and for durable-rules in its fence."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import closing
from decimal import Decimal

import pytest

from rules.engine.cell import ANYTHING, Interval, Test
from rules.engine.chain import Chain, ChainRule, Combine, Conclusion
from rules.engine.deciding import EngineChoice, Version
from rules.engine.expression import Calculation, Constant, Name
from rules.engine.kinds import Column, Fault, Kind
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet, Words
from tests.rules.chain_writing import care
from tests.rules.writing import HEAD, rule_set

LEVELS = HEAD.replace("fee: {type: number, nullable: true}", "fee: {type: enum, values: [high, mid, low]}")
NUMBERED = """\
| row | amount | grade | => fee |
| a   | >= 1   | -     | 20     |
| b   | >= 2   | -     | 10     |
| c   | >= 3   | VIP   | 20     |
"""
RANKED = NUMBERED.replace("20 ", "low").replace("10 ", "high")


@pytest.fixture(params=EngineChoice)
def decide(request):
    """Decides facts by a rule set, with one of the engines."""

    def made(given_rules, *facts):
        with closing(Version(given_rules, request.param)) as version:
            outcomes = [version.decide(each) for each in facts]
        return outcomes[0] if len(outcomes) == 1 else outcomes

    return made


def facts(amount, grade="VIP"):
    return {"amount": amount, "grade": grade}


NUMBER = (Column("n", Kind.NUMBER, nullable=True),)


def table(rows, policy=HitPolicy.COLLECT, inputs=NUMBER):
    """A rule set of these tests, one row each, that answers the number of the row."""
    made = tuple(Row(f"r{number}", tests, (Constant(Decimal(number)),)) for number, tests in enumerate(rows))
    return RuleSet("made", Words(), "nobody", DecisionTable(inputs, (Column("out", Kind.NUMBER),), policy, made))


def at_least(number):
    return Test(intervals=(Interval(Decimal(number), None),))


def exactly(number):
    return Test(intervals=(Interval(Decimal(number), Decimal(number)),))


@pytest.mark.parametrize(
    ("policy", "head", "rows", "amount", "expected"),
    [
        ("FIRST", HEAD, NUMBERED, 3, [20]),
        ("UNIQUE", HEAD, NUMBERED, 1, [20]),
        ("ANY", HEAD, NUMBERED, 1, [20]),
        ("RULE ORDER", HEAD, NUMBERED, 3, [20, 10, 20]),
        ("COLLECT", HEAD, NUMBERED, 2, [20, 10]),
        ("COLLECT", HEAD, NUMBERED, 0, []),
        ("COLLECT SUM", HEAD, NUMBERED, 3, [50]),
        ("COLLECT MIN", HEAD, NUMBERED, 3, [10]),
        ("COLLECT MAX", HEAD, NUMBERED, 3, [20]),
        ("COLLECT COUNT", HEAD, NUMBERED, 3, [3]),
        ("PRIORITY", LEVELS, RANKED, 3, ["high"]),
        ("OUTPUT ORDER", LEVELS, RANKED, 3, ["high", "low", "low"]),
    ],
)
def test_every_policy_is_answered(decide, policy, head, rows, amount, expected):
    outcome = decide(rule_set(rows, head=head, policy=policy), facts(amount))

    assert [each["fee"] for each in outcome.results] == expected


def test_more_rows_than_the_policy_allows_are_a_fault(decide):
    outcome = decide(rule_set(NUMBERED, policy="UNIQUE"), facts(2))

    assert [(error.fault, error.rows) for error in outcome.errors] == [(Fault.HIT_POLICY, ("a", "b"))]


def test_facts_that_do_not_fit_are_told(decide):
    outcome = decide(rule_set(NUMBERED), {"amount": "much", "grade": None})

    assert [(error.fact, error.fault) for error in outcome.errors] == [
        ("amount", Fault.WRONG_TYPE),
        ("grade", Fault.MISSING_FACT),
    ]


def test_the_same_version_decides_one_case_after_the_other(decide):
    outcomes = decide(rule_set(NUMBERED, policy="COLLECT"), *(facts(Decimal(n % 5)) for n in range(200)))

    assert [len(outcome.rows) for outcome in outcomes] == [min(n % 5, 3) for n in range(200)]


def test_null_is_admitted_where_it_is_named(decide):
    rows = [(Test(null=True),), (ANYTHING,), (Test(negated=True),), (at_least(1),), (Test(),)]
    outcomes = decide(table(rows), {"n": None}, {"n": 0}, {"n": 1})

    assert [outcome.rows for outcome in outcomes] == [("r0", "r1"), ("r1", "r2"), ("r1", "r2", "r3")]


def test_bounds_are_exact(decide):
    bound = Decimal("0.1") + Decimal("0.2")
    big = Decimal(2**63)
    rows = [
        (Test(intervals=(Interval(bound, bound),)),),
        (Test(intervals=(Interval(big, None, has_low=False),)),),
        (Test(intervals=(Interval(None, bound, has_high=False),)),),
    ]
    outcomes = decide(
        table(rows), {"n": Decimal("0.30")}, {"n": big}, {"n": big + 1}, {"n": Decimal("0." + "2" + "9" * 32)}
    )

    assert [outcome.rows for outcome in outcomes] == [("r0",), (), ("r1",), ("r2",)]


def test_instants_are_compared_as_moments(decide):
    noon = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    rows = [(Test(intervals=(Interval(noon, noon),)),)]
    given_rules = table(rows, inputs=(Column("n", Kind.INSTANT),))
    east = noon.astimezone(dt.timezone(dt.timedelta(hours=8)))

    assert decide(given_rules, {"n": east}).rows == ("r0",)
    assert decide(given_rules, {"n": east + dt.timedelta(microseconds=1)}).rows == ()


@pytest.mark.parametrize("text", ["", '"', "\\", "\n", "\0", "重要", "e\u0301", "☃", "a" * 1000, '{"t":"p1"}'])
def test_texts_of_all_sorts_are_compared_whole(decide, text):
    rows = [(Test(values=(text.replace("e\u0301", "é"),)),), (Test(values=(text + " ",)),)]
    given_rules = table(rows, inputs=(Column("n", Kind.TEXT),))

    assert decide(given_rules, {"n": text}).rows == ("r0",)


def test_names_that_the_engine_keeps_for_itself_are_ordinary_here(decide):
    columns = tuple(Column(name, Kind.NUMBER) for name in ("sid", "id", "t", "a0", "p0", "prime"))
    given_rules = table([(exactly(1),) * 6, (exactly(2), *[ANYTHING] * 5)], inputs=columns)

    assert decide(given_rules, {column.name: 1 for column in columns}).rows == ("r0",)
    assert decide(given_rules, {column.name: 2 for column in columns}).rows == ("r1",)


@pytest.mark.parametrize("policy", [HitPolicy.COLLECT, HitPolicy.FIRST])
@pytest.mark.parametrize("size", [60, 61, 300, 5_000])
def test_a_table_of_any_size_is_answered_in_its_order(decide, policy, size):
    """Also 5,000 rows that all match, and have one test between them: the engine alone crashes at 256 of these."""
    wanted = size if policy is HitPolicy.COLLECT else 1

    assert decide(table([(at_least(0),)] * size, policy), {"n": 1}).rows == tuple(f"r{n}" for n in range(wanted))


def test_a_table_with_thousands_of_different_tests_is_answered(decide):
    outcomes = decide(table([(at_least(n),) for n in range(3_000)]), {"n": -1}, {"n": 0}, {"n": 2_998})

    assert [len(outcome.rows) for outcome in outcomes] == [0, 1, 2_999]


def test_a_table_as_wide_as_it_may_be_is_answered(decide):
    columns = tuple(Column(f"f{number}", Kind.NUMBER) for number in range(60))
    given_rules = table([tuple(exactly(row) for _ in columns) for row in range(400)], inputs=columns)
    same, other = ({column.name: value for column in columns} for value in (399, 400))

    assert decide(given_rules, same).rows == ("r399",)
    assert decide(given_rules, other).rows == ()


def test_a_chain_is_answered(decide):
    outcomes = decide(
        care(),
        {"grade": "NORMAL", "overdue_days": 61, "complaints": 1},
        {"grade": "VIP", "overdue_days": None, "complaints": 3},
        {"grade": "KEY", "overdue_days": 0, "complaints": 0},
    )

    assert [outcome.rows for outcome in outcomes] == [
        ("to_manager", "late", "serious"),
        ("to_manager", "to_director", "complains", "serious"),
        (),
    ]
    assert [outcome.results[0]["level"] for outcome in outcomes] == ["manager", "director", "agent"]


def test_a_rule_with_two_alternatives_that_hold_concludes_once(decide):
    outcome = decide(care(), {"grade": "KEY", "overdue_days": 90, "complaints": 9})

    assert outcome.rows == ("to_manager", "late", "complains", "serious")
    assert outcome.results[0]["points"] == 23


STEPS = tuple(Conclusion(Column(f"c{number:02}", Kind.NUMBER), Decimal(0), Combine.SUM) for number in range(60))


def test_a_chain_of_sixty_rounds_is_answered(decide):
    number = Column("n", Kind.NUMBER)
    names = ["n", *(each.name for each in STEPS)]
    rules = tuple(
        ChainRule(name, (((before, at_least(1)),),), ((name, Calculation("+", Name(before), Constant(Decimal(1)))),))
        for before, name in itertools.pairwise(names)
    )
    found = RuleSet("deep", Words(), "nobody", Chain((number,), STEPS, rules[::-1]))
    outcomes = decide(found, {"n": 1}, {"n": 0}, {"n": 5})

    assert [outcome.results[0]["c59"] for outcome in outcomes] == [61, 0, 65]
    assert [len(outcome.rows) for outcome in outcomes] == [60, 0, 60]


def test_rules_of_a_chain_that_contradict_each_other_are_a_fault_and_the_next_case_is_right(decide):
    columns = Column("n", Kind.NUMBER), Column("it", Kind.NUMBER)
    rules = (
        ChainRule("one", ((("n", at_least(1)),),), (("it", Constant(Decimal(1))),)),
        ChainRule("two", ((("n", at_least(2)),),), (("it", Constant(Decimal(2))),)),
    )
    found = RuleSet("torn", Words(), "nobody", Chain(columns[:1], (Conclusion(columns[1], Decimal(0)),), rules))
    torn, whole = decide(found, {"n": 2}, {"n": 1})

    assert [(error.fault, error.rows) for error in torn.errors] == [(Fault.CONFLICT, ("one", "two"))]
    assert whole.results == ({"it": 1},)


def test_a_chain_of_very_many_rules_in_one_round_is_answered(decide):
    conclusion = Conclusion(Column("it", Kind.NUMBER), Decimal(0), Combine.SUM)
    rules = tuple(
        ChainRule(f"r{n}", ((("n", at_least(n)),), (("n", exactly(-n)),)), (("it", Constant(Decimal(1))),))
        for n in range(1, 2_001)
    )
    found = RuleSet("many", Words(), "nobody", Chain((Column("n", Kind.NUMBER),), (conclusion,), rules))
    outcomes = decide(found, {"n": 2_000}, {"n": 7}, {"n": -7}, {"n": 0})

    assert [outcome.results[0]["it"] for outcome in outcomes] == [2_000, 7, 1, 0]
