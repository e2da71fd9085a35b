"""Documents: looked at, parsed, measured and validated once, kept by their text, bounded.

In this order, so that what is refused is refused as cheaply as can be: the text's length and tokens (`scanning`), the
parser, the limits (`measuring`), validation (`validating`), lists without a size (`page_sizes`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from resolvers.reading.errors import InvalidError
from resolvers.reading.formulas import Formula
from resolvers.reading.limits import Limits, refusal, too_nested
from resolvers.reading.measuring import Measure
from resolvers.reading.page_sizes import unsized
from resolvers.reading.scanning import scan
from resolvers.reading.validating import errors_of, light
from resolvers.reading.weighing import formula_of

KEPT = 256
"""How many documents are kept that can be answered, and how many that cannot."""

KEPT_CHARACTERS = 512 * 1024
"""How long all kept documents may be together: parsed, a character takes about 120 bytes."""

LARGEST = 64 * 1024
"""Longer documents, in characters, are not kept."""

LARGEST_REFUSED = 4 * 1024
"""Longer documents, in characters, are not kept when they are refused."""


@dataclass(slots=True)
class Document:
    """One GraphQL text: its operations, or what is wrong with it."""

    node: DocumentNode | None
    errors: Sequence[GraphQLError]
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    undirect: set[str | None] = field(default_factory=set)
    """Operations for which the direct way was found not to do."""
    formulas: dict[str | None, Formula] = field(default_factory=dict)
    """What each operation costs, see `cost_of`."""

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


class Kept(OrderedDict[str, Document]):
    """Documents by text; those not asked for the longest leave first."""

    characters = 0

    def find(self, text: str) -> Document | None:
        """The document, if it is kept."""
        found = self.get(text)
        if found is not None:
            self.move_to_end(text)
        return found

    def keep(self, text: str, document: Document) -> None:
        """Keep a new document, and let others go."""
        self[text] = document
        self.characters += len(text)
        while len(self) > KEPT or self.characters > KEPT_CHARACTERS:
            gone, _ = self.popitem(last=False)
            self.characters -= len(gone)


class Documents:
    """Finds or makes the document of a text."""

    def __init__(self, schema: GraphQLSchema, limits: Limits = Limits()) -> None:  # noqa: B008  # it is frozen
        self.schema, self.limits = schema, limits
        self.kept, self.refused = Kept(), Kept()

    def get(self, text: str) -> Document:
        """The document, parsed, measured and validated. Its errors have codes."""
        found = self.kept.find(text) or self.refused.find(text)
        if found is not None:
            return found
        found = self._read(text)
        kept, largest = (self.refused, LARGEST_REFUSED) if found.errors else (self.kept, LARGEST)
        if len(text) <= largest:
            kept.keep(text, found)
        return found

    def _read(self, text: str) -> Document:
        refused = scan(text, self.limits)
        if refused is not None:
            return Document(None, [refused])
        try:
            return self._parsed(parse(text, max_lexical_tokens=self.limits.tokens))
        except GraphQLSyntaxError as error:
            return Document(None, [light(error, "GRAPHQL_PARSE_FAILED")])
        except RecursionError:
            return Document(None, [too_nested(self.limits.nesting)])

    def _parsed(self, node: DocumentNode) -> Document:
        measure = Measure(node)
        over = measure.exceeded(self.limits)
        errors = [light(over)] if over else self._invalid(node, measure)
        if errors:
            return Document(None, errors)
        operations = {(o.name.value if o.name else None): o for o in measure.operations}
        formulas = {name: formula_of(self.schema, o, measure.fragments) for name, o in operations.items()}
        return Document(node, (), operations, measure.fragments, formulas=formulas)

    def _invalid(self, node: DocumentNode, measure: Measure) -> Sequence[GraphQLError]:
        tangled = measure.circular or measure.strays
        errors = errors_of(self.schema, node, self.limits, tangled=tangled)
        if not errors and measure.has_nul:
            errors = [refusal("BAD_USER_INPUT", "Text may not hold a NUL character.")]
        if not errors and self.limits.first_required:
            found = [e for o in measure.operations for e in unsized(self.schema, o, measure.fragments, self.limits)]
            errors = [light(error) for error in found]
        return errors
