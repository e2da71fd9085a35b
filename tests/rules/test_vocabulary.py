"""Rule files read facts of one vocabulary: what is not in it, or about something else, is refused, with the nearest."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from rules.engine.problem import RuleFileError
from rules.engine.reference import evaluate
from rules.engine.rule_file import read_rule_set
from rules.facts.calendar import CALENDAR
from rules.facts.vocabulary import FOLDER, RATES, Level, Subject, rates, read_rates, read_vocabulary, vocabulary

FILE = """\
rule_set: fee
title: {zh: 费用, en: Fee}
owner: sales
about: customer
reads: [value_12m, tenure_years]
outputs:
  fee: {type: number}
hit_policy: FIRST
table: |
  | row | value_12m | tenure_years | => fee |
  | a   | >= 5万    | -            | 1      |
  | b   | -         | -            | 2      |
"""


def messages(text: str) -> list[str]:
    with pytest.raises(RuleFileError) as caught:
        read_rule_set(text, "fee.yaml")
    return [problem.message for problem in caught.value.problems]


def test_a_file_that_reads_facts_has_their_types_and_ranges():
    rule_set = read_rule_set(FILE, "fee.yaml")

    value, tenure = rule_set.table.inputs
    assert rule_set.about == "customer"
    assert (value.name, value.places, value.nullable, value.unit) == ("value_12m", 2, True, "元")
    assert (tenure.low, tenure.high, tenure.nullable) == (0, 200, False)
    assert evaluate(rule_set, {"value_12m": Decimal(50_000), "tenure_years": Decimal(3)}).rows == ("a",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("reads: [value_12m,", "reads: [value12m,", "value12m is no fact about a customer (did you mean value_12m?)"),
        ("reads: [value_12m,", "reads: [severity,", "severity is no fact about a customer"),
        ("reads: [value_12m,", "reads: [value_12m, value_12m,", "value_12m is here twice"),
        ("about: customer", "about: costumer", "costumer is not known here (did you mean customer?)"),
        ("about: customer\n", "", "the key about is missing"),
        ("reads: [value_12m, tenure_years]\n", "", "name the facts that it reads in `reads`"),
        ("outputs:", "inputs: {x: {type: number}}\noutputs:", "name the facts that it reads in `reads`"),
    ],
)
def test_what_does_not_fit_the_vocabulary_is_told(old, new, words):
    assert any(words in message for message in messages(FILE.replace(old, new)))


def test_about_goes_with_reads_only():
    text = FILE.replace("reads: [value_12m, tenure_years]", "inputs: {value_12m: {type: number}}")

    assert any("`about` goes with `reads`" in message for message in messages(text))


def test_what_people_owe_is_more_confidential_than_their_grade():
    facts = vocabulary().facts

    assert facts["overdue_amount"].level is Level.CONFIDENTIAL
    assert facts["current_grade"].level is Level.PUBLIC
    assert not facts["credit_rating"].has_history


def test_every_fact_says_in_both_languages_what_it_means_and_how_it_is_computed():
    for fact in vocabulary().facts.values():
        assert all((fact.meaning.zh, fact.meaning.en, fact.computed.zh, fact.computed.en)), fact.name


def test_a_vocabulary_that_is_wrong_is_told_with_its_place():
    text = "about: customer\nfacts:\n  x: {type: number, level: hidden, meaning: {zh: a, en: b}, computed: {zh: a}}\n"

    with pytest.raises(RuleFileError) as caught:
        read_vocabulary(text, "facts.yaml")

    told = [(problem.line, problem.message) for problem in caught.value.problems]
    assert (3, "the key en is missing") in told
    assert any("hidden is not known here" in message for _, message in told)


def test_rates_are_positive_and_know_their_base():
    assert rates()["CNY"] == 1

    for text, words in (
        ("base: CNY\nrates: {CNY: 2}\n", "the base is one of the rates, with the rate 1"),
        ("base: CNY\nrates: {CNY: 1, USD: 0}\n", "a rate is more than 0"),
    ):
        with pytest.raises(RuleFileError, match=words):
            read_rates(text, "rates.yaml")


def test_a_subject_lends_its_facts_to_what_belongs_to_it():
    assert Subject.CUSTOMER in Subject.TICKET.includes
    assert Subject.TICKET not in Subject.CUSTOMER.includes


def test_a_fact_is_declared_once():
    names = [name for path in sorted(FOLDER.glob("*.yaml")) for name in _declared(path)]

    assert sorted(names) == sorted(set(names)) == sorted(vocabulary().facts)


def _declared(path: Path) -> list[str]:
    return [] if path in (RATES, CALENDAR) else list(read_vocabulary(path.read_text("utf-8"), str(path)))


def test_every_subject_has_facts():
    assert all(any(fact.about is subject for fact in vocabulary().facts.values()) for subject in Subject)
