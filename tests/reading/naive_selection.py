"""What an operation selects: fields by response key under fragments and directives, and the arguments of a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    get_variable_values,
)

Fields = dict[str, list[FieldNode]]


class Refused(Exception):  # noqa: N818  # named for what happens
    """The request is refused before anything runs."""


class Selection:
    """One operation with its fragments and variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
    ) -> None:
        self.schema = schema
        definitions = document.definitions
        self.fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        self.operation = next(o for o in operations if name is None or (o.name and o.name.value == name))
        found = get_variable_values(schema, self.operation.variable_definitions or (), dict(variables))
        if isinstance(found, list):
            raise Refused
        self.values = found

    def fields(self, gtype: str, nodes: Iterable[Any]) -> Fields:
        """The fields that apply to an object type, by response key, in the order of the answer."""
        found: Fields = {}
        seen: set[str] = set()
        for node in nodes:
            self._collect(gtype, node.selection_set.selections, found, seen)
        return found

    def _collect(self, gtype: str, selections: Iterable[Any], found: Fields, seen: set[str]) -> None:
        for selection in selections:
            if not self._stands(selection):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias or selection.name
                found.setdefault(key.value, []).append(selection)
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in seen:
                    continue
                seen.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
            condition = fragment.type_condition
            if condition is None or condition.name.value in self._names(gtype):
                self._collect(gtype, fragment.selection_set.selections, found, seen)

    def _names(self, gtype: str) -> set[str]:
        """An object type's name and those of its interfaces."""
        interfaces = self.schema.type_map[gtype].interfaces  # type: ignore[attr-defined]  # it is an object type
        return {gtype, *(interface.name for interface in interfaces)}

    def _stands(self, selection: Any) -> bool:
        for directive in selection.directives or ():
            value = directive.arguments[0].value
            on = self.values.coerced[value.name.value] if isinstance(value, VariableNode) else value.value
            if on == (directive.name.value == "skip"):
                return False
        return True

    def arguments(self, gtype: str, node: FieldNode) -> tuple[dict[str, Any], set[str]]:
        """A field's arguments, and the names of those that were given a value. Raises GraphQLError."""
        definition = self.schema.type_map[gtype].fields[node.name.value]  # type: ignore[attr-defined]  # as above
        args = get_argument_values(definition, node, self.values)
        given = {a.name.value for a in node.arguments or () if self._is_given(a.value, args.get(a.name.value))}
        return args, given

    def _is_given(self, node: Any, value: Any) -> bool:
        missing = isinstance(node, VariableNode) and node.name.value not in self.values.coerced
        return value is not None and not missing
