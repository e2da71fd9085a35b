"""An operation's formula: its selections summed up by what each source declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)

from resolvers.reading.declarations import entity_of, source_of
from resolvers.reading.formulas import (
    Flag,
    Formula,
    Length,
    Points,
    Reader,
    Rows,
    largest,
    only_if,
    rows,
    size_at,
    times,
    total,
)
from resolvers.reading.introspection_cost import introspection_cost
from resolvers.reading.relations import DEFAULT_PAGE
from resolvers.reading.source import Source

CHANGE = 10
"""Points of an entry of a mutation or a subscription, before what its payload reads back."""

COUNT = 10
"""Points of `totalCount`: up to 10,000 rows are counted."""

RESOLVER = 1
"""Points of an ordinary resolver."""

Given = Mapping[str, Any]


def formula_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Formula:
    """How an operation of a valid document is summed up."""
    root = schema.get_root_type(operation.operation)
    assert root is not None  # noqa: S101  # validation refuses operations without a root type
    weigher = _Weigher(schema, fragments)
    points = weigher.object(root, [_Part(operation.selection_set)])
    return Formula(weigher.readers, points)


class _Part(NamedTuple):
    """Selections, or one field, and the readers that must all give 1 for it to stand."""

    node: Any
    when: tuple[int, ...] = ()


class _Weigher:
    """Sums up one operation."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.schema, self.fragments = schema, fragments
        self.readers: list[Reader] = []

    def object(self, gtype: GraphQLObjectType, parts: Iterable[_Part], page: Points = DEFAULT_PAGE) -> Points:
        """What is asked of one object. `page`: how many rows the lists of a connection have."""
        return total([self._field(gtype, fields, page) for fields in self._collect(gtype, parts).values()])

    def _collect(self, gtype: GraphQLObjectType, parts: Iterable[_Part]) -> dict[str, list[_Part]]:
        found: dict[str, list[_Part]] = {}
        seen: set[tuple[str, tuple[int, ...]]] = set()
        for part in parts:
            self._into(found, seen, gtype, part)
        return found

    def _into(self, found: dict[str, list[_Part]], seen: set[Any], gtype: GraphQLObjectType, part: _Part) -> None:
        for selection in part.node.selections:
            when = self._when(selection, part.when)
            if when is None:
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                found.setdefault(key, []).append(_Part(selection, when))
                continue
            inner = selection
            if isinstance(selection, FragmentSpreadNode):
                if (selection.name.value, when) in seen:
                    continue
                seen.add((selection.name.value, when))
                inner = self.fragments[selection.name.value]
            if self._applies(inner.type_condition, gtype):
                self._into(found, seen, gtype, _Part(inner.selection_set, when))

    def _applies(self, condition: Any, gtype: GraphQLObjectType) -> bool:
        on = self.schema.type_map[condition.name.value] if condition else gtype
        return on is gtype or (is_abstract_type(on) and self.schema.is_sub_type(on, gtype))

    def _when(self, node: Any, when: tuple[int, ...]) -> tuple[int, ...] | None:
        """The readers that must all give 1 for a selection to stand; None where it never does."""
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                given, wanted = directive.arguments[0].value, directive.name.value == "include"
                if isinstance(given, VariableNode):
                    when = (*when, self._reader(Flag(given.name.value, wanted)))
                elif given.value is not wanted:
                    return None
        return when

    def _reader(self, reader: Reader) -> int:
        """The place of a reader among the sizes."""
        if reader not in self.readers:
            self.readers.append(reader)
        return self.readers.index(reader)

    def _field(self, gtype: GraphQLObjectType, parts: list[_Part], page: Points) -> Points:
        node: FieldNode = parts[0].node
        definition = gtype.fields.get(node.name.value)
        if definition is None:
            points: Points = introspection_cost(self.schema, [part.node for part in parts], self.fragments)
        elif (source := source_of(definition)) is not None:
            points = self._declared(source, definition, parts)
        else:
            points = self._ordinary(gtype, definition, parts, page)
        return points if any(not part.when for part in parts) else only_if([part.when for part in parts], points)

    def _declared(self, source: Source, definition: GraphQLField, parts: list[_Part]) -> Points:
        given = {a.name.value: a.value for a in parts[0].node.arguments or () if not isinstance(a.value, NullValueNode)}
        once = source.weight + sum(a.weight for name, a in source.arguments.items() if name in given)
        size = self._size(source, given)
        named = get_named_type(definition.type)
        if "nodes" in getattr(named, "fields", {}) and entity_of(named) is None:
            return total([once, times(size, source.row_weight), self._below(named, parts, size)])
        return total([once, times(size, total([source.row_weight, self._below(named, parts)]))])

    def _size(self, source: Source, given: Given) -> Points:
        """How many rows a source gives for one parent."""
        if "ids" in source.arguments:
            return self._length(given["ids"])
        if "first" not in source.arguments:
            return source.most
        sizes = [given[name] for name in ("first", "last") if name in given]
        literal = next((size for size in sizes if isinstance(size, IntValueNode)), None)
        if literal is not None:
            return rows(int(literal.value))
        if not sizes:
            return rows(source.arguments["first"].default)
        return size_at(self._reader(Rows(tuple(size.name.value for size in sizes))))

    def _length(self, value: Any) -> Points:
        if isinstance(value, ListValueNode):
            return len(value.values)
        return size_at(self._reader(Length(value.name.value))) if isinstance(value, VariableNode) else 1

    def _ordinary(self, gtype: GraphQLObjectType, definition: GraphQLField, parts: list[_Part], page: Points) -> Points:
        """A field that no source declares: of a page, of a payload, or of an ordinary resolver."""
        if parts[0].node.name.value == "totalCount":
            return COUNT
        below = self._below(get_named_type(definition.type), parts)
        if is_list_type(get_nullable_type(definition.type)):
            below = times(page, below)
        if gtype in (self.schema.mutation_type, self.schema.subscription_type):
            return total([CHANGE, below])
        spec = definition.extensions.get("strawberry-definition")
        return total([RESOLVER if spec is not None and spec.base_resolver is not None else 0, below])

    def _below(self, named: GraphQLNamedType, parts: list[_Part], page: Points = DEFAULT_PAGE) -> Points:
        """What is asked of one object that a field gives; of several possible types, the dearest."""
        below = [_Part(part.node.selection_set, part.when) for part in parts if part.node.selection_set is not None]
        if isinstance(named, GraphQLObjectType):
            return self.object(named, below, page)
        if is_abstract_type(named):
            return largest([self.object(one, below, page) for one in self.schema.get_possible_types(named)])
        return 0
