"""A list inside a list says how many rows it wants: nobody sees from a document what defaults multiply to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from resolvers.reading.limits import Limits, refusal

SIZES = ("first", "last")
"""Arguments that say how many rows are wanted."""


def unsized(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    limits: Limits,
) -> list[GraphQLError]:
    """A refusal (FIRST_REQUIRED) for each list inside a list without a size. The document is valid."""
    root = schema.get_root_type(operation.operation)
    assert root is not None  # noqa: S101  # validation refuses operations without a root type
    search = _Search(schema, operation, fragments)
    found = search.below(root, operation.selection_set, (), inside=False)
    return [error for error, _ in zip(found, range(limits.errors), strict=False)]


class _Search:
    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.schema, self.fragments = schema, fragments
        self.seen: set[str] = set()
        self.surely_given = {
            definition.variable.name.value
            for definition in operation.variable_definitions or ()
            if isinstance(definition.type, NonNullTypeNode)
            or not isinstance(definition.default_value, NullValueNode | None)
        }

    def below(
        self, gtype: GraphQLNamedType, selections: SelectionSetNode, path: tuple[str, ...], *, inside: bool
    ) -> Iterator[GraphQLError]:
        """The refusals under an object."""
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield from self._field(gtype, selection, path, inside=inside)
            elif isinstance(selection, InlineFragmentNode):
                on = selection.type_condition
                inner = gtype if on is None else self.schema.type_map[on.name.value]
                yield from self.below(inner, selection.selection_set, path, inside=inside)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._spread(selection.name.value, path, inside=inside)

    def _spread(self, name: str, path: tuple[str, ...], *, inside: bool) -> Iterator[GraphQLError]:
        """What is below a fragment is looked at once inside a list; what is found there is found everywhere."""
        key = f"{name} {inside}"
        if key not in self.seen:
            self.seen.add(key)
            fragment = self.fragments[name]
            on = self.schema.type_map[fragment.type_condition.name.value]
            yield from self.below(on, fragment.selection_set, path, inside=inside)

    def _field(
        self, gtype: GraphQLNamedType, node: FieldNode, path: tuple[str, ...], *, inside: bool
    ) -> Iterator[GraphQLError]:
        definition = getattr(gtype, "fields", {}).get(node.name.value)
        if definition is None or node.selection_set is None:  # introspection; a leaf
            return
        here = (*path, (node.alias or node.name).value)
        if inside and "first" in definition.args and not self._sized(node):
            yield refusal(
                "FIRST_REQUIRED",
                f"{'.'.join(here)} is a list inside a list and does not say how many rows it wants: "
                "write first: 20, or give it by a variable of type Int! or with a default.",
                node,
            )
        is_list = is_list_type(get_nullable_type(definition.type))
        yield from self.below(get_named_type(definition.type), node.selection_set, here, inside=inside or is_list)

    def _sized(self, node: FieldNode) -> bool:
        for argument in node.arguments or ():
            if argument.name.value in SIZES:
                value = argument.value
                given = value.name.value in self.surely_given if isinstance(value, VariableNode) else True
                if given and not isinstance(value, NullValueNode):
                    return True
        return False
