"""What an analyst asks about texts of rules: what the command line tells, broken texts, and who may ask."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.rule_sets.library import LIBRARY, shipped
from rules.engine.case_file import SUFFIX, path_of_cases
from rules.workbench.told import MOST_LISTED
from server.identity.reach import REACH
from tests.commands.worlds import built
from tests.factories.rule_version import FEES
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.writing import CASES, TABLE, rule_text
from tests.server.running_cli import c360

pytestmark = pytest.mark.anyio

GAP = rule_text(TABLE.replace("not(VIP)", "NORMAL"))
PROBLEMS = "problems { text line column cell message source }"
CHECK = f"""query($text: String!) {{ checkRules(text: $text) {{
    ruleSet errorCount findingCount more {{ kind }} {PROBLEMS}
    findings {{
      kind severity sentence line column rows {{ name }} isAll answer
      regions {{ words cells {{ input test }} }} witness {{ name value unit }}
    }} }} }}"""
TEST = f"""query($text: String!, $cases: String!) {{ testRules(text: $text, cases: $cases) {{
    ruleSet caseCount passedCount rowCount coveredCount {PROBLEMS}
    cases {{ name line passed differences {{ sentence }} }} uncovered {{ name }} }} }}"""
FORMAT = f"query($text: String!) {{ formatRules(text: $text) {{ text isChanged {PROBLEMS} }} }}"
DIFF = f"""query($text: String!, $before: String, $versionId: ID) {{
  diffRules(text: $text, before: $before, versionId: $versionId) {{
    ruleSet verdict sentence changeCount isAll {PROBLEMS} against {{ number text }}
    changes {{ kind of sentence }}
    regions {{ words cells {{ input test }} isCertain before after witness {{ name value unit }} }} }} }}"""


def told_by_the_command(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Any:
    return json.loads(c360(capsys, "rules", *map(str, arguments), "--json").out)


def shipped_files() -> list[Path]:
    return [path for path in sorted(LIBRARY.rglob("*.yaml")) if not path.stem.endswith(SUFFIX)]


def as_the_command_tells(finding: Any) -> Any:
    """A finding in the words of `c360 rules check --json`."""
    return {
        "kind": finding["kind"].lower().replace("_", " "),
        "severity": finding["severity"].lower(),
        "line": finding["line"],
        "rows": [row["name"] for row in finding["rows"]],
        "sentence": finding["sentence"],
        "regions": [{cell["input"]: cell["test"] for cell in region["cells"]} for region in finding["regions"]],
        "is_all": finding["isAll"],
        "witness": _facts(finding["witness"]) or None,
        "answer": finding["answer"],
    }


def _facts(values: Any) -> Any:
    return {value["name"]: value["value"] for value in values}


def as_text(facts: Any) -> Any:
    """Facts of the command line, booleans as GraphQL has them."""
    return facts and {
        name: {True: "true", False: "false"}.get(v, v) if isinstance(v, bool) else v for name, v in facts.items()
    }


@pytest.mark.parametrize("path", [*shipped_files(), None], ids=lambda path: path.stem if path else "gap")
async def test_the_check_finds_what_the_command_finds(ask, capsys, tmp_path, path):
    if path is None:
        path = tmp_path / "fees.yaml"
        path.write_text(GAP, "utf-8")
    [expected] = told_by_the_command(capsys, "check", path)["rule_sets"]

    found = await ask(CHECK, text=path.read_text("utf-8"))

    assert (found["ruleSet"], found["errorCount"]) == (expected["rule_set"], expected["errors"])
    assert found["findingCount"] == len(expected["findings"])
    findings = [{**each, "witness": as_text(each["witness"])} for each in expected["findings"]]
    assert [as_the_command_tells(each) for each in found["findings"]] == findings
    assert (found["more"], found["problems"]) == ([], [])


async def test_a_gap_has_its_region_as_cells_and_a_witness_with_its_answer(ask):
    found = await ask(CHECK, text=GAP)

    [finding] = found["findings"]
    assert (finding["kind"], finding["severity"], finding["answer"]) == ("GAP", "ERROR", "nothing")
    cells = [{"input": "amount", "test": "< 1000, null"}, {"input": "grade", "test": '"KEY"'}]
    assert finding["regions"] == [{"words": "amount < 1000, null; grade KEY", "cells": cells}]
    assert finding["witness"] == [
        {"name": "amount", "value": "0", "unit": "元"},
        {"name": "grade", "value": "KEY", "unit": ""},
    ]


async def test_a_row_that_never_decides_is_found_at_its_place(ask):
    text = rule_text(TABLE.replace("| vip  | -       | VIP  ", "| vip  | -       | -    "))

    findings = (await ask(CHECK, text=text))["findings"]

    dead = next(each for each in findings if each["kind"] == "SHADOWED")
    assert text.splitlines()[dead["line"] - 1][dead["column"] - 1 :].startswith("| high")
    assert dead["rows"][0] == {"name": "high"}


BROKEN = rule_text(TABLE.replace("| VIP      |", "| VPI      |"))


async def test_a_slip_is_an_answer_with_its_place(ask):
    for found in [
        await ask(CHECK, text=BROKEN),
        await ask(TEST, text=BROKEN, cases=CASES),
        await ask(DIFF, text=BROKEN, before=rule_text()),
        await ask(DIFF, text=BROKEN),
    ]:
        [problem] = found["problems"]
        assert (problem["text"], problem["cell"], found["ruleSet"]) == ("TEXT", "grade", None)
        assert BROKEN.splitlines()[problem["line"] - 1] == problem["source"]
        assert problem["source"][problem["column"] - 1 :].startswith("VPI")
        assert "did you mean VIP?" in problem["message"]


NASTY = [
    "",
    "\x01",
    "a: \x7f",
    "\u2028",
    "- [",
    "a: &a [*a]",
    "x" * 3_000,
    "{" * 300,
    "rule_set: [\n" * 50,
    "# 规则\r\n\t",
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
async def test_no_text_is_too_odd_for_an_answer(ask, text):
    for found in [
        await ask(CHECK, text=text),
        await ask(TEST, text=text, cases=text),
        await ask(DIFF, text=text, before=text),
    ]:
        assert found["problems"]
        assert found["ruleSet"] is None


async def test_characters_that_no_store_can_hold_are_told_in_another_way(ask):
    odd = CASES.replace("name: VIP,", 'name: "V\\0P",')

    found = await ask(TEST, text=rule_text(), cases=odd)

    assert "V\ufffdP" in {case["name"] for case in found["cases"]} | {each["message"] for each in found["problems"]}


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: path.stem)
async def test_cases_end_as_on_the_command_line(ask, capsys, path):
    [expected] = told_by_the_command(capsys, "test", path)["rule_sets"]

    found = await ask(TEST, text=path.read_text("utf-8"), cases=path_of_cases(path).read_text("utf-8"))

    assert (found["ruleSet"], found["rowCount"]) == (expected["rule_set"], len(expected["rows"]))
    assert found["caseCount"] == found["passedCount"] == len(expected["cases"])
    assert [(c["name"], c["line"], c["differences"]) for c in found["cases"]] == [
        (c["name"], c["line"], c["differences"]) for c in expected["cases"]
    ]
    assert [row["name"] for row in found["uncovered"]] == expected["uncovered"]


async def test_a_case_that_fails_comes_first_with_its_differences_and_rows_without_a_case_are_named(ask):
    cases = CASES.replace("expect: {fee: 5, rows: [rest]}", "expect: {fee: 6, rows: [rest]}")
    cases = "\n".join(line for line in cases.splitlines() if "name: much" not in line)

    found = await ask(TEST, text=rule_text(), cases=cases)

    assert (found["caseCount"], found["passedCount"], found["rowCount"], found["coveredCount"]) == (3, 2, 3, 2)
    assert (found["cases"][0]["name"], found["cases"][0]["passed"]) == ("little", False)
    assert found["cases"][0]["differences"] == [{"sentence": "expected fee 6, and got 5"}]
    assert [case["passed"] for case in found["cases"][1:]] == [True, True]
    assert found["uncovered"] == [{"name": "high"}]


async def test_a_slip_in_the_cases_is_told_of_them(ask):
    found = await ask(TEST, text=rule_text(), cases=CASES.replace("expect: {fee: 0", "expect: {fees: 0"))

    assert {problem["text"] for problem in found["problems"]} == {"CASES"}
    assert found["ruleSet"] == "fees"


async def test_a_table_is_lined_up(ask, capsys, tmp_path):
    crooked, path = rule_text().replace("| vip  | -       |", "| vip | - |"), tmp_path / "fees.yaml"
    path.write_text(crooked, "utf-8")
    c360(capsys, "rules", "fmt", str(path))
    expected = path.read_text("utf-8")

    found = await ask(FORMAT, text=crooked)

    assert found == {"text": expected, "isChanged": True, "problems": []}
    assert "| vip  | -       |" in expected
    assert await ask(FORMAT, text=expected) == {"text": expected, "isChanged": False, "problems": []}
    broken = await ask(FORMAT, text="a: [")
    assert (broken["text"], len(broken["problems"])) == (None, 1)


async def test_two_texts_are_compared_as_on_the_command_line(ask, capsys, tmp_path):
    before, after = rule_text(), rule_text(TABLE.replace(">= 1000", ">= 2000"))
    paths = tmp_path / "before.yaml", tmp_path / "after.yaml"
    for path, text in zip(paths, (before, after), strict=True):
        path.write_text(text, "utf-8")
    expected = told_by_the_command(capsys, "diff", *paths)

    found = await ask(DIFF, text=after, before=before)

    assert (found["verdict"].lower(), found["sentence"]) == (expected["verdict"], expected["sentence"])
    assert [(c["kind"].lower(), c["of"], c["sentence"]) for c in found["changes"]] == [
        (c["kind"], c["of"], c["sentence"]) for c in expected["changes"]
    ]
    assert found["changeCount"] == len(expected["changes"]) == 1
    [region], [other] = found["regions"], expected["regions"]
    assert {cell["input"]: cell["test"] for cell in region["cells"]} == other["region"]
    assert _facts(region["witness"]) == as_text(other["witness"])
    assert (region["before"], region["after"], region["isCertain"]) == (
        other["before"],
        other["after"],
        other["is_certain"],
    )
    assert (found["isAll"], found["against"], found["problems"]) == (expected["is_all"], None, [])


async def test_a_text_is_compared_with_what_is_in_force_or_with_a_version(ask):
    world = await built(ask.database)
    text = FEES.text.replace("贵宾", "贵宾客户")

    in_force = await ask(DIFF, text=FEES.text)
    document = "{ ruleSets(first: 10) { name versions(first: 100) { id number } } }"
    [versions] = [each["versions"] for each in (await ask(document)) if each["name"] == "fees"]
    first = next(each for each in versions if each["number"] == 1)
    named = await ask(DIFF, text=FEES.text, versionId=first["id"])
    shipped_one = await ask(DIFF, text=shipped()["grading"].text)

    assert world is not None
    assert text != FEES.text
    assert (in_force["verdict"], in_force["changes"], in_force["against"]["number"]) == ("EQUAL", [], 2)
    assert named["against"]["number"] == 1
    assert (shipped_one["verdict"], shipped_one["against"]["number"]) == ("EQUAL", 1)


async def test_what_cannot_be_compared_is_told(ask):
    other = rule_text().replace("rule_set: fees", "rule_set: dues")
    chain = f"{CARE_HEAD}{CARE_RULES}"

    nothing = await ask(DIFF, text=other)
    unknown = await ask(DIFF, text=other, versionId="RuleVersion:00000000-0000-4000-8000-000000000000")
    chained = await ask(DIFF, text=chain, before=other)
    both = await ask.reply(DIFF, text=other, before=other, versionId="RuleVersion:00000000-0000-4000-8000-000000000000")
    bad = await ask.reply(DIFF, text=other, versionId="Customer:1")

    assert "no version of dues is in force" in nothing["problems"][0]["message"]
    assert unknown["problems"][0]["text"] == "BEFORE"
    assert "only decision tables can be compared" in chained["problems"][0]["message"]
    assert [reply["errors"][0]["extensions"]["code"] for reply in (both, bad)] == ["BAD_LOOKUP", "BAD_ID"]
    assert both["data"] == {"diffRules": None}


EMPTY = ([], {"nodes": []})
"""What lists give of which there is nothing."""

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "rules.md"


async def test_the_documents_of_the_page_are_answered(ask):
    section = PAGE.read_text("utf-8").partition("## The same through GraphQL")[2]
    documents = re.findall(r"^```graphql\n(query (\w+).*?)^```$", section, re.MULTILINE | re.DOTALL)
    given = {"text": shipped()["grading"].text, "cases": shipped()["grading"].cases}

    for document, name in documents:
        found = await ask(document, **{key: text for key, text in given.items() if f"${key}:" in document})
        assert found in EMPTY or found["problems"] == [], name
    assert [name for _, name in documents] == ["Check", "Test", "Format", "Diff", "Try", "Shadows", "Simulations"]


async def test_of_very_many_cases_some_are_told_those_that_fail_first(ask):
    more = "".join(f"  - {{name: n{n}, expect: {{fee: 5}}}}\n" for n in range(MOST_LISTED + 50))
    cases = f"{CASES}{more}  - {{name: wrong, expect: {{fee: 6}}}}\n"

    found = await ask(TEST, text=rule_text(), cases=cases)

    assert (found["caseCount"], found["passedCount"]) == (MOST_LISTED + 55, MOST_LISTED + 54)
    assert (len(found["cases"]), found["cases"][0]["name"]) == (MOST_LISTED, "wrong")


ASKED = (
    (CHECK, {"text": rule_text()}),
    (TEST, {"text": rule_text(), "cases": CASES}),
    (FORMAT, {"text": rule_text()}),
    (DIFF, {"text": rule_text(), "before": rule_text()}),
)


@pytest.mark.parametrize("role", Role)
async def test_who_reads_rules_may_ask_and_nobody_else(ask, role):
    clearance, scope = REACH[role]
    subject = Subject(role.lower(), role, clearance, scope)

    answers = [await ask(document, subject, **given) for document, given in ASKED]

    may = role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR}
    assert [answer is not None for answer in answers] == [may] * len(ASKED)


async def test_who_may_not_read_internal_fields_asks_in_vain(ask):
    subject = Subject("analyst", Role.ANALYST, Clearance.PUBLIC, Scope.ALL)

    assert [await ask(document, subject, **given) for document, given in ASKED] == [None] * len(ASKED)
