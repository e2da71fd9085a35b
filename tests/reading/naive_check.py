"""What is wrong with the arguments of a field: the codes of all errors that they deserve."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from resolvers.access import Subject
from tests.reading.naive_access import FILTER_LEVELS, ORDER_LEVELS
from tests.reading.naive_filters import AMOUNTS, REFERENCES
from tests.reading.naive_paging import BadCursor, order_of
from tests.reading.naive_relations import PAGED

LOOKUPS = {
    "customer": ("Customer", "code"),
    "department": ("Department", "number"),
    "handover": ("Handover", "number"),
    "staffMember": ("Staff", "number"),
    "interaction": ("Interaction", "id"),
    "ruleVersion": ("RuleVersion", "id"),
    "ticket": ("Ticket", "number"),
}
PARTIES = ("Customer", "Department", "Staff")
LARGEST_PAGE = 100
MOST_PLACES = 60
DEEPEST = 10
GLOBAL_ID = r"{}:[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"


def is_id(text: str, gtype: str) -> bool:
    """Whether a text has the form of a global id of a type."""
    return re.fullmatch(GLOBAL_ID.format(gtype), text) is not None


def problems(subject: Subject, gtype: str, field: str, args: Mapping[str, Any], given: set[str]) -> Iterator[str]:
    """The codes that a field's arguments deserve. `given` names the arguments that were given a value."""
    if gtype == "Query" and field in LOOKUPS:
        yield from _lookup_problems(field, args, given)
    if field == "nodes" and gtype == "Query" and len(args["ids"]) > LARGEST_PAGE:
        yield "BAD_PAGE_SIZE"
    if (gtype, field) == ("Customer", "pathTo") and not any(is_id(args["id"], party) for party in PARTIES):
        yield "BAD_ID"
    yield from _page_problems(args, given)
    if (gtype, field) in PAGED or field == "timeline":
        yield from _connection_problems(subject, gtype, field, args)
    for name in ("asOf", "since", "until"):
        yield from _instant_problems(args.get(name))


def _lookup_problems(field: str, args: Mapping[str, Any], given: set[str]) -> Iterator[str]:
    gtype, other = LOOKUPS[field]
    if len(given & {"id", other}) != 1:
        yield "BAD_LOOKUP"
    if "id" in given and not is_id(args["id"], gtype):
        yield "BAD_ID"


def _page_problems(args: Mapping[str, Any], given: set[str]) -> Iterator[str]:
    if {"first", "last"} <= given:
        yield "BAD_PAGE_SIZE"
    for name in {"first", "last"} & given:
        if not 0 <= args[name] <= LARGEST_PAGE:
            yield "BAD_PAGE_SIZE"


def _connection_problems(subject: Subject, gtype: str, field: str, args: Mapping[str, Any]) -> Iterator[str]:
    order, _ = order_of(gtype, field, args)
    if ORDER_LEVELS.get(order.name.partition(".")[2], 0) > subject.clearance:
        yield "FORBIDDEN"
    for name in ("after", "before"):
        if args.get(name) is not None:
            try:
                order.position(args[name])
            except BadCursor:
                yield "BAD_CURSOR"
    if args.get("filter") is not None:
        kind = f"{PAGED[gtype, field][0]}Filter".replace("LedgerEntry", "Ledger")
        yield from filter_problems(subject, kind, args["filter"])
        if places(args["filter"]) > MOST_PLACES or nesting(args["filter"]) > DEEPEST:
            yield "FILTER_TOO_LARGE"


def _instant_problems(value: Any) -> Iterator[str]:
    """An instant that a client gives says its time zone, and is one that the store can hold."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            yield "BAD_INSTANT"
            return
        try:
            value.astimezone(dt.UTC)
        except OverflowError:
            yield "BAD_INSTANT"


def filter_problems(subject: Subject, kind: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong inside a filter."""
    for key, value in wanted.items():
        if value is None:
            continue
        if key in ("and", "or", "not"):
            for part in [value] if key == "not" else value:
                yield from filter_problems(subject, kind, part)
            continue
        if FILTER_LEVELS.get(kind, {}).get(key, 0) > subject.clearance:
            yield "FORBIDDEN"
        for operand in _operands(value):
            yield from _operand_problems(key, operand)


def _operands(value: Any) -> Iterator[Any]:
    for operand in value.values() if isinstance(value, Mapping) else [value]:
        yield from operand if isinstance(operand, list) else [operand]


def _operand_problems(key: str, operand: Any) -> Iterator[str]:
    if isinstance(operand, bool) or operand is None:
        return
    if key in REFERENCES and not is_id(operand, REFERENCES[key][0]):
        yield "BAD_ID"
    if key == "servedBy" and not is_id(operand, "Staff"):
        yield "BAD_ID"
    if key in AMOUNTS and (not operand.is_finite() or abs(operand) > 10**15 or operand * 1000 % 1):
        yield "BAD_AMOUNT"
    yield from _instant_problems(operand)


def places(value: Any) -> int:
    """How many fields, operators and items of and/or a filter has."""
    if not isinstance(value, Mapping):
        return 0
    count = len(value)
    for key, inner in value.items():
        if key in ("and", "or"):
            count += sum(1 + places(item) for item in inner or ())
        else:
            count += places(inner)
    return count


def nesting(wanted: Mapping[str, Any]) -> int:
    """How deep and, or, not are inside one another."""
    inner = [part for key in ("and", "or") for part in wanted.get(key) or ()]
    inner += [wanted["not"]] if wanted.get("not") is not None else []
    return max((1 + nesting(part) for part in inner), default=0)
