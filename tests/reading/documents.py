"""Random valid documents over the whole query schema: every kind of selection, argument and variable.

Documents are the same for the same seed and the same world. Cursors come from real answers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
)

from tests.reading.computed import ASKED_ALONE, ENTRIES
from tests.reading.documents_inputs import Inputs
from tests.reading.documents_values import EnumName, Pools, Values

SAME_EVERYWHERE = ("id", "__typename", "happenedAt", "name")
"""Fields that mean the same on all types of an interface, and may keep their name beside one another."""

LOOKUPS = ("id", "ids", "code", "number")
"""Arguments that say which object."""

ELSEWHERE = {("Query", name) for name in ("events", "disclosures", *ENTRIES)}
ELSEWHERE |= {(gtype, name) for gtype, names in ASKED_ALONE.items() for name in names}
"""Fields that `tests/reading/streaming`, `tests/reading/disclosing` and `tests/schema` ask for: their arguments are of
other kinds."""


@dataclass
class Asked:
    """A document, and some sets of variables for it."""

    text: str
    variables: list[dict[str, Any]]


@dataclass
class Room:
    """How much more a selection may hold: levels below it, and rows on the way to it."""

    levels: int
    rows: int
    wide: int = 3

    def below(self, rows: int = 1) -> Room:
        """The room of a selection one level below, in each of so many rows."""
        return Room(self.levels - 1, max(1, self.rows // max(1, rows)), max(1, self.wide - 1))


@dataclass
class Writer:
    """Writes one document."""

    schema: GraphQLSchema
    chance: random.Random
    inputs: Inputs
    plain: bool
    left: int
    names: int = 0
    fragments: list[str] = field(default_factory=list)
    reusable: dict[str, list[str]] = field(default_factory=dict)

    def chosen(self, probability: float) -> bool:
        """Chance."""
        return self.chance.random() < probability

    def name(self, prefix: str) -> str:
        """A new name."""
        self.names += 1
        return f"{prefix}{self.names}"

    def directive(self) -> str:
        """Now and then @skip or @include, by a literal or a variable."""
        if not self.chosen(0.08):
            return ""
        flag = str(self.chosen(0.6)).lower()
        if self.chosen(0.6):
            boolean = self.schema.directives[0].args["if"].type
            flag = self.inputs.variable(boolean, lambda: self.chosen(0.6), must=True, default=False)
        return f" @{self.chance.choice(('include', 'skip'))}(if: {flag})"

    def selection(self, gtype: Any, room: Room, *, unlike: bool = False) -> str:
        """A selection set, perhaps through a fragment. `unlike`: other types stand beside it, so it needs aliases."""
        body = self.abstract(gtype, room) if is_abstract_type(gtype) else self.body(gtype, room, unlike=unlike)
        if self.plain or unlike or not self.chosen(0.2):
            return body
        match self.chance.choice(("inline", "typed", "named", "split")):
            case "inline":
                return f"{{ ...{self.directive()} {body} __typename }}"
            case "typed":
                return f"{{ ... on {gtype.name}{self.directive()} {body} }}"
            case "named":
                spread = self.fragment(gtype, body, keep="(" not in body)
                return f"{{ ...{spread}{self.directive()} }}"
        known = self.reusable.get(gtype.name)
        return f"{{ {f'...{self.chance.choice(known)}' if known else ''} ... on {gtype.name} {body} }}"

    def fragment(self, gtype: Any, body: str, *, keep: bool) -> str:
        """A named fragment; a harmless one is used again elsewhere."""
        name = self.name("F")
        self.fragments.append(f"fragment {name} on {gtype.name} {body}")
        if keep:
            self.reusable.setdefault(gtype.name, []).append(name)
        return name

    def abstract(self, gtype: Any, room: Room) -> str:
        """Fields of an interface, and fragments on some of its types and on another interface."""
        parts = self.chance.sample(["__typename", *gtype.fields], self.chance.randint(0, 2))
        possible = [t for t in self.schema.get_possible_types(gtype) if self.chosen(0.6)]
        for each in possible:
            parts.append(f"... on {each.name}{self.directive()} {self.selection(each, room.below(), unlike=True)}")
        if self.chosen(0.2):
            other = self.chance.choice([one.name for one in self.overlapping(gtype)])
            parts.append(f"... on {other}{self.directive()} {{ id __typename }}")
        return f"{{ {' '.join(parts) or '__typename'} }}"

    def overlapping(self, gtype: Any) -> list[Any]:
        """The interfaces of which some object could be too."""
        mine = set(self.schema.get_possible_types(gtype))
        others = [one for one in self.schema.type_map.values() if is_abstract_type(one)]
        return [one for one in others if mine & set(self.schema.get_possible_types(one))]

    def body(self, gtype: GraphQLObjectType, room: Room, *, unlike: bool) -> str:
        """The fields of an object type."""
        parts = ["__typename"] if self.chosen(0.12) else []
        for name in self.fields(gtype, room):
            self.left -= 1
            parts += self.field(gtype, name, room, unlike=unlike)
        self.chance.shuffle(parts)
        return f"{{ {' '.join(parts) or '__typename'} }}"

    def fields(self, gtype: GraphQLObjectType, room: Room) -> list[str]:
        """Some fields of an object type, fewer as the room gets small."""
        leaves = [n for n, f in gtype.fields.items() if is_leaf_type(get_named_type(f.type))]
        others = [n for n in gtype.fields if n not in leaves and (gtype.name, n) not in ELSEWHERE]
        if gtype.name.endswith(("Connection", "Edge")):
            rows = [n for n in ("nodes", "edges", "node") if n in gtype.fields]
            return list(
                dict.fromkeys([*self.some(rows, 1, 1 if self.left < 20 else 2), *self.some(leaves + others, 0, 2)])
            )
        deeper = room.levels > 0 and self.left > 0
        wanted = self.some(others, 1 if room.levels > 4 else 0, room.wide) if deeper else []
        return self.some(leaves, 0 if wanted else 1, 3) + wanted

    def some(self, of: list[str], least: int, most: int) -> list[str]:
        """Some of these, none twice."""
        return self.chance.sample(of, min(len(of), self.chance.randint(least, max(least, most))))

    def field(self, gtype: GraphQLObjectType, name: str, room: Room, *, unlike: bool) -> list[str]:
        """A field with its arguments and selection; now and then twice, to be merged."""
        definition = gtype.fields[name]
        target = get_named_type(definition.type)
        args, rows = self.arguments(name, definition, room, order=f"{target.name}")
        is_other = unlike and name not in SAME_EVERYWHERE
        alias = is_other or (not self.plain and (bool(args) or self.chosen(0.15)))
        head = f"{self.name('a')}: {name}{args}" if alias else f"{name}{args}"
        if is_leaf_type(target):
            return [f"{head}{self.directive()}"]
        inner = room if target.name.endswith(("Edge", "Info")) or gtype.name.endswith("Edge") else room.below(rows)
        times = 2 if not self.plain and self.chosen(0.12) else 1
        return [f"{head}{self.directive()} {self.selection(target, inner)}" for _ in range(times)]

    def arguments(self, name: str, definition: Any, room: Room, order: str) -> tuple[str, int]:
        """The arguments of a field, and how many rows it gives at most."""
        if not definition.args:
            return "", 1
        parts = {}
        size, paging = 20, "first"
        order_name = _order(order)
        if "orderBy" in definition.args:
            order_name, parts["orderBy"] = self.order(order, definition.args["orderBy"])
        if "first" in definition.args:
            paging = "last" if "last" in definition.args and self.chosen(0.25) else "first"
            size = min(7, room.rows)
            if room.rows >= 20 and self.chosen(0.2):
                size, paging = 20, ""
        wanted = self.wanted(definition)
        for arg, spec in definition.args.items():
            if arg in ("first", "last"):
                if arg == paging or self.inputs.values.bad(0.03):
                    parts[arg] = self.inputs.written(spec.type, (name, arg), size, must=True)
            elif arg in wanted:
                place = (order_name if arg in ("after", "before") else name, arg)
                must = arg not in LOOKUPS and is_required_argument(spec)
                must |= arg in LOOKUPS and not self.inputs.values.bad()
                parts[arg] = self.inputs.written(spec.type, place, size, must=must)
        return _listed({k: v for k, v in parts.items() if v}), size

    def wanted(self, definition: Any) -> list[str]:
        """Which other arguments are given: one of a lookup's two (when in trouble none or both), the others at will.

        What must be given is.
        """
        lookups = [arg for arg in definition.args if arg in LOOKUPS]
        required = [arg for arg in lookups if is_non_null_type(definition.args[arg].type)]
        unsure = lookups and not required and self.inputs.values.bad()
        named = self.some(lookups, 0, 2) if unsure else [self.chance.choice(lookups)] if lookups else []
        left = [arg for arg in definition.args if arg != "orderBy" and arg not in LOOKUPS]
        needed = [arg for arg in left if is_required_argument(definition.args[arg])]
        at_will = [arg for arg in left if arg not in needed]
        return [*named, *needed, *(arg for arg in at_will if self.chosen(0.5 if arg in ("filter", "kinds") else 0.25))]

    def order(self, connection: str, spec: Any) -> tuple[str, str]:
        """An order, and its name in cursors."""
        values = list(get_named_type(spec.type).values)
        if self.chosen(0.4):
            return f"{connection.removesuffix('Connection')}.{values[0]}", ""
        chosen = EnumName(self.chance.choice(values))
        if self.chosen(0.4):
            written = self.inputs.variable(spec.type, lambda: chosen, must=False, default=True)
        else:
            written = chosen
        return f"{connection.removesuffix('Connection')}.{chosen}", written


def _order(connection: str) -> str:
    """The name in cursors of a connection's only order."""
    return (
        "TimelineItemConnection.HAPPENED_AT"
        if connection.startswith("Timeline")
        else f"{connection.removesuffix('Connection')}."
    )


def _listed(parts: Mapping[str, str]) -> str:
    return f"({', '.join(f'{name}: {value}' for name, value in parts.items())})" if parts else ""


def make(schema: GraphQLSchema, pools: Pools, seed: int) -> Asked:
    """A random document with two sets of variables."""
    chance = random.Random(seed)
    values = Values(chance, pools, trouble=chance.random() < 0.2)
    inputs = Inputs(chance, values)
    deep = chance.random() < 0.25
    writer = Writer(schema, chance, inputs, plain=chance.random() < 0.2, left=chance.choice((25, 40, 70)))
    room = Room(levels=chance.randint(7, 12), rows=4, wide=1) if deep else Room(levels=4, rows=60)
    root = schema.query_type
    assert root is not None
    body = writer.body(root, room, unlike=False)
    head = f"query Q({', '.join(inputs.declared)})" if inputs.declared else chance.choice(("query Q", "query", ""))
    return Asked("\n".join([f"{head} {body}", *writer.fragments]), inputs.sets)
