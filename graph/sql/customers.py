"""Customers among each other: corporate groups, referrals, and who serves whom."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from graph.port import HOPS
from graph.reach import ReachKind
from graph.sql.parts import ONE, ZERO, few, holds, in_reach, keys
from store.assignment import AssignmentRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.relation import RelationKind, RelationRow
from store.statement import Statement

_CUSTOMER: Final = CustomerRow.__table__
_RELATION: Final = RelationRow.__table__
_ASSIGNMENT: Final = AssignmentRow.__table__
_CREDIT: Final = CreditAccountRow.__table__


@cache
def groups(kind: ReachKind) -> Statement:
    """(key, root, member, currency, owed): the members below each top of each customer's group."""
    up = _upward(kind)
    above = _RELATION.alias("above")
    has_parent = (
        sa.select(ONE)
        .select_from(above)
        .where(above.c.from_id == up.c.id, _is_subsidiary(above), *in_reach(above.c.to_id, kind))
    )
    tops = sa.select(up.c.key, up.c.id).where(few(up.c.id), ~sa.exists(has_parent.correlate(up))).cte("tops")
    down = sa.select(tops.c.key, tops.c.id.label("root"), tops.c.id).cte("down", recursive=True)
    link = _RELATION.alias("link")
    more = sa.select(down.c.key, down.c.root, link.c.from_id).join_from(
        down, link, sa.and_(link.c.to_id == down.c.id, _is_subsidiary(link), *in_reach(link.c.from_id, kind))
    )
    down = down.union(more.where(few(down.c.id)))
    told = sa.select(down.c.key, down.c.root, down.c.id, *_owed(down))
    return Statement(told.order_by(down.c.root, down.c.id))


def _owed(member: Any) -> Iterator[sa.ColumnElement[Any]]:
    """Currency and amount of a member's debt, each looked up by itself: PostgreSQL would join the whole table."""
    for name in ("currency", "used_minor"):
        owed = _CREDIT.alias(f"of_{name}")
        found = sa.select(owed.c[name]).where(owed.c.customer_id == member.c.id)
        yield found.correlate(member).scalar_subquery()


def _upward(kind: ReachKind) -> sa.CTE:
    """(key, id) of each customer in reach and all above it. UNION, not UNION ALL: it ends even in a cycle."""
    asked, own, link = keys(), _CUSTOMER.alias("own"), _RELATION.alias("upward")
    begin = sa.select(own.c.id.label("key"), own.c.id).join_from(asked, own, own.c.id == asked.c.value)
    up = begin.where(*in_reach(own.c.id, kind)).cte("up", recursive=True)
    more = sa.select(up.c.key, link.c.to_id).join_from(
        up, link, sa.and_(link.c.from_id == up.c.id, _is_subsidiary(link), *in_reach(link.c.to_id, kind))
    )
    return up.union(more.where(few(up.c.id)))


def _is_subsidiary(link: Any) -> sa.ColumnElement[bool]:
    return sa.and_(link.c.kind == RelationKind.SUBSIDIARY_OF, holds(link.c))


@cache
def influence(kind: ReachKind) -> Statement:
    """(key, customer, fewest referrals between them) of everyone whom each customer has referred, at least once."""
    asked, own = keys(), _CUSTOMER.alias("own")
    begin = sa.select(own.c.id.label("key"), own.c.id, ZERO.label("depth"))
    begin = begin.join_from(asked, own, own.c.id == asked.c.value).where(*in_reach(own.c.id, kind))
    tree = begin.cte("referrals", recursive=True)
    link = _RELATION.alias("link")
    on = sa.and_(link.c.to_id == tree.c.id, link.c.kind == RelationKind.REFERRED_BY, holds(link.c))
    more = sa.select(tree.c.key, link.c.from_id, tree.c.depth + ONE).join_from(tree, link, on)
    more = more.where(few(tree.c.id), tree.c.depth < sa.literal_column(str(HOPS)), *in_reach(link.c.from_id, kind))
    tree = tree.union(more)
    least = sa.select(tree.c.key, tree.c.id, sa.func.min(tree.c.depth)).where(tree.c.id != tree.c.key)
    return Statement(least.group_by(tree.c.key, tree.c.id))


@cache
def referrers(kind: ReachKind) -> Statement:
    """(department, customer, referrals) of the customers that have referred most, so many of each department."""
    asked, customer = keys(), _CUSTOMER.alias("customer_of")
    order = (customer.c.referral_count.desc(), customer.c.id)
    rank = sa.func.row_number().over(partition_by=customer.c.department_id, order_by=order).label("rank")
    found = (
        sa.select(customer.c.department_id.label("key"), customer.c.id, customer.c.referral_count, rank)
        .join_from(asked, customer, customer.c.department_id == asked.c.value)
        .where(customer.c.referral_count > ZERO, *in_reach(customer.c.id, kind))
        .subquery("found")
    )
    chosen = sa.select(found.c.key, found.c.id, found.c.referral_count)
    first = sa.bindparam("first", type_=sa.Integer())
    return Statement(chosen.where(found.c.rank <= first).order_by(found.c.rank))


@cache
def serving(kind: ReachKind, *, by_staff: bool) -> Statement:
    """(key, staff, customer, role, since, until) of who serves on the day, by customer or by member of the staff."""
    asked, link = keys(), _ASSIGNMENT.alias("link")
    key = link.c.staff_id if by_staff else link.c.customer_id
    told = (link.c.staff_id, link.c.customer_id, link.c.role, link.c.since, link.c.until)
    rows = sa.select(key.label("key"), *told).join_from(asked, link, sa.and_(key == asked.c.value, holds(link.c)))
    order = (link.c.customer_id, link.c.role) if by_staff else (link.c.role, link.c.staff_id)
    return Statement(rows.where(*in_reach(link.c.customer_id, kind)).order_by(*order, link.c.since, link.c.id))
