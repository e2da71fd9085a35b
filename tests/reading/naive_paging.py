"""Pages of rows: positions, cursors, what lies before and after, and how many rows there are."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store.base import Base
from store.types import Coded, Instant, Prose, Uid
from tests.reading.naive_relations import ORDERS, PAGED, TIMELINE, Args, Keys, World, in_order
from tests.reading.naive_rows import TYPES, Row
from tests.reading.naive_values import wire

MOST_COUNTED = 10_000


class BadCursor(ValueError):  # noqa: N818  # named for what it is
    """A text that is no cursor of this connection in this order."""


@dataclass(frozen=True)
class Order:
    """A connection's order: its name in cursors, its keys' directions, and the types of their values."""

    name: str
    directions: Sequence[int]
    types: Sequence[type]

    def cursor(self, key: Sequence[Any]) -> str:
        """The cursor of a position."""
        values = [self.name, *(str(v) if isinstance(v, uuid.UUID) else wire(v) for v in key)]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode().hex()

    def position(self, cursor: str) -> Sequence[Any]:
        """The position of a cursor."""
        try:
            name, *values = json.loads(bytes.fromhex(cursor))
            if name != self.name:
                raise BadCursor(cursor)
            return [_read(v, of) for v, of in zip(values, self.types, strict=True)]
        except (ValueError, TypeError) as error:
            raise BadCursor(cursor) from error

    def compare(self, key: Sequence[Any], other: Sequence[Any]) -> int:
        """-1 where the first position comes before the second, 0 where they are the same, else 1."""
        for a, b, direction in zip(key, other, self.directions, strict=True):
            if a != b:
                return direction if a > b else -direction
        return 0


def _read(value: Any, of: type) -> Any:
    if type(value) is not (int if of is int else str):
        raise BadCursor(value)
    if of is dt.datetime or of is dt.date:
        return of.fromisoformat(value)
    return of(value)


@dataclass(frozen=True)
class Item:
    """A row at its place."""

    gtype: str
    row: Row
    key: Sequence[Any]


@dataclass(frozen=True)
class Page:
    """What of a connection is shown."""

    order: Order
    items: Sequence[Item]
    info: Mapping[str, Any]
    total: int


def _value_type(column_type: Any) -> type:
    """The type of a key's values: of an enum its members."""
    return column_type.members if isinstance(column_type, Coded) else _python(column_type)


def order_of(gtype: str, field: str, args: Args) -> tuple[Order, Keys]:
    """The order of a connection under its arguments."""
    if field == "timeline":
        return Order("TimelineItemConnection.HAPPENED_AT", (-1, -1, -1), (dt.datetime, int, uuid.UUID)), ()
    node, _, keys = PAGED[gtype, field]
    name = ""
    if keys is None:
        name = args.get("orderBy") or next(iter(ORDERS[node]))
        name = getattr(name, "name", name)
        keys = ORDERS[node][name]
    columns = Base.metadata.tables[TYPES[node]].c
    types = [_value_type(columns[column].type) for column, _ in keys]
    return Order(f"{node}.{name}", [direction for _, direction in keys], types), keys


def _python(column_type: Any) -> type:
    found = {Instant: dt.datetime, Uid: uuid.UUID, Prose: str, sa.Date: dt.date, sa.BigInteger: int, sa.Integer: int}
    return found[type(column_type)]


def items(world: World, gtype: str, field: str, parent: Row, args: Args) -> list[Item]:
    """All rows of a connection that the subject sees, in their order, before paging and filters."""
    if field == "timeline":
        return _timeline(world, parent, args)
    node, find, _ = PAGED[gtype, field]
    _, keys = order_of(gtype, field, args)
    found = in_order(world.seen(node, find(world, parent, args)), keys)
    return [Item(node, row, [row[column] for column, _ in keys]) for row in found]


def _timeline(world: World, customer: Row, args: Args) -> list[Item]:
    kinds = None if args.get("kinds") is None else {kind.name for kind in args["kinds"]}
    since, until = args.get("since"), args.get("until")
    found = []
    for number, (gtype, (time, kind)) in enumerate(TIMELINE.items()):
        for row in world.seen(gtype, world.rows.where(gtype, "customer_id", customer["id"])):
            at = row[time]
            if (kinds is None or kind in kinds) and (not since or at >= since) and (not until or at < until):
                found.append(Item(gtype, row, (at, number, row["id"])))
    return sorted(found, key=lambda item: item.key, reverse=True)


def page_of(order: Order, found: Sequence[Item], args: Args) -> Page:
    """The part of the rows that the paging arguments ask for."""
    kept = list(found)
    after, before, last = args.get("after"), args.get("before"), args.get("last")
    if after is not None:
        position = order.position(after)
        kept = [item for item in kept if order.compare(item.key, position) > 0]
    if before is not None:
        position = order.position(before)
        kept = [item for item in kept if order.compare(item.key, position) < 0]
    size = last if last is not None else args["first"] if args.get("first") is not None else 20
    shown = kept[max(0, len(kept) - size) :] if last is not None else kept[:size]
    more = len(kept) > size
    info = {
        "hasNextPage": before is not None if last is not None else more,
        "hasPreviousPage": more if last is not None else after is not None,
        "startCursor": order.cursor(shown[0].key) if shown else None,
        "endCursor": order.cursor(shown[-1].key) if shown else None,
    }
    return Page(order, shown, info, min(len(found), MOST_COUNTED + 1))
