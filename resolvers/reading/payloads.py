"""Before a mutation runs: whether what its payload is asked to read back can be read, so that nothing is half done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, cast

from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, get_named_type

from resolvers.reading.compiler import Compiler
from resolvers.reading.context import Context, Run
from resolvers.reading.declarations import source_of
from resolvers.reading.documents import Document
from resolvers.reading.errors import UnplannableError
from resolvers.reading.planner import Planner


class _NotYet:
    """Stands for a payload that the mutation has not made: it has no values yet."""

    def __getattr__(self, name: str) -> None:
        return None


def check_payloads(
    planner: Planner,
    document: Document,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    context: Context,
    *,
    walking: bool,
) -> None:
    """Plan every entry of a mutation's payloads and read its arguments. Raises InvalidError.

    The plans are the ones that the answer will use.
    """
    compiler = Compiler(planner, document.fragments, variables, context.subject.access, walking=False)
    for place, parent, nodes in _entries(compiler, operation):
        with contextlib.suppress(UnplannableError):
            plan = planner.plan(
                operation,
                document.fragments,
                parent,
                lambda _, key=place[-1], nodes=nodes: {key: nodes},  # type: ignore[misc]  # bound as it is now
                variables,
                context.subject.access,
                walking=walking,
                entry=("/".join(place), *[node.loc.start for node in nodes if node.loc]),
            )
            plan.values(Run(context, variables, _NotYet()))


def _entries(
    compiler: Compiler, operation: OperationDefinitionNode
) -> Iterator[tuple[tuple[str, str], GraphQLObjectType, list[FieldNode]]]:
    """(response keys, payload type, nodes) of every planned field of every payload."""
    root = compiler.schema.mutation_type
    assert root is not None  # noqa: S101  # validation refuses mutations of a schema that has none
    for root_key, root_nodes in compiler.collect(root, [operation]).items():
        definition = root.fields.get(root_nodes[0].name.value)
        if definition is None:
            continue
        payload = cast("GraphQLObjectType", get_named_type(definition.type))
        for key, nodes in compiler.collect(payload, root_nodes).items():
            field = getattr(payload, "fields", {}).get(nodes[0].name.value)
            if field is not None and source_of(field) is not None:
                yield (root_key, key), payload, nodes
