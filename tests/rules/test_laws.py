"""Laws of the rules' language, over random tables, cells and rubbish."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine.cell import Dialect, read_test
from rules.engine.dmn_reading import DmnError, read_dmn
from rules.engine.dmn_writing import write_dmn
from rules.engine.expression import read_expression, value_in
from rules.engine.formatting import formatted
from rules.engine.kinds import Fault, Kind, MisfitError
from rules.engine.pipes import aligned, cells_of, is_row
from rules.engine.problem import CellError, RuleFileError, width_of
from rules.engine.reference import decide, evaluate
from rules.engine.rule_file import read_rule_set
from rules.engine.table import DecisionTable, HitPolicy, Row, Words
from tests.rules.worlds import EXPRESSIONS, FACTS, NUMBERS, OF_KIND, cells_of_kind, column_of, worlds
from tests.rules.writing import rule_text

many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
kinds = pytest.mark.parametrize("kind", Kind)


@many
@given(worlds())
def test_a_random_table_answers_as_a_few_lines_of_python_say(world):
    outcome = evaluate(read_rule_set(world.text(), "levels.yaml"), world.facts)

    faults = [error.fault for error in outcome.errors]
    got = "VIOLATED" if faults == [Fault.HIT_POLICY] else [each["out"] for each in outcome.results]
    assert got == world.answer()


@many
@given(worlds())
def test_lining_up_changes_blanks_alone_and_twice_changes_nothing(world):
    text = world.text()
    lined_up = formatted(text, "levels.yaml")

    assert lined_up.replace(" ", "") == text.replace(" ", "")
    assert formatted(lined_up, "levels.yaml") == lined_up
    assert read_rule_set(lined_up, "levels.yaml") == read_rule_set(text, "levels.yaml")


@many
@given(st.lists(st.lists(st.text("ab 重é,。（[", max_size=6), min_size=3, max_size=3), min_size=1, max_size=5))
def test_pipes_stand_under_each_other_on_a_screen(rows):
    lines = [f"  | {' | '.join(cells)} |" for cells in rows]
    lined_up = aligned(lines)

    places = [[width_of(line[:at]) for at, one in enumerate(line) if one == "|"] for line in lined_up]
    assert all(each == places[0] for each in places)
    assert [[cell.text for cell in cells_of(line)] for line in lined_up] == [[c.strip() for c in row] for row in rows]


@kinds
def test_a_test_is_read_as_it_is_written(kind):
    @many
    @given(cells_of_kind(kind), OF_KIND[kind])
    def law(test, value):
        again = read_test(str(test), column_of(kind), Dialect(strict=False))

        assert again == test
        assert again.admits(value) == test.admits(value)

    law()


@many
@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys(FACTS, NUMBERS)))
def test_an_expression_is_read_as_it_is_written(expression, facts):
    again = read_expression(str(expression), column_of(Kind.NUMBER), FACTS)

    assert str(again) == str(expression)
    assert told(again, facts) == told(expression, facts)


def told(expression, facts):
    try:
        return value_in(expression, facts)
    except MisfitError as error:
        return error.fault


@st.composite
def tables(draw):
    """A table of one input of each kind and one output, without what DMN has no words for."""
    inputs = tuple(column_of(kind, f"的 {kind}") for kind in Kind)
    output = column_of(Kind.ENUM, "out")
    default = draw(st.none() | OF_KIND[Kind.ENUM])
    constant = lambda value: read_expression("null" if value is None else f'"{value}"', output, {})  # noqa: E731
    words = st.text("ab <>&\"'重。", max_size=8).map(str.strip)
    rows = [
        Row(
            f"r{number}",
            tuple(draw(cells_of_kind(column.kind).filter(storable)) for column in inputs),
            (constant(draw(st.none() | OF_KIND[Kind.ENUM])),),
            Words(draw(words), draw(words)),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    policies = st.sampled_from([each for each in HitPolicy if not each.is_total or each is HitPolicy.COUNT])
    return DecisionTable(
        inputs, (output,), draw(policies), tuple(rows), None if default is None else (constant(default),)
    )


def storable(test) -> bool:
    """Whether XML can hold its texts: it has no control characters and no halves of pairs."""
    text = "".join(str(value) for value in test.values)
    return all(one >= " " and not 0xD800 <= ord(one) < 0xE000 and ord(one) not in (0xFFFE, 0xFFFF) for one in text)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_a_table_is_the_same_out_to_dmn_and_in(table):
    assert read_dmn(write_dmn({"决策 <1>": table})) == {"决策 <1>": table}


RUBBISH = st.text('0159.-+*/()[]<>=!,"\\ @%abnotuldeVIP元万，；＞（）【】“”年\t\x00é', max_size=60) | st.text(
    max_size=60
)


def refusal(error: type[Exception], read, *arguments):
    """The error with which something is refused; None if it is read."""
    try:
        read(*arguments)
    except error as refused:
        return refused
    return None


@kinds
def test_rubbish_in_a_cell_is_read_or_refused_with_its_place(kind):
    column = column_of(kind)

    @settings(max_examples=300, deadline=None)
    @given(RUBBISH)
    def law(text):
        refusals = [
            refusal(CellError, read_test, text, column),
            refusal(CellError, read_expression, text, column, FACTS),
        ]
        assert all(0 <= each.at <= len(text) and each.in_words() for each in refusals if each)

    law()


PIECES = st.sampled_from(["|", '"', "\n", "  ", "- ", "&a ", "*a", "!t ", ": ", "{", "[", "]", "#", "\t", "", "%"])


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(rule_text())), st.integers(0, 20), PIECES | RUBBISH)
def test_a_mangled_rule_file_is_read_or_refused_in_time(at, length, piece):
    mangled = rule_text()[:at] + piece + rule_text()[at + length :]
    begun = time.perf_counter()
    refused = refusal(RuleFileError, read_rule_set, mangled, "fees.yaml")

    assert time.perf_counter() - begun < 5
    lines = mangled.count("\n") + 1
    assert refused is None or all(1 <= problem.line <= lines + 1 for problem in refused.problems)


DMN_FILE = write_dmn({"Fees": read_rule_set(rule_text(), "fees.yaml").table})
TAGS = st.sampled_from(["<text>", "</rule>", "&lol;", "<!DOCTYPE x>", "<input/>"])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DMN_FILE)), st.integers(0, 40), RUBBISH | TAGS)
def test_a_mangled_dmn_file_is_read_or_refused(at, length, piece):
    mangled = (DMN_FILE[:at] + piece + DMN_FILE[at + length :]).encode("utf-8", "replace")

    refused = refusal(DmnError, decide_all, mangled)
    assert refused is None or str(refused)


def decide_all(data: bytes) -> None:
    for table in read_dmn(data).values():
        decide(table, {"amount": None, "grade": "VIP"})


def test_rows_are_told_from_comments_and_rulers():
    assert [is_row(line) for line in ["| a |", "", "  # | a |", "| --- | :---: |", "| - |", "|"]] == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]
