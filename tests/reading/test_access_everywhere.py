"""Every field of the schema, asked by every role by every way to it: a value, null with a notice, or nothing.

The queries come from the access matrix; what is right comes from the naive reader, which knows nothing of it.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.access import AccessClass, Role, Subject
from resolvers.reading import Way
from resolvers.reading.binding import bind
from resolvers.reading.matrix import (
    FieldAccess,
    Path,
    Question,
    Shown,
    Via,
    access_matrix,
    filter_fields,
    orders,
    paths,
)
from resolvers.reading.planner import Planner
from server.identity.reach import REACH
from tests.factories import NOW
from tests.reading.computed import ASKED_ALONE, CHANGES
from tests.reading.computed import TYPES as COMPUTED
from tests.reading.everywhere import TARGET, Routes, by_ids, selection_of
from tests.reading.naive_access import sees
from tests.reading.subjects import subject_with
from tests.reading.test_filters import ENTRIES
from tests.reading.ways import Asking, difference, query_schema

pytestmark = [pytest.mark.anyio, pytest.mark.no_cover]  # every field by every way: counting lines doubles the time

ELSEWHERE = frozenset({"TicketUpdate", *COMPUTED, *CHANGES})
"""Types that are read from the event log, `tests/reading/streaming` asks for them; and those that are computed."""


TELLS_OF_LACK = {"withheld", "faultWithheld"}
"""Says which clearance is lacking for a value: nothing to those who lack none."""

NOT_HERE = {"GraphStatus": {"generation", "lastEvent", "lastEventAt"}, **ASKED_ALONE}
"""What the record has no value for, in a world without events; and what is asked elsewhere."""


@functools.cache
def schema() -> Any:
    """The readable schema, bound."""
    made = query_schema()._schema
    bind(made, Planner(made, pysqlite.dialect()))
    return made


@functools.cache
def matrix() -> dict[str, list[FieldAccess]]:
    """The fields of each type."""
    found: dict[str, list[FieldAccess]] = {}
    for row in access_matrix(schema()):
        found.setdefault(row.type_name, []).append(row)
    return found


@functools.cache
def ways_there() -> list[Path]:
    """Every way to every type, but for those from the event log, and those that are computed."""
    return [
        path
        for path in paths(schema())
        if not {path.type_name, path.owner} & ELSEWHERE and path.field_name not in ASKED_ALONE.get(path.owner, ())
    ]


def role_subject(rows: Any, role: Role) -> Subject:
    """A role with its usual reach: about half of the world, with a corporate group and a running target."""
    clearance, scope = REACH[role]
    for seed in range(100):
        made = subject_with(rows, scope, clearance, random.Random(f"{role}{seed}"))
        subject = replace(made, name=role.lower(), role=role)
        if made.staff_id and _sees_a_group(rows, subject) and _sees_a_target(rows, subject):
            return subject
    raise AssertionError(role)


def _sees_a_target(rows: Any, subject: Subject) -> bool:
    """Whether a subject sees a ticket that is to be settled by a time."""
    running = [row for row in rows.all("Ticket") if row["due_at"] and not row["resolved_at"]]
    return any(sees(rows, subject, "Ticket", row, NOW.date()) for row in running)


def _sees_a_group(rows: Any, subject: Subject) -> bool:
    """Whether a subject sees a customer and its parent."""

    def seen(key: object) -> bool:
        return sees(rows, subject, "Customer", rows.one("Customer", "id", key), NOW.date())

    links = [row for row in rows.all("CustomerRelation") if row["kind"] == "SUBSIDIARY_OF" and row["until"] is None]
    return any(row["since"] <= NOW.date() and seen(row["from_id"]) and seen(row["to_id"]) for row in links)


@functools.cache
def routes() -> Routes:
    """Queries that lead to every type."""
    return Routes(schema(), ways_there())


def queries(rows: Any, path: Path, subject: Subject) -> Iterator[str]:
    """The queries of one way, with all fields of the type."""
    gtype = schema().type_map[path.type_name]
    assert isinstance(gtype, GraphQLObjectType)
    someone = next(row for row in rows.all("Customer") if sees(rows, subject, "Customer", row, NOW.date()))
    if path.via not in (Via.NODE, Via.ENTRY):
        yield (routes().by(path) % selection_of(gtype)).replace(TARGET, f"Customer:{someone['id']}")
        return
    every = rows.all(path.type_name)
    seen = [row for row in every if sees(rows, subject, path.type_name, row, NOW.date())]
    hidden = [row for row in every if row not in seen]
    few = (*seen[:3], *hidden[:3]) if path.field_name != "nodes" else (*seen[:50], *hidden[:50])
    selection = selection_of(gtype).replace(TARGET, f"Customer:{someone['id']}")
    yield from by_ids(path, [f"{path.type_name}:{row['id']}" for row in few], selection)


def objects(document: Any, key: frozenset[str]) -> Iterator[dict[str, Any]]:
    """All objects of an answer that have these keys."""
    if isinstance(document, list):
        for inner in document:
            yield from objects(inner, key)
    elif isinstance(document, dict):
        if document.keys() == key:
            yield document
        else:
            for inner in document.values():
                yield from objects(inner, key)


def notices(type_name: str, access: AccessClass) -> set[str]:
    """The fields of a type that the matrix says are null for want of clearance."""
    return {row.field_name for row in matrix()[type_name] if row.clearance > access.clearance}


def check_shown(type_name: str, found: Sequence[dict[str, Any]], access: AccessClass) -> set[str]:
    """That objects have what the matrix says, and nothing else; gives the fields that had a value."""
    shown = {name for each in found for name, value in each.items() if value is not None}
    allowed = _readable(type_name, access)
    assert shown <= allowed, f"{type_name}: {shown - allowed} should not be there"
    assert allowed or not found, f"{type_name} should not be there"
    return shown


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("type_name", sorted({path.type_name for path in ways_there()}))
async def test_every_field_by_every_way(ways, reader, type_name, role):
    subject = role_subject(reader.rows, role)
    gtype = schema().type_map[type_name]
    everything: set[str] = set()
    met = False
    for path in [each for each in ways_there() if each.type_name == type_name]:
        if path.via in (Via.PAYLOAD, Via.SUBSCRIPTION):
            continue
        for text in queries(reader.rows, path, subject):
            expected = reader.answer(text, {}, None, subject, NOW)
            assert not expected.codes
            for kind, way in _asked(ways):
                body = await ways.body(kind, way, Asking(text, {}, subject))
                wrong = difference(expected, body)
                assert wrong is None, f"{path}, {kind}, {way}: {wrong}\n{text}"
                answer = json.loads(body)
                told = {n["field"] for n in answer["extensions"].get("withheld", ()) if n["type"] == type_name}
                found = list(objects(answer["data"], frozenset(gtype.fields)))
                assert told == (notices(type_name, subject.access) if _is_reached(path, subject) else set()), path
                everything |= check_shown(type_name, found, subject.access)
                met |= bool(found)
    readable = _readable(type_name, subject.access) - NOT_HERE.get(type_name, set())
    assert not met or everything - TELLS_OF_LACK == readable - TELLS_OF_LACK


def _asked(ways: Any) -> list[tuple[str, Way]]:
    """Every store the fastest way, and one store every way."""
    first = next(iter(ways.answerers))[0]
    return [key for key in ways.answerers if key[1] is Way.DIRECT or key[0] == first]


def _is_reached(path: Path, subject: Subject) -> bool:
    """Whether the way is not masked itself: then what is below it was never asked for."""
    route = [path, *_owners(path)]
    return all(_level(each) <= subject.clearance for each in route)


def _owners(path: Path) -> Iterator[Path]:
    """The ways by which a way's owner is reached."""
    while path.owner != "Query":
        path = routes().taken[path.owner]
        yield path


def _level(path: Path) -> int:
    return next((row.clearance for row in matrix().get(path.owner, ()) if row.field_name == path.field_name), 0)


def _readable(type_name: str, access: AccessClass) -> set[str]:
    """The fields whose values this access class reads, in the rows that it meets."""
    return {row.field_name for row in matrix()[type_name] if row.shown(access) in (Shown.VALUE, Shown.IN_REACH)}


LISTS = {
    **ENTRIES,
    "Customer": "customers",
    "Department": "departments",
    "Interaction": "interactions",
    "LedgerEntry": "ledger",
    "Staff": "staff",
    "Ticket": "tickets",
}
"""The list that takes a filter, or the orders of a type."""


@pytest.mark.parametrize("role", Role)
async def test_every_filter_and_order(ways, reader, role):
    subject = role_subject(reader.rows, role)
    questions = [(one, f"filter: {{{one.name}: {_given(one)}}}") for one in filter_fields(schema())]
    questions += [(one, f"orderBy: {one.name}") for one in orders(schema())]

    for question, argument in questions:
        if question.type_name in LISTS:
            text = _question(LISTS[question.type_name], argument)
            for kind in {kind for kind, _ in ways.answerers}:
                answer = json.loads(await ways.body(kind, Way.DIRECT, Asking(text, {}, subject)))
                codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
                assert codes == ([] if question.allowed(subject.access) else ["FORBIDDEN"]), (question, answer)


def test_every_filter_is_asked():
    asked = {one.type_name for one in (*filter_fields(schema()), *orders(schema()))}

    assert asked - LISTS.keys() == {"TicketUpdateFilter"}


def _given(question: Question) -> str:
    """A value for a filter's field: for most an operator, for some a truth value, an id or a text."""
    filter_type = schema().type_map[question.type_name]
    assert isinstance(filter_type, GraphQLInputObjectType)
    named = get_named_type(filter_type.fields[question.name].type)
    if isinstance(named, GraphQLInputObjectType):
        return "{isNull: true}"
    return {"Boolean": "true", "ID": '"Staff:00000000-0000-4000-8000-000000000000"'}.get(named.name, '"x"')


def _question(entry: str, argument: str) -> str:
    """A query with a filter or an order; entries of the ledger are asked below a customer."""
    asked = f"{entry}(first: 1, {argument}) {{ totalCount }}"
    return f"{{ customers(first: 1) {{ nodes {{ {asked} }} }} }}" if entry == "ledger" else f"{{ {asked} }}"
