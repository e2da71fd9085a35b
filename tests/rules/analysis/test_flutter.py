"""Flutter against counting out, and the slip that it is for: a line to keep that lies above the line to rise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rules.engine.analysis.check import check
from rules.engine.analysis.findings import FindingKind
from rules.engine.expression import Constant, Name
from rules.engine.kinds import Column, Kind
from rules.engine.reference import decide, evaluate
from rules.engine.rule_file import read_rule_set
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet, State, Words
from server.commands.rule_files import LIBRARY
from tests.rules.analysis.small_tables import ALL, COLUMNS, cells
from tests.rules.writing import problems_of, rule_text

GRADES = ("VIP", "KEY", "NORMAL")
ONE_ANSWER = [HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY]
NEXT = Column("next", Kind.ENUM, values=GRADES)


@st.composite
def carrying_tables(draw, policy: HitPolicy) -> DecisionTable:
    """A table that says which grade comes after `grade`, held for `count` days."""
    names = ["grade", "count", draw(st.sampled_from(["value", "day", "open"]))]
    answers = st.sampled_from([*map(Constant, GRADES), Name("grade")])
    rows = draw(st.lists(st.tuples(*map(cells, names), answers), max_size=7))
    default = draw(st.none() | st.sampled_from(GRADES))
    made = tuple(Row(f"r{number}", row[:-1], row[-1:]) for number, row in enumerate(rows))
    inputs = tuple(COLUMNS[name] for name in names)
    return DecisionTable(inputs, (NEXT,), policy, made, None if default is None else (Constant(default),))


def goes_to_and_fro(table, state, other) -> bool:
    """Whether some grade can come back, on the days that suit it, after having been left."""
    name = table.inputs[2].name
    follows: dict[object, set[object]] = {}
    for grade in ALL["grade"]:
        for count in ALL["count"] if state.since else ALL["count"][:1]:
            outcome = decide(table, {"grade": grade, "count": count, name: other})
            if outcome.results and not outcome.errors:
                follows.setdefault(grade, set()).update({outcome.results[0]["next"]} - {grade})
    return any(grade in reached(grade, follows) for grade in follows)


def reached(start, follows):
    found, todo = set(), [start]
    while todo:
        new = follows.get(todo.pop(), set()) - found
        found |= new
        todo.extend(new)
    return found


@pytest.mark.parametrize("policy", ONE_ANSWER)
def test_flutter_is_found_on_exactly_the_facts_on_which_a_grade_can_come_back(policy):
    state = State("next", "grade", "count")

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(carrying_tables(policy))
    def law(table):
        report = check(RuleSet("random", Words(), "nobody", table, state=state))
        found = [each for each in report.findings if each.kind is FindingKind.FLUTTER]
        name = table.inputs[2].name
        told = [other for other in ALL[name] if any(r.admits({name: other}) for each in found for r in each.regions)]

        assert told == [other for other in ALL[name] if goes_to_and_fro(table, state, other)]
        event(f"flutter: {bool(found)}")

    law()


GRADING = (LIBRARY / "grading" / "grading.yaml").read_text("utf-8")


def test_the_shipped_grades_do_not_flutter():
    assert check(read_rule_set(GRADING, "grading.yaml")).findings == ()


def test_a_line_to_keep_above_the_line_to_rise_is_found_with_the_days():
    slipped = GRADING.replace("| key_loyal      | -     ", "| key_loyal      | NORMAL").replace(
        "| key_loyal_keep | KEY           | -             | >= 4万 ",
        "| key_loyal_keep | KEY           | -             | >= 7万 ",
    )
    [finding] = check(read_rule_set(slipped, "grading.yaml")).errors

    assert finding.kind is FindingKind.FLUTTER
    assert finding.sentence.startswith("grade goes to and fro on unchanged facts: KEY → NORMAL → KEY. ")
    [region] = finding.regions
    assert region.words == "value_12m [50000..70000); tenure_years >= 10"
    assert finding.rows == ("normal", "key_loyal")
    assert finding.witness["days_in_grade"] == Decimal(90)
    assert "then {current_grade: NORMAL, days_in_grade: 0}: grade KEY, hold false" in finding.answer
    after = evaluate(read_rule_set(slipped, "grading.yaml"), finding.witness)
    assert [dict(each) for each in after.results] == [{"grade": "NORMAL", "hold": False}]


STATEFUL = """\
inputs:
  amount: {type: number, places: 0, nullable: true}
  grade: {type: enum, values: [VIP, KEY, NORMAL]}
outputs:
  fee: {type: enum, values: [VIP, KEY]}
"""


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("{of: fees, fact: grade}", "fees is not an output of this file (did you mean fee?)"),
        ("{of: fee, fact: grad}", "grad is not an input of this file (did you mean grade?)"),
        ("{of: fee, fact: amount}", "amount cannot hold every value of fee. Give it the same values"),
        ("{of: fee, fact: grade, since: grade}", "grade counts days, so it is a number with places: 0"),
        ("{of: fee}", "the key fact is missing"),
        ("{of: fee, fact: grade, sinse: amount}", "the key sinse is not known here (did you mean since?)"),
    ],
)
def test_a_state_that_cannot_be_is_refused_in_words(state, told):
    table = "| row | amount | grade | => fee |\n| a | - | - | VIP |\n"
    head = rule_text(table).split("inputs:")[0] + STATEFUL + f"state: {state}\n"
    text = f"{head}hit_policy: FIRST\n" + "table: |" + rule_text(table).split("table: |")[1]

    assert told in [each.message for each in problems_of(text)]


def test_a_policy_that_lists_answers_has_no_state():
    text = GRADING.replace("hit_policy: FIRST", "hit_policy: COLLECT")

    assert [each.message for each in problems_of(text)] == [
        "a state needs one answer, and COLLECT does not give one. Leave it out"
    ]
