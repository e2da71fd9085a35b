"""What reading the schema costs: how many of its types, fields and so on a selection goes through, in the mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionSetNode,
)

from resolvers.reading.formulas import MOST


def introspection_cost(
    schema: GraphQLSchema, nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> int:
    """The points of one `__schema` or `__type`, one for each object; `__typename` has none."""
    sizes = _sizes(schema)
    objects = sum(_objects(n.selection_set, sizes, fragments) for n in nodes if n.selection_set is not None)
    return round(min(objects, MOST))


def _objects(
    selections: SelectionSetNode, sizes: Mapping[str, float], fragments: Mapping[str, FragmentDefinitionNode]
) -> float:
    """The objects that a selection of one object goes through, that one included."""
    found = 1.0
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            if selection.selection_set is not None:
                each = _objects(selection.selection_set, sizes, fragments)
                found += each * sizes.get(selection.name.value, 1)
        elif isinstance(selection, FragmentSpreadNode):
            found += _objects(fragments[selection.name.value].selection_set, sizes, fragments) - 1
        else:
            found += _objects(selection.selection_set, sizes, fragments) - 1  # type: ignore[attr-defined]  # inline fragments have one
    return found


@lru_cache(maxsize=8)
def _sizes(schema: GraphQLSchema) -> Mapping[str, float]:
    """How many objects a field of introspection leads to in the mean, where that is not one."""
    types = list(schema.type_map.values())
    objects = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for one in objects for field in one.fields.values()]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": len(fields) / len(types),
        "interfaces": sum(len(one.interfaces) for one in objects) / len(types),
        "args": sum(len(field.args) for field in fields) / len(fields),
        "inputFields": sum(len(t.fields) for t in types if isinstance(t, GraphQLInputObjectType)) / len(types),
        "enumValues": sum(len(t.values) for t in types if isinstance(t, GraphQLEnumType)) / len(types),
        "ofType": 0.5,  # half of all types are wrapped once more
    }
