"""Files of rules that chain: what is read, and each slip refused with its place and what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.chain import Combine
from rules.engine.chain_file import MOST_ALTERNATIVES, MOST_RULES
from rules.engine.formatting import formatted
from rules.engine.problem import RuleFileError
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES, care
from tests.rules.writing import HEAD, problems_of
from tests.server.running_cli import c360

MARK = "«»"
"""In a text of a test: the place at which the problem is to be."""
TEXT = CARE_HEAD + CARE_RULES


def test_what_a_file_says():
    found = care()
    chain = found.body

    assert found.rows == ("to_manager", "to_director", "late", "complains", "serious")
    assert [column.name for column in chain.outputs] == ["late_payer", "serious", "points", "level"]
    assert [each.combine for each in chain.conclusions] == [
        Combine.AGREE,
        Combine.AGREE,
        Combine.SUM,
        Combine.PRIORITY,
    ]
    assert [[chain.rules[place].id for place in each.rules] for each in chain.rounds] == [
        ["late", "complains"],
        ["serious"],
        ["to_manager", "to_director"],
    ]


def test_cells_are_those_of_tables():
    rules = CARE_RULES.replace('overdue_days: "> 60"', 'overdue_days: "＞ 2 weeks， null"')
    rules = rules.replace("grade: VIP", 'grade: "VIP, KEY"')
    facts = {"grade": "NORMAL", "complaints": 0, "city": None}

    assert evaluate(care(rules), {**facts, "overdue_days": 15}).results[0]["points"] == 5
    assert evaluate(care(rules), {**facts, "overdue_days": 14}).results[0]["points"] == 0
    assert evaluate(care(rules), {**facts, "overdue_days": None}).results[0]["points"] == 5


def test_a_value_in_a_test_may_stand_without_quotes():
    rules = CARE_RULES.replace('overdue_days: "> 60"', "overdue_days: 61").replace('complaints: ">= 2"', "city: null")
    outcome = evaluate(
        care(rules.replace("complaints * 2", "7")), {"grade": "KEY", "overdue_days": 61, "complaints": 1}
    )

    assert outcome.results[0]["points"] == 12


def test_a_text_is_concluded_as_it_stands_and_tested_in_quotes():
    head = CARE_HEAD + "  note: {type: text, default: 无}\n"
    rules = CARE_RULES + """  - {id: noted, when: {city: '"北京"'}, then: {note: 首都 客户}}\n"""
    facts = {"grade": "KEY", "overdue_days": 0, "complaints": 0}

    assert evaluate(care(rules, head=head), {**facts, "city": "北京"}).results[0]["note"] == "首都 客户"
    assert evaluate(care(rules, head=head), {**facts, "city": "上海"}).results[0]["note"] == "无"


def test_a_test_of_anything_always_holds():
    rules = CARE_RULES.replace('complaints: ">= 2"', 'complaints: "-"')

    assert "complains" in evaluate(care(rules), {"grade": "KEY", "complaints": 0}).rows


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("grade: not(VIP)", "«»grad: not(VIP)", "grad is neither an input nor a conclusion (did you mean grade?)"),
        ("grade: not(VIP)", "grade: not(«»VPI)", "did you mean VIP?"),
        ('"> 60"', '"=«»> 60"', "Write >= instead of =>"),
        ('"> 60"', '"> 60 «»hours"', "hours is not a unit of overdue_days. Use"),
        ('"> 60"', "«»[3, 4]", 'stands in quotes: "[3..10)"'),
        ('"> 60"', '«»""', 'missing here. Write "-" for anything'),
        ("{serious: true}\n    then: {level: manager}", "«»{}\n    then: {level: manager}", "a rule needs a test"),
        ("when: {serious: true}", "when: «»[]", "from one to 20 alternatives"),
        ("when: {serious: true}", "when: «»true", "keys with values are expected"),
        (
            "{serious: true}\n    then: {level: manager}",
            "{serious: true}\n    then: «»{}",
            "a rule concludes something",
        ),
        ("{level: manager}", "{«»levle: manager}", "levle is no conclusion of this file (did you mean level?)"),
        ("{level: manager}", "{«»grade: VIP}", "grade is an input: rules conclude only"),
        ("{level: manager}", "{level: «»boss}", "boss"),
        ("points: complaints * 2", "points: «»complants * 2", "did you mean complaints?"),
        ("points: complaints * 2", "points: «»true", "points is of type number"),
        ("id: to_manager", "«»ids: to_manager", "the key ids is not known here (did you mean id?)"),
        ("id: complains", "id: «»late", "rule late is here twice, first in line 22. Give it another id"),
        ("id: complains", "id: «»9 x", "a rule needs a name"),
        ("id: complains", "id: «»true", "a text is expected here"),
        ("{points} points", "{poinst} points", "{poinst} is neither an input nor a conclusion (did you mean points?)"),
        ("combine: sum", "combine: «»some", "some does not combine values of type number (use agree, first, min"),
        (
            "combine: priority",
            "combine: «»sum",
            "sum does not combine values of type enum (use agree, first, priority)",
        ),
        ("default: agent", "default: «»agnet", "did you mean agent?"),
        ("  serious: {type: boolean, default: false}", "  «»serious: {type: boolean}", "serious needs a default"),
        ("  late_payer: {type", "  «»grade: {type", "grade is an input and a conclusion"),
        (
            "  late_payer: {type",
            "  «»more: {type: boolean, default: true}\n  late_payer: {type",
            "no rule concludes more",
        ),
        ("{late_payer: true, complaints:", "{late_payer: true, «»late_payer: true, complaints:", "is here twice"),
        ('[{late_payer: true, complaints: ">= 1"}, {points: ">= 6"}]', "[{points: 6}, «»{points: 6.0}]", "here twice"),
        ("then: {level: director}", "then: {level: director}\n    «»else: {}", "the key else is not known here"),
        ("rules:\n", "«»table: 5\nrules:\n", ""),
        ("conclusions:", "«»outputs:", "the key outputs is not known here"),
        ("then: {level: manager}", "then: {«»level: manager, «»level: agent}", "the key level is here twice"),
        ('{overdue_days: "> 60", grade', "{overdue_days: «»> 60, grade", "in quotes, such as"),
    ],
)
def test_a_slip_is_told_where_it_is(old, new, words):
    marked = TEXT.replace(old, new, 1)
    before = marked.split(MARK)[0] if MARK in new else None
    [problem, *_] = problems_of(marked.replace(MARK, ""))

    assert words in problem.message
    assert problem.path == "fees.yaml"
    if before is not None and words:
        assert problem.line == before.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ("grade: not(VIP)", "grade: not(«»VPI)", "when.grade"),
        ('"> 60"', '"=«»> 60"', "when.overdue_days"),
        ("complaints * 2", "«»complants * 2", "then.points"),
    ],
)
def test_a_slip_in_a_cell_has_its_column_and_says_which_cell(old, new, cell):
    marked = TEXT.replace(old, new, 1)
    [problem] = problems_of(marked.replace(MARK, ""))

    assert problem.cell == cell
    assert problem.column == len(marked.split(MARK)[0].rpartition("\n")[2]) + 1


def test_a_text_without_its_inner_quotes_is_told_how_to_write_it():
    [problem] = problems_of(TEXT.replace("{serious: true, grade: VIP}", "{serious: true, city: 北京}"))

    assert problem.message.endswith("""Write '"北京"', in both kinds of quotes""")


def test_rules_in_a_circle_are_refused_with_the_way_round():
    text = TEXT.replace('{overdue_days: "> 60", grade: not(VIP)}', '{overdue_days: "> 60", level: agent}')
    [problem] = problems_of(text)

    assert problem.message == (
        "these rules go in a circle, each needs what the one before concludes: to_manager (line 15) concludes level, "
        "late (line 22) concludes late_payer, serious (line 28) concludes serious, and to_manager needs serious. "
        "Take one of these tests out"
    )
    assert problem.line == 15


def test_a_rule_that_needs_its_own_conclusion_is_a_circle():
    [problem] = problems_of(TEXT.replace("points: complaints * 2", "points: points * 2"))

    assert "complains (line 25) concludes points, and complains needs points" in problem.message


def test_a_rule_that_says_the_same_as_another_is_refused():
    again = CARE_RULES + "  - {id: again, when: {serious: true}, then: {level: manager}}\n"
    [problem] = problems_of(CARE_HEAD + again)

    assert problem.message == "rule again says the same as rule to_manager. Take one out"


def test_a_file_has_a_table_or_rules():
    [problem] = problems_of(TEXT + HEAD.split("outputs:")[0].replace("rule_set", "table").splitlines()[0] + "\n")

    assert "a table, or rules that chain" in problem.message


def test_too_many_rules_and_alternatives_are_refused():
    rules = "".join(f'  - {{id: r{n}, when: {{n: "{n}"}}, then: {{points: {n}}}}}\n' for n in range(MOST_RULES + 1))
    many = ", ".join(f"{{complaints: {n}}}" for n in range(MOST_ALTERNATIVES + 1))

    assert "a file has from one to 2,000 rules" in problems_of(CARE_HEAD + "rules:\n" + rules)[0].message
    assert "Write more rules" in problems_of(TEXT.replace('{complaints: ">= 2"}', f"[{many}]"))[0].message


def test_a_half_written_file_is_read_or_refused_wherever_it_ends():
    for length in range(0, len(TEXT) - 60, 9):
        assert problems_of(TEXT[:length])


CASES = """\
rule_set: care
clock: 2026-05-01T09:00:00+08:00
usual: {grade: NORMAL, overdue_days: 0, complaints: 0}
cases:
  - {name: 无事, expect: {level: agent, rules: []}}
  - {name: 逾期, given: {overdue_days: 61, complaints: 1}, expect: {points: 5, rules: [to_manager, late, serious]}}
  - {name: 分数太高, given: {complaints: 51}, expect: {error: OUT_OF_RANGE}}
"""


def test_cases_are_run_and_rules_counted(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "care.yaml").write_text(TEXT, "utf-8")
    (tmp_path / "care_test.yaml").write_text(CASES, "utf-8")

    told = "care (客户关怀): 3 of 3 cases pass, 3 of 5 rules covered\n  no case needs: to_director, complains\n"
    assert c360(capsys, "rules", "test", "care.yaml") == (0, told, "")
    assert c360(capsys, "rules", "test", "care.yaml", "--all-rows").code == 1
    assert c360(capsys, "rules", "fmt", "--check", "care.yaml") == (0, "", "")


def test_a_case_that_fails_is_told_in_words_of_rules(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "care.yaml").write_text(TEXT, "utf-8")
    (tmp_path / "care_test.yaml").write_text(CASES.replace("rules: []", "rule: late"), "utf-8")

    assert "expected rule late, and got none" in c360(capsys, "rules", "test", "care.yaml").out
    (tmp_path / "care_test.yaml").write_text(CASES.replace("rules: []", "rule: lat"), "utf-8")
    assert "there is no rule lat (did you mean late?)" in c360(capsys, "rules", "test", "care.yaml").err


def test_lining_up_leaves_it_as_it_is():
    assert formatted(TEXT, "care.yaml") == TEXT


PIECES = st.sampled_from(["|", '"', "'", "\n", "  ", "- ", ": ", "{", "}", "[", "]", "#", "null", "", "&a ", "!t "])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 20), PIECES | st.text(max_size=20))
def test_a_mangled_file_is_read_or_refused_at_a_place(at, length, piece):
    mangled = TEXT[:at] + piece + TEXT[at + length :]

    assert all(1 <= each.line <= mangled.count("\n") + 2 and each.message for each in problems_if_any(mangled))


def problems_if_any(text):
    try:
        read_rule_set(text, "care.yaml")
    except RuleFileError as error:
        return error.problems
    return ()
