"""Documents: parsed and validated once, kept by their text, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    StringValueNode,
    parse,
    validate,
)
from graphql.language import Visitor, visit

from resolvers.reading.errors import InvalidError

KEPT = 256
"""How many documents are kept."""

LARGEST = 64 * 1024
"""Longer documents, in characters, are not kept."""


@dataclass(slots=True)
class Document:
    """One GraphQL text: its operations, or what is wrong with it."""

    node: DocumentNode | None
    errors: Sequence[GraphQLError]
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    undirect: set[str | None] = field(default_factory=set)
    """Operations for which the direct way was found not to do."""

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises InvalidError when the name does not tell."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name) if name is not None else None
        if found is None:
            names = ", ".join(n or "(unnamed)" for n in self.operations) or "none"
            raise InvalidError(
                "BAD_OPERATION", f"Name one operation of the document by `operationName`; it has: {names}."
            )
        return found


class Documents:
    """Finds or makes the document of a text."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.kept: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document, parsed and validated."""
        found = self.kept.get(text)
        if found is not None:
            self.kept.move_to_end(text)
            return found
        found = self._read(text)
        if len(text) <= LARGEST:
            self.kept[text] = found
            if len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return found

    def _read(self, text: str) -> Document:
        try:
            node = parse(text)
        except GraphQLSyntaxError as error:
            return Document(None, [_coded(error, "GRAPHQL_PARSE_FAILED")])
        errors = [_coded(e, "GRAPHQL_VALIDATION_FAILED") for e in validate(self.schema, node)]
        errors = errors or [
            InvalidError("BAD_USER_INPUT", "Text may not hold a NUL character.") for _ in range(_has_nul(node))
        ]
        definitions = node.definitions
        operations = {
            (d.name.value if d.name else None): d for d in definitions if isinstance(d, OperationDefinitionNode)
        }
        fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        return Document(node, errors, operations, fragments)


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error


class _Nul(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.found |= "\0" in node.value


def _has_nul(node: DocumentNode) -> bool:
    visitor = _Nul()
    visit(node, visitor)
    return visitor.found
