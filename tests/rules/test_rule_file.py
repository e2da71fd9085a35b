"""Rule files: what is read, and each slip refused with its line, column, cell, and what to write instead."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest

from rules.engine.column_file import MOST_COLUMNS
from rules.engine.kinds import Column, Kind
from rules.engine.problem import RuleFileError, width_of
from rules.engine.reference import evaluate
from rules.engine.rule_file import load_rule_set, read_rule_set
from rules.engine.table import HitPolicy, Words
from rules.engine.yaml_tree import MOST_BYTES, MOST_NODES
from tests.rules.writing import HEAD, TABLE, problems_of, rule_set, rule_text

MARK = "«»"
"""In a text of a test: the place at which the problem is to be."""


def test_what_a_file_says():
    found = rule_set()

    assert (found.name, found.title, found.owner) == ("fees", Words("收费", "Fees"), "service-management")
    assert (found.effective_from, found.effective_until) == (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    amount = Column("amount", Kind.NUMBER, low=Decimal(0), nullable=True, places=2, unit="元")
    assert found.table.inputs == (amount, Column("grade", Kind.ENUM, values=("VIP", "KEY", "NORMAL")))
    assert found.table.policy is HitPolicy.FIRST
    assert [(row.id, row.line) for row in found.table.rows] == [("vip", 13), ("high", 14), ("rest", 15)]


def test_the_columns_have_the_order_of_the_table_and_not_of_the_declarations():
    table = "| row | grade | amount | => fee |\n| a | VIP | 5 | 1 |\n"

    assert [column.name for column in rule_set(table).table.inputs] == ["grade", "amount"]


def test_comments_blank_lines_and_rulers_are_no_rows():
    plain = TABLE.splitlines()
    drawn = [plain[0], "| --- | --- | --- | --- | --- | --- |", "", "# for VIPs", *plain[1:]]

    assert rule_set("\n".join(drawn) + "\n") == rule_set()


def test_the_table_may_stand_before_other_keys():
    head, table = HEAD.replace("owner: service-management\n", ""), rule_text().removeprefix(HEAD)

    for between in ("", "\n", "\n# the owner\n"):
        assert read_rule_set(f"{head}{table}{between}owner: service-management\n", "fees.yaml") == rule_set()


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_endings_of_lines_and_a_byte_order_mark_do_not_matter(ending):
    text = "\ufeff" + rule_text().replace("\n", ending)

    assert read_rule_set(text, "fees.yaml") == rule_set()


def test_all_kinds_can_be_declared():
    head = """\
rule_set: all
title: {zh: 全部, en: All}
owner: nobody
inputs:
  day: {type: date, min: 2026-01-01, max: 2026-12-31}
  at: {type: time, max: "18:00:00"}
  now: {type: instant}
  wait: {type: duration, min: PT0S}
  load: {type: number, units: {dozen: 12}, max: 2 dozen}
  open: {type: boolean}
  note: {type: text}
outputs:
  due: {type: date}
"""
    heading = "| row | day | at | now | wait | load | open | note | => due |\n"
    table = heading + '| a | - | - | - | > @"PT1H" | 1 dozen | - | - | day |\n'
    day = dt.date(2026, 5, 1)
    facts = {
        "day": day,
        "at": dt.time(9),
        "now": dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        "wait": dt.timedelta(hours=2),
        "load": 12,
        "open": True,
        "note": "",
    }
    found = rule_set(table, head=head)

    assert evaluate(found, facts).results == ({"due": day},)
    assert found.table.inputs[1].high == dt.time(18)
    late = evaluate(found, {**facts, "at": dt.time(19), "wait": dt.timedelta(-1), "load": 25})
    assert [error.fact for error in late.errors] == ["at", "wait", "load"]


def test_an_instant_needs_its_offset_from_utc_and_a_time_has_none():
    text = "| row | amount | grade | => fee |\n| a | - | - | 1 |\n"
    head = HEAD.replace("enum, values: [VIP, KEY, NORMAL]", "instant")
    head = head.replace("number, places: 2, min: 0, unit: 元", "time")
    facts = {"amount": dt.time(9, tzinfo=dt.UTC), "grade": dt.datetime(2026, 1, 1)}  # noqa: DTZ001 # what is to be refused

    messages = [error.message for error in evaluate(rule_set(text, head=head), facts).errors]
    assert messages == ["amount needs no offset from UTC", "grade needs an offset from UTC"]


@pytest.mark.parametrize("bad", ["25:00:00", "09:00:00+08:00"])
def test_a_bound_that_is_no_time_is_refused(bad):
    head = HEAD.replace("number, places: 2, min: 0, unit: 元", f'time, max: "{bad}"')

    assert "is no time" in problems_of(rule_text(head=head))[0].message


def test_a_default_is_given_to_all_outputs_or_to_none():
    head = HEAD.replace("fee: {type: number,", "more: {type: number, default: 1}\n  fee: {type: number,")
    table = "| row | amount | grade | => fee | more |\n| a | - | - | 1 | 2 |\n"

    assert "fee needs a default too" in problems_of(rule_text(table, head=head))[0].message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (">= 1000", "=«»> 1000", "Write >= instead of =>"),
        (">= 1000", ">= «»1，000", ""),
        ("VIP      |", "«»VPI      |", "did you mean VIP?"),
        ("| 0  ", "| «»free  ", "is of type number, not free"),
        ("amount / 100", "«»amuont / 100", "did you mean amount?"),
        ("{amount} 元", "«»{amuont} 元", "did you mean amount?"),
        ("hit_policy: FIRST", "hit_policy: «»FRIST", "use UNIQUE"),
        ("owner:", "«»ownr:", "did you mean owner?"),
        ("grade: {type", "«»amount: {type", "the key amount is here twice, first in line 6"),
        ("fee: {type", "«»grade: {type", "is an input and an output"),
        ("type: enum, v", "type: «»enmu, v", "did you mean enum?"),
        ("values: [VIP, KEY, NORMAL]", "values: [VIP, KEY, «»VIP]", "VIP is here twice"),
        ("type: enum, values: [VIP, KEY, NORMAL]", "type: «»enum", "an enum needs its values"),
        ("min: 0", "min: «»zero", "is of type number, not zero"),
        ("min: 0", "min: «»5, max: 3", "min is more than max"),
        ("places: 2", "places: «»2.5", "from 0 for whole numbers to 12"),
        ("places: 2", "places: «»two", "a number is expected here"),
        ("unit: 元", "unit: «»5", "a text is expected here"),
        ("元, nullable: true", "元, nullable: «»yes", "true or false is expected"),
        ("type: enum, values: [VIP, KEY, NORMAL]", "type: text, values: «»[A]", "only an enum has values"),
        ("type: enum, v", "type: enum, unit: «»元, v", "only a number has unit"),
        ("type: enum, v", "type: enum, units: «»{a: 7}, v", "only a number has units"),
        ("type: enum, v", "type: enum, places: «»2, v", "places are of a number"),
        ("type: enum, v", "type: enum, min: «»2, v", "a column of type enum has no min and max"),
        ("unit: 元", "units: {weeks: «»0}", "a unit is a word with a positive number"),
        ("unit: 元", "units: {a b: «»7}", "a unit is a word with a positive number"),
        ("values: [VIP, KEY, NORMAL]", "values: «»VIP", "a list is expected here"),
        ("fee: {type: number,", "«»f-ee: {type: number,", "f-ee is no name"),
        ("until: 2027-01-01", "until: «»2026-01-01", "it is after from"),
        ("until: 2027-01-01", "until: «»2026-13-01", "there is no day 2026-13-01"),
        ("until: 2027-01-01", "until: «»soon", "a date is expected here"),
        ("| high |", "| «»vip |", "row vip is here twice, first in line 13"),
        ("| rest |", "| «»9 x |", "a row needs a name"),
        ("| => fee", "| «»fee", ""),
        ("| grade ", "| «»grad ", "did you mean grade?"),
        ("reason.zh", "«»reason.fr", "did you mean reason."),
        ("table: |", "table: «»>", "write `table: |`"),
        ("owner: service-management", "owner: «»[a, b]", "a text is expected here"),
        ("title: {zh: 收费, en: Fees}", "title: «»Fees", "keys with values are expected here"),
        ("fee: {type: number,", "fee: {type: number, default: «»many,", "is of type number, not many"),
    ],
)
def test_a_slip_is_told_where_it_is(old, new, words):
    marked = rule_text().replace(old, new, 1)
    assert MARK in marked
    before = marked[: marked.index(MARK)]
    [problem, *_] = problems_of(marked.replace(MARK, ""))

    assert words in problem.message
    assert problem.line == before.count("\n") + 1
    if words:
        assert problem.column == len(before.rpartition("\n")[2]) + 1


def test_a_problem_is_told_with_the_line_and_a_caret_under_the_place():
    text = rule_text().replace("其余 ", "其余 {问题} ")
    told = str(problems_of(text)[0])

    first, line, caret = told.splitlines()
    assert first.startswith("fees.yaml:15:")
    assert first.endswith("reason.zh: {问题} is neither an input nor an output (use amount, grade, fee)")
    assert width_of(line[: line.index("{问题}")]) == caret.index("^")


def test_a_row_with_a_slip_is_not_compared_with_others():
    table = "| row | amount | grade | => fee |\n| a | => 5 | - | 1 |\n| b | - | - | 1 |\n"

    assert [(problem.line, problem.cell) for problem in problems_of(rule_text(table))] == [(13, "amount")]


def test_all_slips_are_told_at_once():
    text = rule_text().replace(">= 1000", "=> 1000").replace("not(VIP)", "not(VPI)")

    assert [(problem.line, problem.cell) for problem in problems_of(text)] == [(14, "amount"), (15, "grade")]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "needs a heading"),
        (TABLE.splitlines()[0] + "\n", "and a row below it"),
        ("| row | amount | grade | => fee |\n| a | 5 | VIP |\n", "3 cells, and the heading 4"),
        ("| row | amount | grade | => fee |\n| a | 5 | VIP | 1 | 2 |\n", "5 cells, and the heading 4"),
        ("| row | amount | grade | => fee |\n| a | 5 | VIP | 1\n", "begins and ends with |"),
        ("| row | amount | grade | => fee |\n｜ a ｜ 5 ｜ VIP ｜ 1 ｜\n", "｜ is a pipe of another kind"),
        ('| row | amount | grade | => fee |\n| a | 5 | "VIP | 1 |\n', "is not closed"),
        ("| row | amount | => fee |\n| a | 5 | 1 |\n", "grade is declared, and is no column"),
        ("| row | amount | amount | grade | => fee |\n| a | 5 | 5 | VIP | 1 |\n", "the column amount is here twice"),
        ("| row | amount | grade | => fee |\n| a | 5 | VIP | 1 |\n| b | 5.0 | VIP | 1 |\n", "says the same as row a"),
        ("| name | amount | grade | => fee |\n| a | 5 | VIP | 1 |\n", "the heading is: | row |"),
    ],
)
def test_a_table_that_cannot_be_one_is_refused(table, words):
    assert any(words in problem.message for problem in problems_of(rule_text(table)))


@pytest.mark.parametrize("key", ["rule_set", "title", "owner", "outputs"])
def test_a_key_that_is_missing_is_named(key):
    lines = rule_text().replace("inputs:\n", "inputs: {}\n").splitlines()
    kept = [line for line in HEAD.splitlines() if not line.startswith((f"{key}:", " "))]
    assert len(lines) > len(kept)
    text = "\n".join([*kept, "hit_policy: FIRST", "table: |", "  | row |"])

    assert any(problem.message == f"the key {key} is missing" for problem in problems_of(text))


BOMB = "a: &a [x, x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(50))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("just a text", "keys with values are expected"),
        ("- a\n- b\n", "keys with values are expected"),
        (BOMB, "anchors & and aliases * are not allowed"),
        ("a: *b\n", "anchors & and aliases * are not allowed"),
        ("a: !!python/object/apply:os.system [ls]\n", "is not allowed in rule files"),
        ("a: !mine 5\n", "is not allowed in rule files"),
        ("%TAG ! tag:example.com,2026:\n---\na: 5\n", "tags are not allowed"),
        ("a: 5\n---\nb: 6\n", "a second document begins here"),
        ("a: [1, 2\nb: 3\n", "this is no YAML"),
        ("a: {b: [\n", "this is no YAML"),
        ("\ta: 5\n", "this is no YAML"),
        ("a: \x07\n", "this is no YAML"),
        ("a: b\u2028c\n", "a line separator that is no line feed"),
        ("[" * 100_000, "levels inside each other"),
        ("a: " * 5_000, "this is no YAML"),
        ("? " * 5_000, "levels inside each other"),
        ("- " * 5_000, "levels inside each other"),
        ("? [a, b]\n: c\n", "a key is one word"),
        ("[" + "a," * (MOST_NODES + 1) + "]", "more than 40,000 values"),
        ("x" * (MOST_BYTES + 1), "a rule file has at most 2,000,000"),
        (rule_text()[: len(HEAD) // 2], ""),
    ],
)
def test_what_is_no_rule_file_is_refused_in_words_and_in_time(text, words):
    begun = time.perf_counter()
    [problem, *_] = problems_of(text)

    assert words in problem.message
    assert time.perf_counter() - begun < 20


def test_a_half_written_file_is_refused_wherever_it_ends_within_a_row():
    text = rule_text()
    first = text.index("| vip")
    after_a_row = {text[:at].rstrip() for at, one in enumerate(text + "\n") if one == "\n" and at > first}
    for length in range(len(text)):
        if text[:length].rstrip() in after_a_row:
            continue
        assert problems_of(text[:length])


def test_more_columns_than_a_table_may_have_are_refused():
    head = HEAD.replace("  grade:", "".join(f"  c{n}: {{type: text}}\n" for n in range(MOST_COLUMNS)) + "  grade:")

    assert f"more than {MOST_COLUMNS} columns" in problems_of(rule_text(head=head))[0].message


def test_a_file_that_is_wrong_everywhere_does_not_drown_the_reader():
    rows = "".join(f"| r{n} | => {n} | VPI | x |\n" for n in range(1_000))

    assert len(problems_of(rule_text("| row | amount | grade | => fee |\n" + rows))) == 50


def test_two_thousand_rows_are_read_in_time():
    rows = "".join(
        f"| r{n} | [{n}..{n + 1}) | {'VIP' if n % 2 else 'KEY'} | {n} | 原因 {n} | reason {n} |\n" for n in range(2_000)
    )
    begun = time.perf_counter()
    found = rule_set(TABLE.splitlines()[0] + "\n" + rows)

    assert time.perf_counter() - begun < 15
    assert evaluate(found, {"amount": 1999, "grade": "VIP"}).rows == ("r1999",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x" * 10_000_000, "the file is 10,000,000 bytes large"),
        (b"rule_set: a\nowner: \xff\n", "not UTF-8"),
        ("rule_set: 分级\n".encode("gbk"), "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, data, words):
    path = tmp_path / "fees.yaml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(RuleFileError, match=words):
        load_rule_set(path)
