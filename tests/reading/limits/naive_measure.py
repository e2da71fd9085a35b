"""The measures of a document the slow way: every fragment is written out where it is used, and the whole is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode


class Found(NamedTuple):
    """One field of the written out document, how deep, and whether under `__schema` or `__type`."""

    node: FieldNode
    depth: int
    inside: bool


@dataclass
class Written:
    """A document with its fragments written out."""

    fields: list[Found]
    spreads: int

    @property
    def counts(self) -> dict[str, int]:
        """What the pass should find."""
        return {
            "fields": len(self.fields),
            "aliases": sum(found.node.alias is not None for found in self.fields),
            "spreads": self.spreads,
            "deep": max((found.depth for found in self.fields if not found.inside), default=0),
            "inside": max((found.depth for found in self.fields if found.inside), default=0),
        }


class TooLargeError(Exception):
    """The document is too large to be written out."""


class Circular(Exception):  # noqa: N818  # named for what was found
    """A fragment spreads itself."""


class Writer:
    """Writes fragments out, up to so many fields and spreads."""

    def __init__(self, document: DocumentNode, most: int) -> None:
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.written, self.most = Written([], 0), most

    def walk(self, selections: Any, depth: int, *, inside: bool, above: tuple[str, ...]) -> None:
        """Write out what lies here; `above` are the fragments that it lies in."""
        for selection in selections.selections:
            if len(self.written.fields) + self.written.spreads > self.most:
                raise TooLargeError
            if not isinstance(selection, FieldNode):
                self.written.spreads += 1
                self.spread(selection, depth, inside=inside, above=above)
                continue
            self.written.fields.append(Found(selection, depth + 1, inside))
            if selection.selection_set:
                under = inside or selection.name.value in ("__schema", "__type")
                self.walk(selection.selection_set, depth + 1, inside=under, above=above)

    def spread(self, node: Any, depth: int, *, inside: bool, above: tuple[str, ...]) -> None:
        """Write out a fragment in its place."""
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in above:
                raise Circular(name)
            if name in self.fragments:
                self.walk(self.fragments[name].selection_set, depth, inside=inside, above=(*above, name))
        else:
            self.walk(node.selection_set, depth, inside=inside, above=above)


def written_out(document: DocumentNode, operation: OperationDefinitionNode, most: int = 5_000) -> Written:
    """The operation with its fragments written out. Raises Circular or TooLargeError."""
    writer = Writer(document, most)
    writer.walk(operation.selection_set, 0, inside=False, above=())
    return writer.written


def pairs(document: DocumentNode, operation: OperationDefinitionNode) -> int:
    """How many pairs of fields share a place in the answer, a fragment that is spread twice at one place once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def places(selections: Any, at: tuple[str, ...], seen: dict[tuple[str, ...], set[str]]) -> Iterator[Any]:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                here = (*at, (selection.alias or selection.name).value)
                yield here, selection
                if selection.selection_set:
                    yield from places(selection.selection_set, here, seen)
            elif not isinstance(selection, FragmentSpreadNode):
                yield from places(selection.selection_set, at, seen)
            elif selection.name.value not in seen.setdefault(at, set()):
                seen[at].add(selection.name.value)
                if selection.name.value in fragments:
                    yield from places(fragments[selection.name.value].selection_set, at, seen)

    by_place: dict[tuple[str, ...], int] = {}
    for place, _ in places(operation.selection_set, (), {}):
        by_place[place] = by_place.get(place, 0) + 1
    return sum(number * (number - 1) // 2 for number in by_place.values())
