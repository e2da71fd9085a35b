"""Values for the arguments of random documents: taken from the world, and now and then wrong."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from tests.reading.naive_rows import TYPES, Rows
from tests.reading.nasty import DAYS, INSTANTS, TEXTS

Place = tuple[str, str]
"""Where a value is: the field or input object that has it, and its name there."""

OPERATORS = ("eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "startsWith", "isNull")

SEARCHES = (
    "zhang",
    "张",
    "zw",
    "wf 王",
    "größe",
    "GROSSE",
    "c0",
    "C-1",
    "brien",
    "  ",
    "%",
    "x y z",
    "emoji",
    "o'b",
    "zzz",
)

GARBAGE_IDS = (
    "",
    "x",
    "Customer",
    "Customer:",
    "Customer:x",
    "customer:00000000-0000-4000-8000-000000000000",
    "Nothing:00000000-0000-4000-8000-000000000000",
    "Tag:00000000-0000-4000-8000-000000000000",
    "Customer:00000000000040008000000000000000",
    "Customer:{00000000-0000-4000-8000-000000000000}",
    "Customer:00000000-0000-4000-8000-00000000000Z",
    "Customer:00000000-0000-4000-8000-000000000000 ",
    "Ticket:00000000-0000-4000-8000-000000000000\n",
)

GARBAGE_CURSORS = ("", "zz", "5b5d", "7b7d", "00", "5b31325d", "é", "5B22", "6e756c6c", "5b2263225d")

LOOKED_UP = {
    "customer": "Customer",
    "department": "Department",
    "handover": "Handover",
    "interaction": "Interaction",
    "ruleVersion": "RuleVersion",
    "staffMember": "Staff",
}

REFERRED = {
    "departmentId": "Department",
    "parentId": "Department",
    "handlerId": "Staff",
    "assigneeId": "Staff",
    "servedBy": "Staff",
    "fromId": "Staff",
    "toId": "Staff",
    "customerId": "Customer",
}


class EnumName(str):
    """The name of an enum's value: written without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Pools:
    """What exists: global ids by type, texts by field, cursors by the order that they belong to."""

    ids: Mapping[str, Sequence[str]]
    texts: Mapping[str, Sequence[str]]
    cursors: Mapping[str, Sequence[str]]


def pools_of(rows: Rows, cursors: Mapping[str, Sequence[str]]) -> Pools:
    """What exists in a store."""
    ids = {gtype: [f"{gtype}:{r['id']}" for r in rows.all(gtype)[:40]] for gtype in TYPES if _has_id(rows, gtype)}
    texts: dict[str, list[str]] = {}
    for gtype in ("Customer", "Department", "Staff", "Ticket", "Interaction", "LedgerEntry", "Tag", "Handover"):
        for row in rows.all(gtype)[:40]:
            for column, value in row.items():
                if type(value) is str:
                    texts.setdefault(column, []).append(value)
    return Pools(ids, {c: sorted(set(found)) for c, found in texts.items()}, cursors)


def _has_id(rows: Rows, gtype: str) -> bool:
    return bool(rows.all(gtype)) and "id" in rows.all(gtype)[0] and gtype != "CustomerRelation"


class Values:
    """Random values of input types. `trouble`: now and then one that deserves an error."""

    def __init__(self, chance: random.Random, pools: Pools, *, trouble: bool) -> None:
        self.chance, self.pools, self.trouble = chance, pools, trouble

    def bad(self, probability: float = 0.12) -> bool:
        """Whether the next value shall be wrong."""
        return self.trouble and self.chance.random() < probability

    def of(self, gtype: Any, place: Place, most: int = 7, level: int = 0) -> Any:
        """A value of an input type, as JSON has it; a null now and then where that is allowed."""
        if not is_non_null_type(gtype) and level and self.chance.random() < 0.08:
            return None
        gtype = get_nullable_type(gtype)
        if is_list_type(gtype):
            return [self.of(gtype.of_type, place, most, level + 1) for _ in range(self.length(place))]
        if isinstance(gtype, GraphQLInputObjectType):
            names = self.names(gtype, level)
            return {n: self.of(gtype.fields[n].type, inside(place, gtype, n), most, level + 1) for n in names}
        if isinstance(gtype, GraphQLEnumType):
            return EnumName(self.chance.choice(list(gtype.values)))
        return self.leaf(gtype.name, place, most)

    def length(self, place: Place) -> int:
        """How many items a list has."""
        if place[1] == "ids" and self.bad(0.1):
            return 101
        return self.chance.choice((0, 1, 1, 2, 3)) if place[1] in ("and", "or", "not") else self.chance.randint(0, 4)

    def names(self, gtype: GraphQLInputObjectType, level: int) -> list[str]:
        """Some fields of an input object; the logical ones seldom where it is deep already."""
        logical = [n for n in ("and", "or", "not") if n in gtype.fields]
        plain = [n for n in gtype.fields if n not in logical]
        found = self.chance.sample(
            plain, self.chance.choice((1, 1, 1, 2)) if level or self.chance.random() < 0.8 else 0
        )
        if logical and self.chance.random() < (0.5 if level < 2 else 0.25 if level < 6 else 0):
            found.append(self.chance.choice(logical))
        return found

    def leaf(self, name: str, place: Place, most: int) -> Any:
        """A scalar."""
        match name:
            case "Int":
                return self.integer(place[1], most)
            case "Boolean":
                return self.chance.random() < 0.5
            case "ID":
                return self.identity(place)
            case "Date":
                return self.chance.choice((*DAYS, dt.date(1, 1, 1), dt.date(9999, 12, 31))).isoformat()
            case "DateTime":
                return self.instant()
            case "Decimal":
                return self.decimal()
            case "String":
                return self.text(place)
        raise TypeError(f"no values of {name}")

    def integer(self, name: str, most: int) -> int:
        """A page's size, or a number to compare with."""
        if name in ("first", "last"):
            return self.chance.choice((-1, 101, 2**31 - 1)) if self.bad() else self.chance.randint(0, most)
        return self.chance.choice((0, 1, 2, 3, 4, 5, -1, 2**31 - 1, -(2**31)))

    def identity(self, place: Place) -> str:
        """A global id: of the right type, or of another, or of nothing."""
        kind = REFERRED.get(place[1]) or LOOKED_UP.get(place[0]) or ("Ticket" if place[0] == "ticket" else None)
        if place[0] == "pathTo":
            kind = self.chance.choice(("Customer", "Customer", "Department", "Staff"))
        if kind is None:
            kind = self.chance.choice([*self.pools.ids, "Customer", "Ticket"])
            if self.chance.random() < 0.1:
                return self.chance.choice(GARBAGE_IDS)
        elif self.bad():
            return self.chance.choice((*GARBAGE_IDS, self.chance.choice(self.pools.ids["Contact"])))
        if self.chance.random() < 0.05:
            return f"{kind}:{uuid.UUID(int=self.chance.getrandbits(128), version=4)}"
        return self.chance.choice(self.pools.ids[kind])

    def instant(self) -> str:
        """An instant in any form that a client may write."""
        if self.bad():
            return self.chance.choice(("2026-03-02T09:00:00", "2026-03-02", "0001-01-01T00:00:00+14:00"))
        found = self.chance.choice(INSTANTS)
        zone = dt.timezone(dt.timedelta(minutes=self.chance.choice((0, 0, 480, -330))))
        text = found.astimezone(zone).isoformat()
        return text.replace("+00:00", "Z") if self.chance.random() < 0.3 else text

    def decimal(self) -> Any:
        """An amount, as text or as a number."""
        if self.bad():
            return self.chance.choice(("NaN", "Infinity", "1e400", "0.0005", "10000000000000001", "12.3456"))
        return self.chance.choice(
            ("0", "0.01", "-0.01", "1.000", "100", "123.45", "12.345", "1e3", 7, 76543.21, "0.001")
        )

    def text(self, place: Place) -> str:
        """A cursor, a word to search for, or the text of some row."""
        owner, name = place
        if name in ("after", "before"):
            return self.cursor(owner)
        if name == "search":
            return self.chance.choice(SEARCHES)
        if name == "ruleSet":
            return self.chance.choice(("grading", "grading", "limits", "service_level", *TEXTS[:5]))
        column = {"tag": "name", "subject": "subject"}.get(name, name)
        known = self.pools.texts.get(column) or TEXTS
        return self.chance.choice(TEXTS if self.chance.random() < 0.2 else known)

    def cursor(self, order: str) -> str:
        """A cursor of this order; when in trouble one of another order, or none at all."""
        if self.bad(0.3):
            others = [c for name, found in self.pools.cursors.items() if name != order for c in found]
            return self.chance.choice((*GARBAGE_CURSORS, *self.chance.sample(others, 5)))
        return self.chance.choice(self.pools.cursors.get(order) or ["no such order"])


def inside(place: Place, gtype: GraphQLInputObjectType, name: str) -> Place:
    """The place of a field of an input object; operators keep the place of what they compare."""
    return place if name in OPERATORS else (gtype.name, name)
