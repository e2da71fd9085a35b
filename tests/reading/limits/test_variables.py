"""Variables: bounded, read for little CPU, and refused without telling what the schema has."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.reading.errors import InvalidError
from resolvers.reading.limits import Limits
from resolvers.reading.variables import read_variables
from tests.reading.limits.asking import milliseconds, most, read, schema

KINDS = 'query ($kinds: [TimelineKind!]) { customer(code: "x") { timeline(kinds: $kinds) { totalCount } } }'
FILTER = "query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }"


def variables(text: str, given: dict[str, Any], **limits: Any) -> Any:
    """The variables of a document's only operation."""
    return read_variables(schema(), read(text).operation(None), given, Limits(**limits))


def code_of(text: str, given: dict[str, Any], **limits: Any) -> str:
    """The code with which variables are refused."""
    with pytest.raises(InvalidError) as refused:
        variables(text, given, **limits)
    return refused.value.extensions["code"]


def test_as_many_values_pass_and_one_more_is_refused():
    assert len(variables(KINDS, {"kinds": ["GRADE"] * 4_999})["kinds"]) == 4_999
    assert code_of(KINDS, {"kinds": ["GRADE"] * 5_000}) == "LIMIT_VARIABLES"


def test_values_are_counted_inside_of_objects_and_where_they_are_not_used():
    given = {"filter": {"and": [{"code": {"in": ["a", "b"]}}]}}

    assert variables(FILTER, given, variable_values=7)
    assert code_of(FILTER, given, variable_values=6) == "LIMIT_VARIABLES"
    assert code_of(FILTER, {"other": [1, 2, 3]}, variable_values=3) == "LIMIT_VARIABLES"


@pytest.mark.parametrize("depth", [51, 400, 100_000])
def test_nesting_is_refused_however_deep(depth):
    given: Any = {}
    for _ in range(depth):
        given = {"not": given}

    assert code_of(FILTER, {"filter": given}, variable_values=10**6) == "LIMIT_VARIABLES"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_text_that_no_store_can_hold_is_refused(text):
    assert code_of(FILTER, {"filter": {"or": [{"code": {"in": ["x", text]}}]}}) == "BAD_USER_INPUT"


def test_few_errors_are_told_and_they_are_short():
    errors = variables(KINDS, {"kinds": ["x" * 5_000] * 4_000})

    assert len(errors) == 11
    assert {error.extensions["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert all(len(error.message) < 600 for error in errors)


def test_suggestions_can_be_left_out():
    assert "Did you mean" in variables(KINDS, {"kinds": ["GRAD"]})[0].message
    assert "Did you mean" not in variables(KINDS, {"kinds": ["GRAD"]}, suggestions=False)[0].message


def test_hostile_variables_keep_nobody_busy():
    for given in ({"kinds": ["x"] * 60_000}, {"kinds": ["x"] * 4_999}, {"kinds": "x" * 250_000}):
        assert milliseconds(lambda: _try(KINDS, given)) < most(100)  # noqa: B023  # called at once
    for items in (80_000, 2_400):
        given = {"filter": {"and": [{"not": {}}] * items}}
        assert milliseconds(lambda: _try(FILTER, given)) < most(100)  # noqa: B023  # called at once


def _try(text: str, given: dict[str, Any]) -> None:
    try:
        variables(text, given)
    except InvalidError:
        return
