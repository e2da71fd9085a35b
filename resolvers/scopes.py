"""Row scopes: which rows of a type a subject sees, as part of the SQL of every select of that type."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from resolvers.access import DEPARTMENTAL, AccessClass, Clearance, Scope
from resolvers.reading.parameters import subject, today
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.handover import HandoverRow
from store.lists import member


def holds_today(row: Any) -> sa.ColumnElement[bool]:
    """Whether a dated row holds on the day of the request: what is to begin or end later does so later."""
    return sa.and_(row.since <= today(), sa.or_(row.until.is_(None), row.until > today()))


def customer_scope(customer: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """Which customers a subject sees: all, those it serves now, those of its departments, or those of a partner."""
    if access.scope is Scope.ALL:
        return None
    if access.scope is Scope.PARTNER:
        return member(customer.id, subject("customer_ids"))
    if access.scope in DEPARTMENTAL:
        return member(customer.department_id, subject("department_ids"))
    serves = AssignmentRow.__table__.alias("mine")
    return sa.exists(
        sa.select(sa.literal_column("1"))
        .select_from(serves)
        .where(serves.c.customer_id == customer.id, serves.c.staff_id == subject("staff_id"), holds_today(serves.c))
        .correlate_except(serves)
    )


def through_customer(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """Rows that belong to a customer are seen by whoever sees the customer."""
    if access.scope is Scope.ALL:
        return None
    if access.scope is Scope.PARTNER:
        return member(row.customer_id, subject("customer_ids"))
    owner = CustomerRow.__table__.alias("whose")
    seen = customer_scope(owner.c, access)
    assert seen is not None  # noqa: S101  # only where all is seen is there no condition
    return sa.exists(
        sa.select(sa.literal_column("1"))
        .select_from(owner)
        .where(owner.c.id == row.customer_id, seen)
        .correlate_except(owner)
    )


def through_customer_for_staff(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """What we owe a customer, and what we think of it: for whoever here sees the customer; not for partners."""
    return sa.false() if access.scope is Scope.PARTNER else through_customer(row, access)


def directory_scope(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """Departments and staff are seen by everyone who works here, and not by partners."""
    del row
    return sa.false() if access.scope is Scope.PARTNER else None


def rule_scope(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """Rules are seen by managers, supervisors, analysts and auditors: by who sees more than own or partners' customers.

    Their texts tell how customers are judged, so that it also takes the clearance for internal columns.
    """
    del row
    is_outside = access.scope in {Scope.OWN, Scope.PARTNER} or access.clearance < Clearance.INTERNAL
    return sa.false() if is_outside else None


def handover_item_scope(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """What a handover lists: for whoever sees the customer, and for the two people of it; not for partners.

    The successor must know what is to be accepted before those customers are the successor's.
    """
    if access.scope is Scope.PARTNER:
        return sa.false()
    seen = through_customer(row, access)
    if seen is None:
        return None
    document = HandoverRow.__table__.alias("document")
    mine = sa.or_(document.c.from_id == subject("staff_id"), document.c.to_id == subject("staff_id"))
    concerned = sa.exists(
        sa.select(sa.literal_column("1"))
        .select_from(document)
        .where(document.c.id == row.handover_id, mine)
        .correlate_except(document)
    )
    return sa.or_(row.customer_id.is_(None), seen, concerned)


def provenance_scope(row: Any, access: AccessClass) -> sa.ColumnElement[bool] | None:
    """What is said of a customer in reach; that a field above the clearance was filled in is not told."""
    hidden = [c.name for c in CustomerRow.__table__.c if c.info.get("clearance", Clearance.PUBLIC) > access.clearance]
    names: list[sa.ColumnClause[str]] = [sa.literal_column(f"'{name}'") for name in sorted(hidden)]
    clauses = [through_customer(row, access), row.field.not_in(names) if names else None]
    asked = [clause for clause in clauses if clause is not None]
    return sa.and_(*asked) if asked else None
