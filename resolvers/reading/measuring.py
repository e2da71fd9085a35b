"""How much a parsed document asks for, before it is validated: one walk over each definition, one sum over fragments.

A fragment is walked once, however often it is spread, and its sums are kept: a chain of fragments that each spread the
next one twice costs no more than any other. Counts stop at `MANY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
)

from resolvers.reading.limits import MANY, Limits, exceeded
from resolvers.reading.overlaps import overlaps, together

INTROSPECTION = frozenset({"__schema", "__type"})

Definition = OperationDefinitionNode | FragmentDefinitionNode
Place = tuple[int, FieldNode | None]
"""How deep, and the field that is so deep."""

NOWHERE: Place = (0, None)


@dataclass(slots=True)
class Sums:
    """What a selection asks for. `deep` leaves out what lies under `__schema` and `__type`, `inside` is only that."""

    fields: int = 0
    aliases: int = 0
    spreads: int = 0
    deep: Place = NOWHERE
    inside: Place = NOWHERE


@dataclass(slots=True)
class Walked:
    """One definition's own selections, and where it spreads fragments: the name, how deep, and whether inside."""

    sums: Sums = field(default_factory=Sums)
    uses: list[tuple[str, int, bool]] = field(default_factory=list)


class Measure:
    """What a document asks for. `circular`: a fragment spreads itself; `strays`: fragments that nothing spreads."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = document.definitions
        self.operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        every = [d for d in definitions if isinstance(d, FragmentDefinitionNode)]
        self.fragments = {d.name.value: d for d in every}
        self.fragment_count = len(every)
        self.directives = self.directives_a_node = self.values = 0
        self.has_nul = self.circular = False
        self.walked = {id(d): self._definition(d) for of_kind in (self.operations, every) for d in of_kind}
        self.summed: dict[str, Sums | None] = {}

    @property
    def strays(self) -> bool:
        """Whether there are fragments that no operation reaches, or two of one name."""
        reached: set[str] = set()
        waiting: list[Definition] = [*self.operations]
        while waiting:
            for name, _, _ in self.walked[id(waiting.pop())].uses:
                if name in self.fragments and name not in reached:
                    reached.add(name)
                    waiting.append(self.fragments[name])
        return len(reached) < self.fragment_count

    def of(self, definition: Definition) -> Sums:
        """The sums of a definition with its fragments. Call it only for documents with a bounded number of them."""
        walked = self.walked[id(definition)]
        own = walked.sums
        total = Sums(own.fields, own.aliases, own.spreads, own.deep, own.inside)
        for name, depth, is_inside in walked.uses:
            inner = self._fragment(name)
            total.fields = min(total.fields + inner.fields, MANY)
            total.aliases = min(total.aliases + inner.aliases, MANY)
            total.spreads = min(total.spreads + inner.spreads, MANY)
            deep = _deeper(inner.deep, depth)
            total.inside = _deepest(total.inside, _deeper(inner.inside, depth), deep if is_inside else NOWHERE)
            total.deep = total.deep if is_inside else _deepest(total.deep, deep)
        return total

    def _fragment(self, name: str) -> Sums:
        if name not in self.fragments:
            return Sums()
        if name not in self.summed:
            self.summed[name] = None
            self.summed[name] = self.of(self.fragments[name])
        found = self.summed[name]
        if found is None:  # it is being summed: it spreads itself
            self.circular = True
            return Sums()
        return found

    def _definition(self, definition: Definition) -> Walked:
        walked = Walked()
        self._directives(definition.directives)
        for variable in definition.variable_definitions or ():
            self._directives(variable.directives)
            if variable.default_value is not None:
                self._value(variable.default_value)
        self._selections(definition.selection_set, walked, 0, inside=False)
        return walked

    def _selections(self, selections: SelectionSetNode, walked: Walked, depth: int, *, inside: bool) -> None:
        for selection in selections.selections:
            if selection.directives:
                self._directives(selection.directives)
            if isinstance(selection, FieldNode):
                self._field(selection, walked, depth + 1, inside=inside)
                continue
            walked.sums.spreads += 1
            if isinstance(selection, FragmentSpreadNode):
                walked.uses.append((selection.name.value, depth, inside))
            else:
                self._selections(selection.selection_set, walked, depth, inside=inside)  # type: ignore[attr-defined]  # inline fragments have one

    def _field(self, node: FieldNode, walked: Walked, depth: int, *, inside: bool) -> None:
        sums = walked.sums
        sums.fields += 1
        sums.aliases += node.alias is not None
        if inside:
            sums.inside = _deepest(sums.inside, (depth, node))
        else:
            sums.deep = _deepest(sums.deep, (depth, node))
        for argument in node.arguments or ():
            self._value(argument.value)
        if node.selection_set is not None:
            self._selections(node.selection_set, walked, depth, inside=inside or node.name.value in INTROSPECTION)

    def _directives(self, directives: Iterable[DirectiveNode] | None) -> None:
        here = 0
        for directive in directives or ():
            here += 1
            for argument in directive.arguments or ():
                self._value(argument.value)
        self.directives += here
        self.directives_a_node = max(self.directives_a_node, here)

    def _value(self, value: ValueNode) -> None:
        self.values += 1
        if isinstance(value, ListValueNode):
            for item in value.values:
                self._value(item)
        elif isinstance(value, ObjectValueNode):
            for entry in value.fields:
                self._value(entry.value)
        elif isinstance(value, StringValueNode):
            self.has_nul |= "\0" in value.value

    def exceeded(self, limits: Limits) -> GraphQLError | None:
        """The first limit that the document exceeds, or None."""
        return next((error for error in self._refusals(limits) if error is not None), None)

    def _refusals(self, limits: Limits) -> Iterator[GraphQLError | None]:
        """In this order: what comes later relies on what came before."""
        for name, found in (
            ("operations", len(self.operations)),
            ("fragments", self.fragment_count),
            ("directives", self.directives),
            ("directives_a_node", self.directives_a_node),
            ("values", self.values),
        ):
            yield exceeded(name, "The document", found, limits)
        for operation in self.operations:
            yield from self._of_operation(operation, limits)
        if not self.circular and not self.strays:
            points = sum(overlaps(operation, self.fragments, limits.overlaps) for operation in self.operations)
            yield exceeded("overlaps", "The document", points, limits)

    def _of_operation(self, operation: OperationDefinitionNode, limits: Limits) -> Iterator[GraphQLError | None]:
        where = named(operation)
        sums = self.of(operation)
        yield exceeded("variables", where, len(operation.variable_definitions or ()), limits, operation)
        yield exceeded("depth", where, sums.deep[0], limits, sums.deep[1])
        yield exceeded("introspection_depth", where, sums.inside[0], limits, sums.inside[1])
        yield exceeded("fields", where, sums.fields, limits, operation)
        yield exceeded("aliases", where, sums.aliases, limits, operation)
        yield exceeded("spreads", where, sums.spreads, limits, operation)
        if operation.operation is OperationType.MUTATION:
            entries = len(together([operation.selection_set], self.fragments))
            yield exceeded("root_fields", where, entries, limits, operation)


def named(operation: OperationDefinitionNode) -> str:
    """An operation as errors call it."""
    kind = operation.operation.value
    return f"The {kind} {operation.name.value[:100]}" if operation.name else f"The {kind}"


def _deepest(*places: Place) -> Place:
    return max(places, key=_depth)


def _depth(place: Place) -> int:
    return place[0]


def _deeper(place: Place, by: int) -> Place:
    return (place[0] + by, place[1]) if place[0] else NOWHERE
