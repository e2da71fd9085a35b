"""Declarations that would lie are refused when the schema is bound, with a text that says what to change."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
import strawberry
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.reading import (
    Member,
    column,
    connection,
    entity,
    finding,
    listed,
    lookup,
    many,
    merged,
    one,
    one_of,
    part,
    part_type,
    traversal,
    value,
)
from resolvers.reading.binding import DeclarationError, bind
from resolvers.reading.planner import Planner
from resolvers.reading.relations import FIRST
from resolvers.reading.rows import Named
from resolvers.scopes import customer_scope, directory_scope
from schema.money import Money
from schema.paging import Connection, Node, TimelineItem
from schema.timeline import TimelineKind
from store.contact import ContactRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.ledger import LedgerEntryRow
from store.ticket import TicketRow


class Nobody(strawberry.BasePermission):
    """Would never be asked."""

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        """Refuse."""
        return False


def refusal(**fields: Any) -> str:
    """What the binder says of a type of customers with these fields (annotation, declaration)."""
    return refusal_of(CustomerRow, None, fields)


def refusal_of(row: Any, scope: Any, fields: dict[str, tuple[Any, Any]]) -> str:
    """The same for any table and scope."""
    body = {name: declared for name, (_, declared) in fields.items() if declared is not None}
    annotations = {name: annotation for name, (annotation, _) in fields.items()}
    made = entity(row, "Made.", scope=scope)(type("Made", (), {**body, "__annotations__": annotations}))
    query = type("Query", (), {"made": lookup("One.", arguments={}), "__annotations__": {"made": made | None}})
    schema = strawberry.Schema(strawberry.type(query))._schema
    with pytest.raises(DeclarationError) as refused:
        bind(schema, Planner(schema, pysqlite.dialect()))
    return str(refused.value)


@entity(DepartmentRow, "A department, seen by few.", scope=directory_scope)
class Scoped:
    """A target with a row scope."""

    number: str = column(DepartmentRow.number, "Number.")


@entity(DepartmentRow, "A department, seen by all.")
class Open:
    """A target without one."""

    number: str = column(DepartmentRow.number, "Number.")


@entity(ContactRow, "A contact.")
class Client:
    """A target with a truth value."""

    name: str = column(ContactRow.name, "Name.")


@part_type("An object that a function would make.")
class Plain:
    """A part."""

    code: str = column(lambda row: row.code, "Code.")


@entity(CustomerRow, "All well.", scope=customer_scope)
class Kept:
    """Declarations that keep what they promise."""

    code: str = column(CustomerRow.code, "x")
    city: str | None = column(CustomerRow.city, "x")
    unit: Open | None = one(lambda c, d: d.id == c.department_id, "x")
    near: Scoped = one(lambda c, d: d.id == c.id, "x", within=True)
    created_at: dt.datetime = column(CustomerRow.created_at, "x")


@strawberry.type
class KeptQuery:
    """An entry to them."""

    kept: Kept | None = lookup("x", arguments={})


def shout(_: Any, name: str) -> str:
    """Loud."""
    return name.upper()


async def find(_: Any, keys: Any) -> list[Spot]:
    """Finds nothing new."""
    return [Spot(None, 1) for _ in keys]


class Spot(NamedTuple):
    """What it finds."""

    word: str | None
    number: int


@finding(Spot, "What it finds.")
class Found:
    """An object."""

    number: int = column(lambda s: s.number, "Number.")


def refusal_of_finding(annotation: Any, declared: Any) -> str:
    """What the binder says of a finding with this field."""
    made = finding(Spot, "Made.")(type("Made", (), {"it": declared, "__annotations__": {"it": annotation}}))
    found = traversal(find, "x", needs=[])
    query = type("Query", (), {"made": found, "__annotations__": {"made": made | None}})
    schema = strawberry.Schema(strawberry.type(query))._schema
    with pytest.raises(DeclarationError) as refused:
        bind(schema, Planner(schema, pysqlite.dialect()))
    return str(refused.value)


CASES: list[tuple[dict[str, tuple[Any, Any]], str]] = [
    ({"code": (str, None)}, "declare where it comes from"),
    ({"note": (str, column(CustomerRow.address, "x"))}, "its level is INTERNAL, so it must be nullable"),
    ({"city": (str, column(CustomerRow.city, "x"))}, "the column may be NULL, so the field must be nullable"),
    (
        {"up": (str, value(shout, "x", needs=[CustomerRow.tax_number]))},
        "its level is SECRET, so it must be nullable",
    ),
    (
        {"unit": (Scoped, one(lambda c, d: d.id == c.id, "x"))},
        "the target has a row scope, so the field must be nullable",
    ),
    (
        {"unit": (Open, one(lambda c, d: d.id == c.department_id, "x"))},
        "the key of the target may be NULL, so the field must be nullable",
    ),
    (
        {"units": (list[Open], many(lambda c, d: d.name == c.tax_number, "x", order_by=[DepartmentRow.id]))},
        "its level is SECRET, so it must be nullable",
    ),
    ({"sum": (int | None, column(CustomerRow.monetary_minor, "x"))}, "a bigint does not fit GraphQL's Int"),
    (
        {"plain": (Plain | None, value(shout, "x", needs=[CustomerRow.name]))},
        "a function's value is a scalar or an enum, or a list of them; for objects use `traversal`",
    ),
    (
        {"all": (Connection[Open], connection(lambda *_: sa.true(), "x", orders=[DepartmentRow.parent_id]))},
        "paging keys may not be NULL: ['parent_id']",
    ),
    (
        {"all": (Connection[Client], connection(lambda *_: sa.true(), "x", orders=[ContactRow.is_primary]))},
        "cursors cannot hold columns of such a type: ['is_primary']",
    ),
    ({"plain": (Plain | None, one(lambda *_: sa.true(), "x"))}, "a relation leads to a type that is read from a table"),
    (
        {
            "line": (
                Connection[TimelineItem],
                merged(
                    "x", kinds=TimelineKind, members={"Ticket": Member(lambda *_: sa.true(), TicketRow.due_at, "T")}
                ),
            )
        },
        "a time of paging may not be NULL",
    ),
]


def finds(**arguments: Any) -> Any:
    """A traversal with these arguments."""
    return traversal(find, "x", needs=[], arguments=arguments)


CASES += [
    ({"it": (Found, finds())}, "the network cannot always be asked, so the field must be nullable"),
    ({"it": (list[Found], finds(first=FIRST))}, "the network cannot always be asked, so the field must be nullable"),
    ({"it": (list[Found] | None, finds())}, "a traversal that gives a list is bounded by `first`, and no other is"),
    (
        {"it": (Found | None, finds(first=FIRST))},
        "a traversal that gives a list is bounded by `first`, and no other is",
    ),
    ({"it": (Open | None, finds())}, "a traversal leads to a type that is declared as a finding"),
    ({"it": (Plain | None, finds())}, "a traversal leads to a type that is declared as a finding"),
]


@pytest.mark.parametrize(("fields", "reason"), CASES, ids=lambda case: case[:40] if isinstance(case, str) else "")
def test_a_declaration_that_would_lie_is_refused(fields, reason):
    (name,) = fields
    assert refusal(**fields).startswith(f"Made.{name}: ")
    assert reason in refusal(**fields)


@pytest.mark.parametrize(
    ("annotation", "declared", "reason"),
    [
        (str, column(lambda s: s.word, "x"), "the column may be NULL, so the field must be nullable"),
        (int, column(lambda s: s.length, "x"), "Spot has no attribute 'length'"),
        (Open, one(lambda s, d: d.number == s.word, "x"), "the key of the target may be NULL, so the field"),
        (list[Found], listed(lambda s: s.spots, "x", most=1), "Spot has no attribute 'spots'"),
        (
            int,
            listed(lambda s: s.number, "x", most=1, tells=[CustomerRow.birthday]),
            "its level is CONFIDENTIAL, so it must be nullable",
        ),
        (
            Node,
            one_of(lambda s: Named({"kind": s.word, "id": s.number}), "x", members={}),
            "the targets have row scopes, so the field must be nullable",
        ),
    ],
)
def test_a_finding_that_would_lie_is_refused(annotation, declared, reason):
    assert refusal_of_finding(annotation, declared).startswith("Made.it: ")
    assert reason in refusal_of_finding(annotation, declared)


def test_stock_permissions_and_extensions_are_refused():
    declared = column(CustomerRow.name, "x")
    declared.permission_classes = [Nobody]

    assert "go round its permissions or extensions; use levels and scopes" in refusal(name=(str, declared))


def test_a_field_has_a_source_or_a_resolver():
    declared = column(CustomerRow.name, "x")
    declared(lambda self: "resolved")

    assert "a field has a source or a resolver, not both" in refusal(name=(str, declared))


def test_a_part_that_may_be_null_must_be_nullable():
    declared = part("x", minor=LedgerEntryRow.quantity, currency=LedgerEntryRow.currency)

    assert "the part is null where its first column is" in refusal_of(LedgerEntryRow, None, {"sum": (Money, declared)})


def test_a_part_with_a_level_must_be_nullable():
    declared = part("x", minor=CreditAccountRow.used_minor, currency=CreditAccountRow.currency)

    assert "CONFIDENTIAL" in refusal_of(CreditAccountRow, None, {"used": (Money, declared)})


def test_what_would_be_kept_is_accepted():
    bind(schema := strawberry.Schema(KeptQuery)._schema, Planner(schema, pysqlite.dialect()))
