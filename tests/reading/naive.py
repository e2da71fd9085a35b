"""An independent reader: a document's complete answer in plain Python over rows in memory.

It knows the meaning of each field from tables written by hand (`naive_values`, `naive_relations`, `naive_access`), and
uses graphql-core's parser and its coercion of arguments; it knows nothing of the planner and its declarations.

Errors: the arguments anywhere below an entry of the query are checked before anything is read, whether a row is found
or not, except below what is masked. An entry with bad arguments is null, with one of the codes that they deserve.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
    parse,
)

from resolvers.access import Subject
from tests.reading.naive_access import masked
from tests.reading.naive_check import is_id, problems
from tests.reading.naive_decisions import TOLD
from tests.reading.naive_filters import fulfils
from tests.reading.naive_network import FOUND, PARTY_TYPES, TYPE_OF
from tests.reading.naive_paging import Page, items, order_of, page_of
from tests.reading.naive_relations import MANY, ONE, PAGED, TIMELINE, World, in_order
from tests.reading.naive_rows import Row, Rows
from tests.reading.naive_selection import Refused, Selection
from tests.reading.naive_values import value_of, viewer, wire

Nodes = Sequence[FieldNode]
Path = tuple[str | int, ...]

NODES = (
    "Assignment",
    "Contact",
    "CreditChange",
    "Customer",
    "Decision",
    "Department",
    "Disclosure",
    "Duty",
    "Escalation",
    "GradePeriod",
    "Handover",
    "HandoverItem",
    "Interaction",
    "LedgerEntry",
    "Membership",
    "RulePublication",
    "RuleShadow",
    "RuleSimulation",
    "RuleVersion",
    "Staff",
    "Ticket",
    "TicketEvent",
)
"""Types with a global id."""

SHOWN = FOUND | TOLD
"""Fields that show what a function finds."""


@dataclass
class Expected:
    """The answer that is right. `codes` names, for each entry that fails, the codes that its error may have."""

    data: Any = None
    codes: dict[Path, set[str]] = field(default_factory=dict)
    refused: bool = False


def node_type(text: str) -> str | None:
    """The type that a global id names."""
    return next((gtype for gtype in NODES if is_id(text, gtype)), None)


class Reader:
    """Answers documents over the rows of one store."""

    def __init__(self, schema: GraphQLSchema, rows: Rows) -> None:
        self.schema, self.rows = schema, rows

    def answer(
        self, text: str, variables: Mapping[str, Any], name: str | None, subject: Subject, now: dt.datetime
    ) -> Expected:
        """The complete answer to a valid document."""
        try:
            selection = Selection(self.schema, parse(text), name, variables)
        except Refused:
            return Expected(refused=True)
        return Answering(selection, World(self.rows, subject, now)).answer()


class Answering:
    """One operation being answered."""

    def __init__(self, selection: Selection, world: World) -> None:
        self.selection, self.world, self.subject = selection, world, world.subject

    def answer(self) -> Expected:
        """All entries; a failed one that may not be null leaves no data."""
        expected = Expected(data={})
        failed = False
        for key, nodes in self.selection.fields("Query", [self.selection.operation]).items():
            codes = set(self.codes("Query", nodes))
            if codes:
                expected.codes[key,] = codes
                failed |= is_non_null_type(self.definition("Query", nodes).type)
                expected.data[key] = None
            else:
                expected.data[key] = self.value("Query", {}, nodes)
        if failed:
            expected.data = None
        return expected

    def definition(self, gtype: str, nodes: Nodes) -> Any:
        """A field's definition in the schema."""
        return self.selection.schema.type_map[gtype].fields[nodes[0].name.value]  # type: ignore[attr-defined]

    def codes(self, gtype: str, nodes: Nodes) -> Iterator[str]:
        """The codes that the arguments of a field, and of all below it, deserve."""
        name = nodes[0].name.value
        if name == "__typename" or masked(gtype, name, self.subject):
            return
        try:
            args, given = self.selection.arguments(gtype, nodes[0])
        except GraphQLError:
            yield "BAD_USER_INPUT"
            return
        yield from problems(self.subject, gtype, name, args, given)
        for target, inner in self.below(gtype, name, nodes, args):
            for fields in self.selection.fields(target, inner).values():
                yield from self.codes(target, fields)

    def below(self, gtype: str, name: str, nodes: Nodes, args: Mapping[str, Any]) -> Iterator[tuple[str, Nodes]]:
        """The types of the objects below a field, each with the nodes whose selections it has."""
        named = get_named_type(self.definition(gtype, nodes).type)
        if name == "node" and gtype == "Query":
            yield from ((found, nodes) for found in [node_type(args["id"])] if found)
        elif name == "nodes" and gtype == "Query":
            yield from ((found, nodes) for found in {node_type(text) for text in args["ids"]} if found)
        elif (gtype, name) in PAGED or name == "timeline":
            for target in self.paged_types(gtype, name, args):
                yield from ((target, inner) for inner in self.node_selections(named.name, nodes))
        elif not is_leaf_type(named):
            yield from ((target, nodes) for target in (PARTY_TYPES if named.name == "Party" else (named.name,)))

    def paged_types(self, gtype: str, name: str, args: Mapping[str, Any]) -> list[str]:
        """The types of a connection's rows."""
        if name != "timeline":
            return [PAGED[gtype, name][0]]
        kinds = None if args.get("kinds") is None else {kind.name for kind in args["kinds"]}
        return [target for target, (_, kind) in TIMELINE.items() if kinds is None or kind in kinds]

    def node_selections(self, connection: str, nodes: Nodes) -> Iterator[Nodes]:
        """Where a connection's rows are selected: under `nodes`, and under `node` of `edges`."""
        for inner in self.selection.fields(connection, nodes).values():
            if inner[0].name.value == "nodes":
                yield inner
            elif inner[0].name.value == "edges":
                edge = connection.replace("Connection", "Edge")
                parts = self.selection.fields(edge, inner).values()
                yield from (part for part in parts if part[0].name.value == "node")

    def value(self, gtype: str, row: Row, nodes: Nodes) -> Any:
        """A field's value. What may not be null is not: else the world or the schema is wrong."""
        name = nodes[0].name.value
        if name == "__typename":
            return gtype
        found = None if masked(gtype, name, self.subject) else self.read(gtype, name, row, nodes)
        if found is None and is_non_null_type(self.definition(gtype, nodes).type):
            raise AssertionError(f"{gtype}.{name} of {row} is null")
        return found

    def read(self, gtype: str, name: str, row: Row, nodes: Nodes) -> Any:
        """A field's value, from wherever it comes."""
        args, _ = self.selection.arguments(gtype, nodes[0])
        if (gtype, name) in ONE:
            target, find, keys = ONE[gtype, name]
            found = in_order(self.world.seen(target, find(self.world, row, args)), keys)
            return self.object(target, found[0], nodes) if found else None
        if (gtype, name) in MANY:
            target, find, keys = MANY[gtype, name]
            found = in_order(self.world.seen(target, find(self.world, row, args)), keys)
            size = 20 if args["first"] is None else args["first"]
            return [self.object(target, each, nodes) for each in found[:size]]
        if (gtype, name) in PAGED or name == "timeline":
            return self.connection(gtype, name, row, nodes, args)
        if (gtype, name) in SHOWN:
            return self.found(
                get_named_type(self.definition(gtype, nodes).type).name,
                SHOWN[gtype, name](self.world, row, args),
                nodes,
                args,
            )
        if gtype == "Query":
            return self.entry(name, nodes, args)
        found = value_of(gtype, name, row, self.world.now)
        named = get_named_type(self.definition(gtype, nodes).type)
        return wire(found) if is_leaf_type(named) or found is None else self.object(named.name, found, nodes)

    def found(self, target: str, of: Any, nodes: Nodes, args: Mapping[str, Any]) -> Any:
        """What a function finds: an object, or a list of them."""
        if isinstance(of, list):
            size = 20 if args.get("first") is None else args["first"]
            shown = of[:size] if "first" in args else of
            return [self.found(target, each, nodes, args) for each in shown]
        if target == "Party":
            gtype = TYPE_OF[of.kind]
            rows = self.world.seen(gtype, [self.world.rows.one(gtype, "id", of.id)])
            return self.object(gtype, rows[0], nodes) if rows else None
        return None if of is None else self.object(target, of, nodes)

    def entry(self, name: str, nodes: Nodes, args: Mapping[str, Any]) -> Any:
        """The entries that lead to any type, and the asker."""
        if name == "viewer":
            return self.object("Viewer", viewer(self.subject), nodes)
        if name == "node":
            return self.by_id(args["id"], nodes)
        return [self.by_id(text, nodes) for text in args["ids"]]

    def by_id(self, text: str, nodes: Nodes) -> Any:
        """The object with a global id, if the subject sees it."""
        gtype = node_type(text)
        rows = [r for r in self.world.rows.all(gtype) if f"{gtype}:{r['id']}" == text] if gtype else []
        found = self.world.seen(gtype or "", rows)
        return self.object(gtype or "", found[0], nodes) if found else None

    def object(self, gtype: str, row: Row, nodes: Nodes) -> Any:
        """An object under its response keys."""
        fields = self.selection.fields(gtype, nodes)
        return {key: self.value(gtype, row, inner) for key, inner in fields.items()}

    def connection(self, gtype: str, name: str, row: Row, nodes: Nodes, args: Mapping[str, Any]) -> Any:
        """A page under its response keys."""
        order, _ = order_of(gtype, name, args)
        found = items(self.world, gtype, name, row, args)
        if args.get("filter") is not None:
            kind = f"{PAGED[gtype, name][0]}Filter".replace("LedgerEntry", "Ledger")
            found = [item for item in found if fulfils(self.world, kind, item.row, args["filter"])]
        page = page_of(order, found, args)
        named = get_named_type(self.definition(gtype, nodes).type).name
        return {key: self.part(named, page, inner) for key, inner in self.selection.fields(named, nodes).items()}

    def part(self, connection: str, page: Page, nodes: Nodes) -> Any:
        """One field of a connection."""
        match nodes[0].name.value:
            case "__typename":
                return connection
            case "totalCount":
                return page.total
            case "pageInfo":
                info = {"__typename": "PageInfo", **page.info}
                return {k: info[inner[0].name.value] for k, inner in self.selection.fields("PageInfo", nodes).items()}
            case "nodes":
                return [self.object(item.gtype, item.row, nodes) for item in page.items]
        edge = connection.replace("Connection", "Edge")
        fields = self.selection.fields(edge, nodes)
        return [
            {
                key: self.object(item.gtype, item.row, inner)
                if inner[0].name.value == "node"
                else page.order.cursor(item.key)
                if inner[0].name.value == "cursor"
                else edge
                for key, inner in fields.items()
            }
            for item in page.items
        ]
