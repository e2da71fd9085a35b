"""The names that the pictures show, read from the record: one small statement a kind."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import ListOf, items, member
from store.staff import StaffRow
from store.statement import Reads, Statement
from store.types import Uid


class DepartmentName(NamedTuple):
    """A department, and below which one it is."""

    id: uuid.UUID
    number: str
    name: str
    parent_id: uuid.UUID | None
    closed_on: dt.date | None


class StaffName(NamedTuple):
    """A member of the staff."""

    id: uuid.UUID
    number: str
    name: str


class CustomerName(NamedTuple):
    """A customer."""

    id: uuid.UUID
    number: str
    name: str


async def departments(reads: Reads, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, DepartmentName]:
    """The departments by their ids; one that is not there is left out. So for the others."""
    return {row[0]: DepartmentName(*row) for row in await _DEPARTMENTS.rows(reads, keys=list(keys))}


async def staff(reads: Reads, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, StaffName]:
    """The members of the staff by their ids."""
    return {row[0]: StaffName(*row) for row in await _STAFF.rows(reads, keys=list(keys))}


async def customers(reads: Reads, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, CustomerName]:
    """The customers by their ids."""
    return {row[0]: CustomerName(*row) for row in await _CUSTOMERS.rows(reads, keys=list(keys))}


async def customer_counts(reads: Reads, departments: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many customers each department has itself; one without any is left out."""
    return {row[0]: row[1] for row in await _COUNTS.rows(reads, keys=list(departments))}


def _of(*columns: Any) -> Statement:
    """These columns of the rows that are asked for; the first one is the id."""
    asked = items("keys", Uid())
    return Statement(sa.select(*columns).join_from(asked, columns[0].table, columns[0] == asked.c.value))


_DEPARTMENT, _PERSON, _CUSTOMER = DepartmentRow.__table__, StaffRow.__table__, CustomerRow.__table__
_DEPARTMENTS: Final = _of(*(_DEPARTMENT.c[name] for name in ("id", "number", "name", "parent_id", "closed_on")))
_STAFF: Final = _of(*(_PERSON.c[name] for name in ("id", "number", "name")))
_CUSTOMERS: Final = _of(*(_CUSTOMER.c[name] for name in ("id", "code", "name")))
_COUNTS: Final = Statement(
    sa.select(_CUSTOMER.c.department_id, sa.func.count())
    .where(member(_CUSTOMER.c.department_id, sa.bindparam("keys", type_=ListOf(Uid()))))
    .group_by(_CUSTOMER.c.department_id)
)
