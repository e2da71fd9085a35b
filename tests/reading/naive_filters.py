"""Filters: whether a row fulfils one, by going through it as it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from resolvers.access import Scope
from store.search import query_tokens
from tests.reading.naive_access import DIRECTORY, serves
from tests.reading.naive_relations import World, nfc
from tests.reading.naive_rows import Row
from tests.reading.naive_values import column_of, is_open, is_overdue, thousandths

Filter = Mapping[str, Any]

REFERENCES = {
    "departmentId": ("Department", "department_id"),
    "parentId": ("Department", "parent_id"),
    "handlerId": ("Staff", "staff_id"),
    "assigneeId": ("Staff", "assignee_id"),
    "fromId": ("Staff", "from_id"),
    "toId": ("Staff", "to_id"),
    "customerId": ("Customer", "customer_id"),
}
"""Filter fields that compare the global id of another row."""

RENAMED = {"happenedAt": "occurred_at", "proposedAt": "created_at"}
"""Filter fields whose column has another name."""

AMOUNTS = {"monetary": "monetary_minor", "amount": "amount_minor"}
"""Filter fields that compare amounts of any currency."""


def fulfils(world: World, kind: str, row: Row, wanted: Filter) -> bool:
    """Whether a row fulfils everything in a filter; a null is as if nothing were there."""
    return all(_holds(world, kind, row, key, value) for key, value in wanted.items() if value is not None)


def _holds(world: World, kind: str, row: Row, key: str, value: Any) -> bool:
    if key == "and":
        return all(fulfils(world, kind, row, part) for part in value)
    if key == "or":
        return any(fulfils(world, kind, row, part) for part in value)
    if key == "not":
        return not fulfils(world, kind, row, value)
    if key in RULES:
        return RULES[key](world, kind, row, value)
    found = _compared(row, key)
    if key in REFERENCES and REFERENCES[key][0] in DIRECTORY and world.subject.scope is Scope.PARTNER:
        found = None
    return all(OPERATORS[op](found, _wanted(key, x)) for op, x in value.items() if x is not None)


def _compared(row: Row, key: str) -> Any:
    """The row's value, as the client would write it."""
    if key in REFERENCES:
        gtype, column = REFERENCES[key]
        return None if row[column] is None else f"{gtype}:{row[column]}"
    if key in AMOUNTS:
        return thousandths(row[AMOUNTS[key]], row["currency"])
    return row[RENAMED.get(key) or column_of(key)]


def _wanted(key: str, value: Any) -> Any:
    """The client's value, comparable with the row's."""
    if isinstance(value, list):
        return [_wanted(key, item) for item in value]
    if key in AMOUNTS and not isinstance(value, bool):
        return value * 1000
    return nfc(value) if type(value) is str else value


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, x: found is not None and found == x,
    "ne": lambda found, x: found != x,
    "in": lambda found, x: found is not None and found in x,
    "notIn": lambda found, x: found is None or found not in x,
    "gt": lambda found, x: found is not None and found > x,
    "gte": lambda found, x: found is not None and found >= x,
    "lt": lambda found, x: found is not None and found < x,
    "lte": lambda found, x: found is not None and found <= x,
    "startsWith": lambda found, x: found is not None and found.startswith(x),
    "isNull": lambda found, x: (found is None) == x,
}


def _search(world: World, kind: str, row: Row, text: str) -> bool:
    """Every word that was typed begins one of the row's tokens."""
    table, column = ("staff_token", "staff_id") if kind == "StaffFilter" else ("customer_token", "customer_id")
    tokens = [r["token"] for r in world.rows.in_table(table, column, row["id"])]
    words = query_tokens(text)
    return bool(words) and all(any(token.startswith(word) for token in tokens) for word in words)


def _tagged(world: World, _: str, row: Row, name: str) -> bool:
    return any(tag["name"] == nfc(name) for tag in world.rows.where("Tag", "customer_id", row["id"]))


def _served_by(world: World, _: str, row: Row, staff: str) -> bool:
    if world.subject.scope is Scope.PARTNER:
        return False
    own = world.rows.where("Assignment", "customer_id", row["id"])
    return any(f"Staff:{a['staff_id']}" == staff and serves(a, world.today) for a in own)


def _is_overdue(world: World, kind: str, row: Row, value: bool) -> bool:
    if kind == "DutyFilter":
        return is_overdue(row, world.now) == value
    late = is_open(row) and row["due_at"] is not None and row["due_at"] < (row["paused_at"] or world.now)
    return late == value


RULES: dict[str, Callable[[World, str, Row, Any], bool]] = {
    "search": _search,
    "tag": _tagged,
    "servedBy": _served_by,
    "isOpen": lambda _w, _k, row, value: is_open(row) == value,
    "isOverdue": _is_overdue,
}
"""Filter fields that are no comparison of one value."""
