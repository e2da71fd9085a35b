"""Arguments of random documents as they are written: literals, variables, and variables inside literals."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, get_nullable_type, is_list_type, is_non_null_type

from tests.reading.documents_values import EnumName, Place, Values, inside


class Inputs:
    """Arguments of one document, and the variables that they use."""

    def __init__(self, chance: random.Random, values: Values) -> None:
        self.chance, self.values = chance, values
        self.declared: list[str] = []
        self.sets: list[dict[str, Any]] = [{}, {}]

    def written(self, gtype: Any, place: Place, most: int, *, must: bool, default: bool = False, level: int = 0) -> str:
        """A value in the document: a variable, or a literal that may have variables inside."""
        if self.chance.random() < 0.35:
            return self.variable(gtype, lambda: self.values.of(gtype, place, most, level), must=must, default=default)
        bare = get_nullable_type(gtype)
        if not is_non_null_type(gtype) and not must and self.chance.random() < 0.06:
            return "null"
        if is_list_type(bare):
            length = self.values.length(place)
            items = [self.written(bare.of_type, place, most, must=False, level=level + 1) for _ in range(length)]
            return (
                items[0]
                if length == 1 and items[0][0] != "$" and self.chance.random() < 0.2
                else f"[{', '.join(items)}]"
            )
        if isinstance(bare, GraphQLInputObjectType):
            parts = [
                f"{n}: {self.written(bare.fields[n].type, inside(place, bare, n), most, must=False, level=level + 1)}"
                for n in self.values.names(bare, level)
            ]
            return f"{{{', '.join(parts)}}}"
        return literal(self.values.of(bare, place, most))

    def variable(self, gtype: Any, make: Callable[[], Any], *, must: bool, default: bool) -> str:
        """A new variable: of the type or stricter, given or left out or null, with or without a default of its own."""
        name = f"v{len(self.declared)}"
        nullable = not is_non_null_type(gtype) and not must
        has_default = self.chance.random() < 0.25
        wanted = str(get_nullable_type(gtype))
        strict = self.chance.random() < 0.3 if nullable else not (has_default or default)
        own = f" = {literal(make())}" if has_default else ""
        own = own if own != " = null" or not strict else ""
        self.declared.append(f"${name}: {wanted}{'!' if strict else ''}{own}")
        for values in self.sets:
            may_miss = bool(own) or (nullable and not strict)
            if may_miss and self.chance.random() < 0.3:
                continue
            null = nullable and not strict and self.chance.random() < 0.15
            values[name] = None if null else _given(make, strict=strict or not nullable)
        return f"${name}"


def _given(make: Callable[[], Any], *, strict: bool) -> Any:
    while True:
        value = make()
        if value is not None or not strict:
            return value


def literal(value: Any) -> str:
    """A value as GraphQL writes it."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k}: {literal(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return str(value) if isinstance(value, EnumName) else json.dumps(value, ensure_ascii=False)
