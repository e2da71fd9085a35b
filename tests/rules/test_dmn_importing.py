"""Rule files out of DMN: they answer as the tables do, and what is no table is named with why."""

from __future__ import annotations

import datetime as dt
import os
from random import Random

import pytest
from hypothesis import given, settings

from rules.engine.dmn_importing import rule_files_of
from rules.engine.dmn_reading import DmnError, read_dmn, read_each_decision
from rules.engine.dmn_writing import write_dmn
from rules.engine.kinds import Kind
from rules.engine.reference import decide
from rules.engine.rule_file import load_rule_set, read_rule_set
from rules.engine.table import DecisionTable, RuleSet
from tests.rules.contracts import random_rules
from tests.rules.editing import in_editor
from tests.rules.test_dmn import TEXT
from tests.rules.test_dmn_tck import KIT, cases, in_kits_words
from tests.rules.test_json_schema import OF_RULES
from tests.rules.test_library import FILES
from tests.rules.worlds import worlds

TABLES = [path for path in FILES if "\ntable: |" in path.read_text("utf-8")]
TIMES = 200 if os.environ.get("CI") else 1_000


def imported(table: DecisionTable, name: str = "levels") -> RuleSet:
    """The table out as DMN, and in again as a rule file."""
    return read(write_dmn({name: table}))


def read(text: str) -> RuleSet:
    """The one rule file of a model."""
    found = rule_files_of(text.encode(), "sales")
    assert found.refused == {}
    [(name, written)] = found.files.items()
    OF_RULES.validate(in_editor(written))
    return read_rule_set(written, f"{name}.yaml")


@settings(deadline=None)
@given(worlds())
def test_a_rule_set_answers_the_same_after_going_out_and_in(world):
    table = read_rule_set(world.text(), "levels.yaml").table

    assert decide(imported(table).table, world.facts) == decide(table, world.facts)


def test_random_tables_of_all_kinds_answer_as_the_dmn_does():
    random, taken = Random(7), 0
    for _ in range(TIMES):
        text = write_dmn({"random": random_rules.table(random)})
        table, found = read_each_decision(text)["random"], rule_files_of(text.encode(), "nobody")
        assert isinstance(table, DecisionTable) or found.refused
        for written in found.files.values():
            again, taken = read_rule_set(written, "random.yaml").table, taken + 1
            OF_RULES.validate(in_editor(written))
            for _ in range(5):
                facts = random_rules.facts_for(random, table.inputs)
                assert decide(again, facts) == decide(table, facts), written

    assert taken > TIMES / 3


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_what_ships_comes_back_with_its_rows_and_reasons(path):
    found = load_rule_set(path)

    again = imported(found.table, found.name)

    assert again.name == found.name
    assert [(row.id, row.reason) for row in again.table.rows] == [(row.id, row.reason) for row in found.table.rows]


def test_the_models_of_the_kit_give_what_it_expects():
    files = {model: rule_files_of(model.read_bytes(), "kit") for model in sorted(KIT.glob("*/*.dmn"))}
    wrong, told = [], cases()
    for case in told:
        [text] = files[case.model].files.values()
        table, old = read_rule_set(text, "kit.yaml").table, read_dmn(case.model.read_bytes())[case.decision]
        facts = {new.name: case.facts.get(was.name) for new, was in zip(table.inputs, old.inputs, strict=True)}
        was = {new.name: each.name for new, each in zip(table.outputs, old.outputs, strict=True)}
        answer = in_kits_words(table, decide(table, facts))
        if isinstance(answer, dict):
            answer = {was[name]: value for name, value in answer.items()}
        if isinstance(answer, list):
            answer = [{was[k]: v for k, v in each.items()} if isinstance(each, dict) else each for each in answer]
        if answer != case.expected:
            wrong.append((case, answer))

    assert wrong == []
    assert (len(told), [each.refused for each in files.values()]) == (51, [{}] * 17)


def test_names_that_no_rule_file_has_are_made_such_and_kept_as_the_meaning():
    found = rule_files_of(TEXT.encode(), "sales")
    rules = read(TEXT.replace('name="Fee"', 'name="Fee: 2026?"').replace("SUM", "MAX"))

    assert [column.name for column in read(TEXT).table.inputs] == ["Risk_Category"]
    assert 'Risk_Category: {type: text, nullable: true, meaning: "Risk Category"}' in found.files["Fee"]
    assert (rules.name, rules.title.en, rules.owner) == ("Fee_2026", "Fee: 2026?", "sales")
    assert [row.id for row in rules.table.rows] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("row", "row_2"),
        ("null", "null_2"),
        ("2026", "input_2026"),
        ("?!", "input"),
        ("a - b", "a_b"),
        ("a１", "a1"),
        ("客户 等级", "客户_等级"),
        ("fee", "fee"),
    ],
)
def test_an_input_gets_a_name_that_can_stand_in_a_heading(name, made):
    assert [column.name for column in read(TEXT.replace("Risk Category", name)).table.inputs] == [made]


def test_an_output_that_is_called_as_an_input_gets_a_number():
    table = read(TEXT.replace("Risk Category", "Fee")).table
    answer, of_dmn = decide(table, {"Fee": "High"}), decide(read_dmn(TEXT)["Fee"], {"Risk Category": "High"})

    assert ([each.name for each in table.inputs], [each.name for each in table.outputs]) == (["Fee"], ["Fee_2"])
    assert answer.results[0]["Fee_2"] == of_dmn.results[0]["Fee"]


def test_rows_with_guids_for_names_are_called_by_their_numbers():
    text = TEXT.replace('id="r1"', 'id="_7f03803d-2636-40ab-8346-7fd7f38ab695"').replace('id="r2"', 'id="9"')

    assert read(text).rows == ("rule_1", "rule_2")


@pytest.mark.parametrize(
    ("annotation", "zh", "en"),
    [
        ("costs {Risk_Category} | more\n or less", "", "costs (Risk_Category) / more or less"),
        ('an odd " quote', "", "an odd ' quote"),
        ("风险高", "风险高", ""),
        ("", "", ""),
    ],
)
def test_annotations_become_the_reason(annotation, zh, en):
    rule = f'<rule id="r1"><description>{annotation}</description>'

    reason = read(TEXT.replace('<rule id="r1">', rule)).table.rows[0].reason

    assert (reason.zh, reason.en) == (zh, en)


ALTERNATIVES = [
    ('"A","A"', {"A"}, "string", ["A", "B", None]),
    ("> 3, > 5", {4, 6}, "number", [3, 4, 6, None]),
    ("> 5, > 3, 4", {4, 6}, "number", [3, 4, 6, None]),
    ("> 3, < 5", {3, 4, 6}, "number", [3, 4, 6, None]),
    ("> 3, < 5, null", {3, 4, 6, None}, "number", [3, 4, 6, None]),
    ("not(3)", {4, 6, None}, "number", [3, 4, 6, None]),
]


@pytest.mark.parametrize(("cell", "admitted", "kind", "facts"), ALTERNATIVES)
def test_alternatives_that_add_nothing_are_left_out(cell, admitted, kind, facts):
    text = TEXT.replace('"High"', cell.replace("<", "&lt;").replace(">", "&gt;")).replace("string", kind)
    table = read(text).table

    assert {fact for fact in facts if "r1" in decide(table, {"Risk_Category": fact}).rows} == admitted


def test_types_values_and_bounds_are_told():
    text = TEXT.replace('typeRef="string"', 'typeRef="date"').replace('"High"', '&gt; date("2026-01-31")')
    values = '<inputValues><text>[date("2026-01-01")..date("2026-12-31")]</text></inputValues></input>'

    [column] = read(text.replace("</input>", values)).table.inputs

    assert (column.kind, column.low, column.high) == (Kind.DATE, dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("decisionTable", "literalExpression", "is no decision table but a literalExpression"),
        ("<text>5</text>", "<text>5 * a</text>", "rule 1, Fee"),
        ('<rule id="r2"><inputEntry><text/>', '<rule id="r2"><inputEntry><text>"High"</text>', ""),
        ('"High"', '"Hi\ngh"', "Risk_Category: a text with a line break"),
    ],
)
def test_what_cannot_be_taken_is_named_with_why(old, new, words):
    text = TEXT.replace(old, new).replace("2.5", "5") if not words else TEXT.replace(old, new)

    found = rule_files_of(text.encode(), "sales")

    assert (found.files, list(found.refused)) == ({}, ["Fee"])
    assert (words or "says the same as row r1") in found.refused["Fee"]


def test_a_model_that_declares_entities_is_refused_whole():
    with pytest.raises(DmnError, match="document type or entities"):
        rule_files_of(b'<!DOCTYPE d [<!ENTITY x "y">]>' + TEXT.encode(), "sales")
