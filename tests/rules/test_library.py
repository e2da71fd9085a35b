"""The rule sets that ship: their cases pass and cover every row, and they answer whatever the facts are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules as rules_package
from resolvers.facts.customer import CUSTOMERS
from resolvers.facts.network import GROUP_EXPOSURE
from resolvers.facts.ticket import TICKETS
from rules.engine.case_file import SUFFIX
from rules.engine.formatting import formatted
from rules.engine.kinds import Column, Fault, Kind
from rules.engine.reference import evaluate
from rules.engine.rule_file import load_rule_set
from rules.engine.testing import run_cases
from rules.facts.vocabulary import Subject

LIBRARY = Path(rules_package.__file__).parent / "library"
FILES = [path for path in sorted(LIBRARY.rglob("*.yaml")) if not path.stem.endswith(SUFFIX)]
README = (LIBRARY.parent / "README.md").read_text("utf-8")
RECORDED = {
    Subject.CUSTOMER: {*CUSTOMERS.sources, GROUP_EXPOSURE},
    Subject.TICKET: {*CUSTOMERS.sources, *TICKETS.sources},
}
of_each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@of_each_file
def test_its_cases_pass_and_need_every_row(path):
    run = run_cases(path)

    assert run.verdicts
    assert (run.failures, run.uncovered) == ((), ())


@of_each_file
def test_it_is_named_as_its_file_lined_up_and_says_why_in_both_languages(path):
    rule_set, text = load_rule_set(path), path.read_text("utf-8")

    assert rule_set.name == path.stem
    assert formatted(text, str(path)) == text
    assert all(row.reason.zh and row.reason.en for row in rule_set.table.rows)


@of_each_file
def test_the_page_about_rules_tells_of_it(path):
    assert f"(library/{path.relative_to(LIBRARY)})" in README


@of_each_file
def test_what_it_reads_of_the_record_is_gathered(path):
    rule_set = load_rule_set(path)

    gathered = RECORDED.get(Subject(rule_set.about)) if rule_set.about else None
    assert gathered is None or {column.name for column in rule_set.table.inputs} <= gathered


def values(column: Column) -> st.SearchStrategy:
    """What a fact can be; numbers near the limits of rules, with as many decimals as they have."""
    if column.kind is Kind.NUMBER:
        some = st.sampled_from([0, 1, 2, 3, 6, 20, 30, 60, 90, 100, 180, 365, 10_000, 500_000])
        step = Decimal(1).scaleb(-(column.places or 0))
        found = st.builds(lambda base, by: Decimal(base) + by * step, some, st.integers(-1, 1)).filter(
            lambda value: (column.low is None or value >= column.low) and (column.high is None or value <= column.high)
        )
    else:
        found = st.booleans() if column.kind is Kind.BOOLEAN else st.sampled_from(column.values)
    return found | st.none() if column.nullable else found


@of_each_file
@given(st.data())
def test_it_answers_whatever_the_facts_are(path, data):
    rule_set = load_rule_set(path)
    facts = {column.name: data.draw(values(column), column.name) for column in rule_set.table.inputs}

    outcome = evaluate(rule_set, facts)

    unpaid = facts.get("violation") == "late_arrival" and facts.get("base_pay") is None
    assert [error.fault for error in outcome.errors] == ([Fault.ARITHMETIC] if unpaid else [])
