"""What a person of the staff reaches by their place in the house, and which customers a partner's codes name."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from resolvers.reading.parameters import TODAY
from resolvers.reading.stores import ReadStore
from resolvers.scopes import holds_today
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import ListOf, member
from store.staff import MembershipRole, MembershipRow, StaffRow, StaffStatus
from store.statement import Statement
from store.types import Prose

LEADING: Final = (MembershipRole.HEAD, MembershipRole.ACTING_HEAD, MembershipRole.DEPUTY)
"""Who leads a department leads those below it too."""


@dataclass(frozen=True, slots=True)
class StaffReach:
    """A person who works here. `own` are their departments of the day; `subtree` has those below where they lead."""

    id: uuid.UUID
    own: frozenset[uuid.UUID]
    subtree: frozenset[uuid.UUID]


async def staff_reach(store: ReadStore, number: str, now: dt.datetime) -> StaffReach | None:
    """The reach of whoever has this staff number; None when nobody has it, or the person has left."""
    today = now.astimezone(dt.UTC).date()
    rows = await _REACH.rows(store, number=number, **{TODAY: today})
    if not rows:
        return None
    key, status, left_on = rows[0][:3]
    if status is StaffStatus.LEFT or (left_on is not None and left_on <= today):
        return None
    reached = [(department, is_own) for *_, department, is_own in rows if department is not None]
    own = frozenset(department for department, is_own in reached if is_own)
    return StaffReach(key, own, frozenset(department for department, _ in reached))


async def customers_of(store: ReadStore, codes: Collection[str]) -> frozenset[uuid.UUID]:
    """The ids of the customers with these codes; a code that names none is left out."""
    return frozenset(key for (key,) in await _CUSTOMERS.rows(store, codes=codes)) if codes else frozenset()


def _reach() -> sa.Select[*tuple[Any, ...]]:
    """The person, once for each department in reach. UNION, not UNION ALL: it ends even in a tree that is broken."""
    number = sa.bindparam("number", type_=Prose())
    reach = (
        sa.select(
            MembershipRow.department_id.label("id"),
            sa.true().label("own"),
            sa.or_(*(MembershipRow.role == role for role in LEADING)).label("leads"),
        )
        .join(StaffRow, StaffRow.id == MembershipRow.staff_id)
        .where(StaffRow.number == number, holds_today(MembershipRow))
        .cte("reach", recursive=True)
    )
    below = sa.select(DepartmentRow.id, sa.false(), sa.true()).join(reach, DepartmentRow.parent_id == reach.c.id)
    reach = reach.union(below.where(reach.c.leads))
    return (
        sa.select(StaffRow.id, StaffRow.status, StaffRow.left_on, reach.c.id, reach.c.own)
        .select_from(sa.outerjoin(StaffRow, reach, sa.true()))
        .where(StaffRow.number == number)
    )


_REACH: Final = Statement(_reach())
_CUSTOMERS: Final = Statement(
    sa.select(CustomerRow.id).where(member(CustomerRow.code, sa.bindparam("codes", type_=ListOf(Prose()))))
)
