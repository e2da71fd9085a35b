"""Validation with bounds: the rules of GraphQL, few errors at a time, and rules of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    KnownFragmentNamesRule,
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
    UniqueFragmentNamesRule,
    UniqueOperationNamesRule,
    specified_rules,
    validate,
)
from graphql.validation import ASTValidationRule

from resolvers.reading.limits import LONGEST_MESSAGE, Limits, refusal
from resolvers.reading.measuring import INTROSPECTION

FRAGMENT_RULES = (
    UniqueOperationNamesRule,
    UniqueFragmentNamesRule,
    KnownFragmentNamesRule,
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
)
"""All that is told of a document whose fragments are circular or unused: the other rules could be slow on it."""


class NoIntrospectionRule(ASTValidationRule):
    """Refuses `__schema` and `__type`; `__typename` stays."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Look at a field's name."""
        if node.name.value in INTROSPECTION:
            words = f"{node.name.value} is not answered here: read the schema from its file, schema.graphql."
            self.report_error(refusal("INTROSPECTION_DISABLED", words, node))


def errors_of(schema: GraphQLSchema, node: DocumentNode, limits: Limits, *, tangled: bool) -> Sequence[GraphQLError]:
    """What is wrong with a document. `tangled`: its fragments are, and nothing else is looked at."""
    rules: tuple[type[ASTValidationRule], ...] = FRAGMENT_RULES if tangled else specified_rules
    if not limits.introspection:
        rules = (*rules, NoIntrospectionRule)
    found = validate(schema, node, rules, max_errors=limits.errors, hide_suggestions=not limits.suggestions)
    return [light(error) for error in found]


def light(error: GraphQLError, code: str = "GRAPHQL_VALIDATION_FAILED") -> GraphQLError:
    """An error that can be kept: with a code, without the parsed document, and not too long."""
    error.extensions = {"code": code, **(error.extensions or {})}
    if len(error.message) > LONGEST_MESSAGE:
        error.message = error.message[:LONGEST_MESSAGE] + "..."
    error.nodes, error.__context__ = None, None
    return error.with_traceback(None)
