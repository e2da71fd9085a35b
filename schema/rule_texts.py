"""What an analyst asks about the text of a rule file: is it right, do its cases pass, what does it change."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
import strawberry

from resolvers.reading import Argument, finding, listed, one, traversal
from resolvers.reading import column as attribute  # two types have a field of that name
from resolvers.rule_sets import questions
from resolvers.scopes import rule_scope
from rules.engine.checking import MOST_PROBLEMS
from rules.workbench import told
from rules.workbench.told import (
    MOST_CELLS,
    MOST_DIFFERING,
    MOST_FINDINGS,
    MOST_LISTED,
    MOST_NAMES,
    MOST_REGIONS,
    RuleChangeKind,
    RuleFindingKind,
    RuleFindingSeverity,
    RuleText,
    RuleVerdict,
)
from schema.arguments import read_id
from schema.links import RuleVersionLink
from store.types import Uid

FOR_WHOM: Final = "For managers, supervisors, analysts and auditors; nothing is kept."
PROBLEMS: Final = "What is wrong in the text, at most 50; empty where it can be read."
WITNESS: Final = "Facts that show it, in the order of the inputs; made up, they are no customer's."
CELLS: Final = "The tests, a cell for each input that is constrained; the others may have any value."

TEXT: Final = Argument(str, "The text of a rule file, no larger than a request may be.", sa.Text())
CASES: Final = Argument(str, "The text of the file of its cases.", sa.Text())


@finding(told.ToldProblem, "Something that is wrong in the text of a rule file. 规则文本问题")
class RuleTextProblem:
    """A slip with its place."""

    text: RuleText = attribute(lambda p: p.text, "In which of the texts.")
    line: int = attribute(lambda p: p.line, "The line, from 1.")
    column: int = attribute(lambda p: p.column, "The character in the line, from 1.")
    cell: str = attribute(lambda p: p.cell, "The column of the table, as the text names it; empty outside of it.")
    message: str = attribute(lambda p: p.message, "What is wrong, and what to write instead.")
    source: str = attribute(lambda p: p.source, "The line as it is written; may be empty.")


@finding(told.ToldName, "A row of a rule set. 规则行")
class RuleRowName:
    """By its name."""

    name: str = attribute(lambda r: r.name, "The row's name.")


@finding(told.ToldCell, "A test of an input, as a cell of a row has it. 单元格")
class RuleCell:
    """An input and its test."""

    input: str = attribute(lambda c: c.input, "The input.")
    test: str = attribute(lambda c: c.test, "The test; it can be pasted into a row.")


@finding(told.ToldValue, "A fact of an example. 示例事实")
class RuleFact:
    """A named value."""

    name: str = attribute(lambda f: f.name, "The input.")
    value: str | None = attribute(lambda f: f.value, "Its value as text; not set where it is not known.")
    unit: str = attribute(lambda f: f.unit, "The unit of the value, such as 元; empty without one.")


@finding(told.ToldRegion, "Facts that belong together: those that all the tests admit. 事实区域")
class RuleRegion:
    """Tests of inputs."""

    words: str = attribute(lambda r: r.words, "The tests in one line.")
    cells: list[RuleCell] = listed(lambda r: r.cells, CELLS, most=MOST_CELLS)


@finding(told.ToldFinding, "Something that is proved wrong in a rule set, or looks so. 检查结果")
class RuleFinding:
    """What, where, and facts that show it."""

    kind: RuleFindingKind = attribute(lambda f: f.kind, "What is wrong.")
    severity: RuleFindingSeverity = attribute(lambda f: f.severity, "How bad it is.")
    sentence: str = attribute(lambda f: f.sentence, "A sentence for people, in English.")
    line: int | None = attribute(lambda f: f.line, "The line, from 1; not set where it is about the whole table.")
    column: int | None = attribute(lambda f: f.column, "The character in the line where the row begins, from 1.")
    rows: list[RuleRowName] = listed(lambda f: f.rows, "The rows that it is about, 100 at most.", most=MOST_NAMES)
    regions: list[RuleRegion] = listed(lambda f: f.regions, "On which facts, 10 at most.", most=MOST_REGIONS)
    is_all: bool = attribute(lambda f: f.is_all, "Whether these regions are all facts that are concerned.")
    witness: list[RuleFact] = listed(lambda f: f.witness, WITNESS, most=MOST_CELLS)
    answer: str | None = attribute(
        lambda f: f.answer, "What the rules answer on the facts of `witness`; not set where no facts show it."
    )


@finding(told.ToldKind, "A kind of finding of which there are more than are listed.")
class RuleFindingsLeftOut:
    """The kind."""

    kind: RuleFindingKind = attribute(lambda k: k.kind, "What is wrong.")


@finding(told.ToldCheck, "Everything that can be proved wrong in a rule set. 规则检查", scope=rule_scope)
class RuleCheck:
    """The findings, errors first; or why the text cannot be read."""

    rule_set: str | None = attribute(lambda c: c.rule_set, "Its name; not set where the text cannot be read.")
    error_count: int = attribute(lambda c: c.errors, "How many findings are errors; warnings may stay.")
    finding_count: int = attribute(lambda c: c.count, "How many findings there are.")
    findings: list[RuleFinding] = listed(
        lambda c: c.findings, f"The findings, errors first, {MOST_FINDINGS} at most.", most=MOST_FINDINGS
    )
    more: list[RuleFindingsLeftOut] = listed(
        lambda c: c.more,
        "The kinds of which there are so many that they are not all counted.",
        most=len(RuleFindingKind),
    )
    problems: list[RuleTextProblem] = listed(lambda c: c.problems, PROBLEMS, most=MOST_PROBLEMS)


@finding(told.ToldDifference, "In what a case came out otherwise than it expects.")
class RuleCaseDifference:
    """In words."""

    sentence: str = attribute(lambda d: d.sentence, "What was expected, and what came.")


@finding(told.ToldCase, "How a case of a rule set ended. 测试用例")
class RuleCase:
    """The case, and its differences."""

    name: str = attribute(lambda c: c.name, "The case's name.")
    line: int = attribute(lambda c: c.line, "Its line in the file of the cases, from 1.")
    passed: bool = attribute(lambda c: c.passed, "Whether it came out as it expects.")
    differences: list[RuleCaseDifference] = listed(
        lambda c: c.differences, "In what it did not; empty where it passed.", most=MOST_NAMES
    )


@finding(told.ToldTest, "How the cases of a rule set ended. 规则测试", scope=rule_scope)
class RuleTest:
    """The cases, and the rows that none needs; or why the texts cannot be read."""

    rule_set: str | None = attribute(lambda t: t.rule_set, "Its name; not set where the text cannot be read.")
    case_count: int = attribute(lambda t: t.case_count, "How many cases there are.")
    passed_count: int = attribute(lambda t: t.passed_count, "How many passed.")
    row_count: int = attribute(lambda t: t.row_count, "How many rows there are; of rules that chain, how many rules.")
    covered_count: int = attribute(lambda t: t.covered_count, "How many rows gave a case its result.")
    cases: list[RuleCase] = listed(
        lambda t: t.cases, f"The cases, those that failed first, {MOST_LISTED:,} at most.", most=MOST_LISTED
    )
    uncovered: list[RuleRowName] = listed(
        lambda t: t.uncovered, f"The rows that no case needs, {MOST_LISTED:,} at most.", most=MOST_LISTED
    )
    problems: list[RuleTextProblem] = listed(lambda t: t.problems, PROBLEMS, most=MOST_PROBLEMS)


@finding(told.ToldText, "The text of a rule file with its table lined up. 规则排版", scope=rule_scope)
class FormattedRules:
    """The text; or why it cannot be read."""

    text: str | None = attribute(lambda t: t.text, "The text; not set where it cannot be read.")
    is_changed: bool = attribute(lambda t: t.is_changed, "Whether it is another one than was given.")
    problems: list[RuleTextProblem] = listed(lambda t: t.problems, PROBLEMS, most=MOST_PROBLEMS)


@finding(told.ToldChange, "Something that was changed from one text of a rule set to the next. 规则变更")
class RuleChange:
    """In words."""

    kind: RuleChangeKind = attribute(lambda c: c.kind, "What was done.")
    of: str = attribute(lambda c: c.of, "The row, column or key that it was done to.")
    sentence: str = attribute(lambda c: c.sentence, "A sentence for people, in English.")


@finding(told.ToldDiffering, "Facts on which two texts of a rule set answer differently. 差异区域")
class RuleDifferingRegion:
    """The facts, an example, and both answers."""

    words: str = attribute(lambda r: r.words, "The tests in one line.")
    cells: list[RuleCell] = listed(lambda r: r.cells, CELLS, most=MOST_CELLS)
    is_certain: bool = attribute(
        lambda r: r.is_certain, "Whether they differ on all of these facts; else, with calculated outputs, on some."
    )
    witness: list[RuleFact] = listed(lambda r: r.witness, WITNESS, most=MOST_CELLS)
    before: str = attribute(lambda r: r.before, "What the earlier one answers on the facts of `witness`.")
    after: str = attribute(lambda r: r.after, "What the text that was given answers on them.")


@finding(questions.Comparison, "A text of a rule set compared with an earlier one. 规则比较", scope=rule_scope)
class RuleDiff:
    """What was changed, and where the answers differ; or why the texts cannot be read."""

    rule_set: str | None = attribute(lambda d: d.rule_set, "Its name; not set where the text cannot be read.")
    against: RuleVersionLink | None = one(
        lambda d, v: v.id == d.version_id, "The version that it was compared with; not set where that was another text."
    )
    verdict: RuleVerdict | None = attribute(
        lambda d: d.verdict, "What is known of the answers; not set where there are problems."
    )
    sentence: str | None = attribute(lambda d: d.sentence, "The same for people, in English.")
    change_count: int = attribute(lambda d: d.change_count, "How many changes there are.")
    changes: list[RuleChange] = listed(
        lambda d: d.changes,
        f"The changes: of keys, of inputs and outputs, then of rows; {MOST_LISTED:,} at most.",
        most=MOST_LISTED,
    )
    regions: list[RuleDifferingRegion] = listed(
        lambda d: d.regions, "On which facts the answers differ, 20 regions at most.", most=MOST_DIFFERING
    )
    is_all: bool = attribute(lambda d: d.is_all, "Whether these regions are all facts on which answers differ.")
    problems: list[RuleTextProblem] = listed(lambda d: d.problems, PROBLEMS, most=2 * MOST_PROBLEMS)


@strawberry.type
class RuleTextQuestions:
    """Entries that compute something of texts. Each is paid for as much as it may take, not by its rows."""

    check_rules: RuleCheck | None = traversal(
        questions.check,
        f"What can be proved wrong in a rule set: gaps, overlaps, rows that never decide. 检查规则 {FOR_WHOM}",
        needs=[],
        arguments={"text": TEXT},
        weight=300,
    )
    test_rules: RuleTest | None = traversal(
        questions.test,
        f"How the cases of a rule set end. 测试规则 {FOR_WHOM}",
        needs=[],
        arguments={"text": TEXT, "cases": CASES},
        weight=300,
    )
    format_rules: FormattedRules | None = traversal(
        questions.line_up,
        f"The same text with its table lined up: nothing but blanks between pipes changes. 规则排版 {FOR_WHOM}",
        needs=[],
        arguments={"text": TEXT},
        weight=100,
    )
    diff_rules: RuleDiff | None = traversal(
        questions.compare,
        "What a text changes, and on exactly which facts it answers otherwise than another text, than a version, or,"
        f" without both, than the version in force of its rule set. 比较规则 {FOR_WHOM}",
        needs=[],
        arguments={
            "text": TEXT,
            "before": Argument(str | None, "The text to compare with.", sa.Text()),
            "version_id": Argument(
                strawberry.ID | None,
                "The version to compare with, by its global id.",
                Uid(),
                convert=lambda text: None if text is None else read_id("RuleVersion")(text),
            ),
        },
        weight=300,
    )
