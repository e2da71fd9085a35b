"""Queries by every way that the schema has to a type, made from the access matrix's paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_abstract_type, is_leaf_type

from resolvers.reading.matrix import Path, Via
from tests.reading.computed import ASKED_ALONE

PAGE = "first: 100"
TARGET = "Customer:00000000-0000-4000-8000-000000000000"
"""What paths lead to, in these queries: nobody, until a test puts someone in its place."""
FROM = frozenset({Via.CONNECTION, Via.RELATION, Via.LIST, Via.PART, Via.TRAVERSAL})
"""Ways by which one gets on from one type to the next without knowing any id."""


def arguments_of(field: GraphQLField) -> str:
    """The arguments of a field that is reached from its owner."""
    if "grade" in field.args:
        return f"(grade: VIP, {PAGE})"
    if "first" in field.args:
        return f"({PAGE})"
    return f'(id: "{TARGET}")' if "id" in field.args else ""


def selection_of(gtype: GraphQLObjectType) -> str:
    """Every field of a type once, under its own name; but for those that are asked elsewhere."""
    parts = []
    for name, field in gtype.fields.items():
        if name in ASKED_ALONE.get(gtype.name, ()):
            continue
        is_leaf = is_leaf_type(get_named_type(field.type))
        parts.append(name if is_leaf else f"{name}{arguments_of(field)} {{ __typename }}")
    return " ".join(parts)


class Routes:
    """Ways from the query to every type."""

    def __init__(self, schema: GraphQLSchema, paths: Sequence[Path]) -> None:
        self.schema = schema
        self.routes = {"Query": "{ %s }"}
        self.taken: dict[str, Path] = {}
        left = [path for path in paths if path.via in FROM and path.owner in schema.type_map]
        while left:
            reached = [path for path in left if path.owner in self.routes]
            if not reached:
                break
            for path in reached:
                if path.type_name not in self.routes:
                    self.routes[path.type_name], self.taken[path.type_name] = self.by(path), path
            left = [path for path in left if path not in reached]

    def by(self, path: Path) -> str:
        """A query with a place for the selection of the rows to which a path leads."""
        return self.routes[path.owner] % self.step(path)

    def step(self, path: Path) -> str:
        """A field with a place for the selection of its rows."""
        owner = self.schema.type_map[path.owner]
        assert isinstance(owner, GraphQLObjectType)
        field = owner.fields[path.field_name]
        arguments = arguments_of(field)
        is_abstract = path.via is Via.TIMELINE or is_abstract_type(get_named_type(field.type))
        inner = f"... on {path.type_name} {{ %s }}" if is_abstract else "%s"
        paged = "nodes" in getattr(get_named_type(field.type), "fields", {})
        return (
            f"{path.field_name}{arguments} {{ nodes {{ {inner} }} }}"
            if paged
            else f"{path.field_name}{arguments} {{ {inner} }}"
        )


def by_ids(path: Path, ids: Sequence[str], selection: str) -> Iterator[str]:
    """Queries by global ids."""
    inner = f"... on {path.type_name} {{ {selection} }}" if path.via is Via.NODE else selection
    if path.field_name == "nodes":
        listed = ", ".join(f'"{each}"' for each in ids[:100])
        yield f"{{ nodes(ids: [{listed}]) {{ {inner} }} }}"
        return
    entries = [f'a{n}: {path.field_name}(id: "{each}") {{ {inner} }}' for n, each in enumerate(ids)]
    yield f"{{ {' '.join(entries)} }}"
