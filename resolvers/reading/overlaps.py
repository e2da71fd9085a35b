"""What it takes to compare the fields of a document that share a place in its answer.

Validation compares every two fields that answer under one response key: they must be the same field with the same
arguments, and what is asked below them must agree as well. Of n such fields these are n(n-1)/2 pairs, at each place of
the answer. Points are counted for the pairs before any is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, SelectionSetNode

LEAF = 2
"""Points of a pair of bare names."""

NESTED = 8
"""Points of a pair that has arguments or selections: those are compared one by one."""

Fragments = Mapping[str, FragmentDefinitionNode]


def overlaps(operation: OperationDefinitionNode, fragments: Fragments, limit: int) -> int:
    """Points of all pairs of an operation; counting stops when they exceed the limit."""
    points = 0
    waiting = [[operation.selection_set]]
    while waiting and points <= limit:
        for nodes in together(waiting.pop(), fragments).values():
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            each = NESTED if below or nodes[0].arguments else LEAF
            points += each * len(nodes) * (len(nodes) - 1) // 2
            if below:
                waiting.append(below)
    return points


def together(selections: Iterable[SelectionSetNode], fragments: Fragments) -> dict[str, list[FieldNode]]:
    """The fields of merged selections by response key; each fragment counts once, as it is compared once."""
    found: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    waiting = list(selections)
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
            elif not isinstance(selection, FragmentSpreadNode):
                waiting.append(selection.selection_set)  # type: ignore[attr-defined]  # inline fragments have one
            elif selection.name.value not in seen:
                seen.add(selection.name.value)
                if selection.name.value in fragments:
                    waiting.append(fragments[selection.name.value].selection_set)
    return found
