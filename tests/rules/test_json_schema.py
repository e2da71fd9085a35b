"""The schema for editors: it never marks a file that is right, and tells of keys what the readers tell."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rules.engine.case_file import SUFFIX, read_cases
from rules.engine.json_schema import schema_of_cases, schema_of_rules
from rules.engine.keys import (
    CASE,
    CASE_FILE,
    CONCLUSION,
    EFFECTIVE,
    INPUT,
    OF_CHAIN,
    OF_TABLE,
    OUTPUT,
    REASON,
    RULE,
    RULE_FILE,
    STATE,
    TOLD,
    WORDS,
)
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.facts.vocabulary import Subject, vocabulary
from tests.rules.chain_worlds import chain_worlds
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.editing import at, changed, data_of, in_editor, odd_words, tree, typed, written
from tests.rules.test_how_to import CASES as CASES_OF_PAGE
from tests.rules.test_how_to import LANGUAGE
from tests.rules.test_how_to import RULES as RULES_OF_PAGE
from tests.rules.test_library import FILES
from tests.rules.worlds import worlds
from tests.rules.writing import CASES, rule_text

OF_RULES = Draft202012Validator(schema_of_rules())
OF_CASES = Draft202012Validator(schema_of_cases())
FEES = rule_text()
CARE = CARE_HEAD + CARE_RULES
CASES_OF_CARE = """\
rule_set: care
clock: 2026-05-01T09:00:00+08:00
usual: {grade: NORMAL, overdue_days: 0, complaints: 0}
cases:
  - {name: 无事, expect: {level: agent, rules: []}}
  - {name: 投诉, given: {complaints: 2}, expect: {points: 4, rule: complains}}
"""
GRADING = next(path for path in FILES if path.stem == "grading").read_text("utf-8")
TIMES = 300 if os.environ.get("CI") else 1_000


def accepts_rules(text: str) -> bool:
    try:
        read_rule_set(text, "it.yaml")
    except RuleFileError:
        return False
    return True


def accepts_cases(text: str, rules: str) -> bool:
    try:
        read_cases(text, "it_test.yaml", read_rule_set(rules, "it.yaml"))
    except RuleFileError:
        return False
    return True


def test_both_are_sound_schemas():
    Draft202012Validator.check_schema(schema_of_rules())
    Draft202012Validator.check_schema(schema_of_cases())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_ships_has_no_mark(path: Path):
    OF_RULES.validate(in_editor(path.read_text("utf-8")))
    OF_CASES.validate(in_editor(path.with_name(f"{path.stem}{SUFFIX}.yaml").read_text("utf-8")))


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        *((text, OF_RULES) for text in (FEES, CARE, RULES_OF_PAGE)),
        *((text, OF_CASES) for text in (CASES, CASES_OF_CARE, CASES_OF_PAGE)),
    ],
)
def test_the_examples_have_no_mark(text, schema):
    schema.validate(in_editor(text))


@settings(deadline=None)
@given(worlds())
def test_random_tables_have_no_mark(world):
    OF_RULES.validate(in_editor(world.text()))


@given(st.randoms(use_true_random=False))
def test_random_chains_have_no_mark(random):
    OF_RULES.validate(in_editor(chain_worlds(random).text))


@pytest.mark.no_cover  # thousands of texts: counting their lines takes five times as long
@pytest.mark.parametrize(
    ("text", "schema", "accepts"),
    [
        (FEES, OF_RULES, accepts_rules),
        (GRADING, OF_RULES, accepts_rules),
        (CARE, OF_RULES, accepts_rules),
        (CASES, OF_CASES, lambda text: accepts_cases(text, FEES)),
        (CASES_OF_CARE, OF_CASES, lambda text: accepts_cases(text, CARE)),
    ],
    ids=["table", "facts", "chain", "cases of a table", "cases of a chain"],
)
def test_what_the_reader_takes_is_never_marked_whatever_is_typed(text: str, schema, accepts: Callable[[str], bool]):
    random, taken, marked = Random(text), 0, 0
    for _ in range(TIMES):
        found = typed(random, typed(random, tree(text)) if random.random() < 0.5 else tree(text))
        if odd_words(found):
            continue
        is_right, is_unmarked = accepts(written(found)), schema.is_valid(data_of(found))
        assert is_unmarked or not is_right, written(found)
        taken, marked = taken + is_right, marked + (not is_unmarked)

    assert taken > TIMES / 30
    assert marked > TIMES / 4


OF_FILES = [
    (FEES, (), RULE_FILE + OF_TABLE),
    (FEES, ("title",), WORDS),
    (FEES, ("effective",), EFFECTIVE),
    (FEES, ("inputs", "amount"), INPUT),
    (FEES, ("outputs", "fee"), OUTPUT),
    (GRADING, ("state",), STATE),
    (CARE, (), RULE_FILE + OF_CHAIN),
    (CARE, ("conclusions", "points"), CONCLUSION),
    (CARE, ("rules", 1), RULE),
    (CARE, ("rules", 1, "reason"), REASON),
    (CASES, (), CASE_FILE),
    (CASES, ("cases", 0), CASE),
]


@pytest.mark.parametrize(("text", "path", "keys"), OF_FILES)
def test_a_key_that_is_missing_or_unknown_is_refused_by_both(text, path, keys):
    of_cases = text is CASES
    whole = tree(text)
    slips = [changed(whole, (*path, "unknwon"), tree("5"))]
    slips += [changed(whole, (*path, name), None) for name in keys.needed]

    assert at(whole, path).keys() <= set(keys.names)
    for slip in slips:
        assert not (accepts_cases(written(slip), FEES) if of_cases else accepts_rules(written(slip)))
        assert not (OF_CASES if of_cases else OF_RULES).is_valid(data_of(slip))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (FEES, "owner: service-management", "owner: [a, b]"),
        (FEES, "owner: service-management", "owner: 5"),
        (FEES, "rule_set: fees", "rule_set: 9fees"),
        (FEES, "title: {zh: 收费, en: Fees}", "title: Fees"),
        (FEES, "until: 2027-01-01", "until: soon"),
        (FEES, "hit_policy: FIRST", "hit_policy: FRIST"),
        (FEES, "table: |", "rules: []\ntable: |"),
        (FEES, "inputs:", "about: customer\ninputs:"),
        (FEES, "inputs:", "reads: []\ninputs:"),
        (FEES, "type: enum, v", "type: enmu, v"),
        (FEES, "values: [VIP, KEY, NORMAL]", "values: [VIP, KEY, VIP]"),
        (FEES, "values: [VIP, KEY, NORMAL]", "values: VIP"),
        (FEES, "values: [VIP, KEY, NORMAL]", 'values: [VIP, KEY, ""]'),
        (FEES, "type: enum, values: [VIP, KEY, NORMAL]", "type: enum"),
        (FEES, "type: enum, values: [VIP, KEY, NORMAL]", "type: text, values: [A]"),
        (FEES, "type: enum, v", "type: enum, unit: 元, v"),
        (FEES, "type: enum, v", "type: enum, units: {a: 7}, v"),
        (FEES, "type: enum, v", "type: enum, places: 2, v"),
        (FEES, "type: enum, v", "type: enum, min: 2, v"),
        (FEES, "places: 2", "places: 2.5"),
        (FEES, "places: 2", "places: 13"),
        (FEES, "places: 2", "places: two"),
        (FEES, "unit: 元", "unit: 5"),
        (FEES, "unit: 元", "units: {weeks: 0}"),
        (FEES, "unit: 元", "units: {a b: 7}"),
        (FEES, "元, nullable: true", "元, nullable: yes"),
        (FEES, "min: 0", "min: [0]"),
        (FEES, "fee: {type", "f-ee: {type"),
        (GRADING, "about: customer", "about: custmer"),
        (GRADING, "about: customer\n", ""),
        (GRADING, "reads: [", "reads: [valeu_12m, "),
        (GRADING, "reads: [", "reads: [value_12m, "),
        (GRADING, "reads: [", "reads: [ticket_kind, "),
        (CARE, "conclusions:", "outputs:"),
        (CARE, "combine: sum", "combine: some"),
        (CARE, "combine: priority", "combine: sum"),
        (CARE, "{serious: true}\n    then: {level: manager}", "{}\n    then: {level: manager}"),
        (CARE, "when: {serious: true}", "when: []"),
        (CARE, "when: {serious: true}", "when: true"),
        (CARE, '"> 60"', "[3, 4]"),
        (CARE, "{serious: true}\n    then: {level: manager}", "{serious: true}\n    then: {}"),
        (CARE, "id: complains", "id: 9 x"),
        (CARE, "id: complains", "id: true"),
        (CARE, "rules:\n", "rules: []\nrulse:\n"),
    ],
)
def test_a_slip_that_can_be_seen_is_marked_as_it_is_refused(text, old, new):
    slip = text.replace(old, new, 1)

    assert slip != text
    assert not accepts_rules(slip)
    assert not OF_RULES.is_valid(in_editor(slip))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clock: 2026-05-01T09:00:00+08:00", "clock: 5"),
        ("usual: {amount: 100, grade: KEY}", "usual: []"),
        ("{name: VIP,", "{name: 5,"),
        ("expect: {fee: 0, row: vip}", "expect: {}"),
        ("expect: {fee: 0, row: vip}", "expect: {results: 5}"),
        ("expect: {fee: 0, row: vip}", "expect: {fee: [0]}"),
        ("rows: [rest]", "rows: [[rest]]"),
        ("error: MISSING_FACT", "error: MISING_FACT"),
    ],
)
def test_a_slip_in_cases_is_marked_as_it_is_refused(old, new):
    slip = CASES.replace(old, new, 1)

    assert slip != CASES
    assert not accepts_cases(slip, FEES)
    assert not OF_CASES.is_valid(in_editor(slip))


@pytest.mark.parametrize("policy", ["FIRST", "first", "Rule  order", "collect sum", '" any "'])
def test_a_hit_policy_is_marked_in_no_spelling_that_is_read(policy):
    text = FEES.replace("hit_policy: FIRST", f"hit_policy: {policy}")

    assert accepts_rules(text)
    assert OF_RULES.is_valid(in_editor(text))


@pytest.mark.parametrize("word", ["007", "1e5", "True", ".5", "0x1F", "Null", ".inf", "5."])
def test_a_text_that_other_programs_take_for_a_number_wants_quotes_in_an_editor(word):
    """Rule files take these words as they look; no schema can tell them from 7 and true."""
    bare, quoted = (FEES.replace("owner: service-management", f"owner: {each}") for each in (word, f'"{word}"'))

    assert accepts_rules(bare)
    assert accepts_rules(quoted)
    assert not OF_RULES.is_valid(in_editor(bare))
    assert OF_RULES.is_valid(in_editor(quoted))


@pytest.mark.parametrize("subject", Subject)
def test_every_fact_is_offered_with_what_it_means(subject):
    offered = schema_of_rules()["$defs"][f"facts_of_{subject}"]

    assert offered["enum"] == list(vocabulary().about(subject))
    for name, shown in zip(offered["enum"], offered["enumDescriptions"], strict=True):
        assert vocabulary().facts[name].meaning.zh in shown


def test_every_key_is_told_by_the_page_and_described():
    for keys in (RULE_FILE, OF_TABLE, OF_CHAIN, OUTPUT, CONCLUSION, RULE, CASE_FILE, CASE, TOLD):
        for key in keys.each:
            assert key.meaning
            assert f"`{key.name}" in LANGUAGE or f"{key.name}:" in LANGUAGE
