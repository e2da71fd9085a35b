"""What an operation costs at most, in points, told from its document and the sizes of its pages before anything runs.

Each source declares its points (`weight`, `row_weight`; `Argument.weight`). What is asked below a list counts once for
each row that the list may have. Of an interface or a union the dearest type counts. A part that @skip or @include
leaves out costs nothing. A point is about one row read, or one function called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import GraphQLSchema, OperationDefinitionNode

from resolvers.reading.weighing import formula_of

if TYPE_CHECKING:
    from resolvers.reading.documents import Document


def cost_of(
    schema: GraphQLSchema, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    """The points of an operation of a valid document, for its coerced variables."""
    name = operation.name.value if operation.name else None
    formula = document.formulas.get(name)
    if formula is None:
        formula = document.formulas[name] = formula_of(schema, operation, document.fragments)
    return formula.of(variables)
