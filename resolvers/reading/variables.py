"""A request's variables: bounded, usable by every store, and as the operation wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, get_variable_values

from resolvers.reading.errors import InvalidError
from resolvers.reading.limits import Limits
from resolvers.reading.validating import light

UNUSABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no store can hold."""


def read_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], limits: Limits
) -> Mapping[str, Any] | list[GraphQLError]:
    """The variables as the operation wants them, or what is wrong with them. Raises InvalidError for too much."""
    check_variables(given, limits)
    if not operation.variable_definitions:
        return {}
    found = get_variable_values(
        schema,
        operation.variable_definitions,
        dict(given),
        max_errors=limits.errors,
        hide_suggestions=not limits.suggestions,
    )
    if isinstance(found, list):
        return [light(error, "BAD_USER_INPUT") for error in found]
    return cast("Mapping[str, Any]", found.coerced)


def check_variables(given: Mapping[str, Any], limits: Limits) -> None:
    """Refuse variables with too many values, too deep inside one another, or with text that no store can hold."""
    level: list[Any] = list(given.values())
    found, depth = 0, 0
    while level:
        found, depth = found + len(level), depth + 1
        if found > limits.variable_values:
            raise _refusal("values", limits.variable_values, "send several requests, with a part of the lists each")
        if depth > limits.nesting:
            raise _refusal("levels of lists and objects", limits.nesting, "leave levels out")
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Any) -> list[Any]:
    """What is in a list or an object. Raises InvalidError for text that cannot be used."""
    if isinstance(value, str):
        if UNUSABLE.search(value):
            raise InvalidError("BAD_USER_INPUT", "Text may not hold NUL characters, or halves of surrogate pairs.")
    elif isinstance(value, Mapping):
        return list(value.values())
    elif isinstance(value, list):
        return value
    return []


def _refusal(what: str, limit: int, cure: str) -> InvalidError:
    return InvalidError(
        "LIMIT_VARIABLES", f"The variables have too many {what}, at most {limit:,} are allowed: {cure}."
    )
