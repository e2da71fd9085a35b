"""The only way for commands to protected rows: each function loads a row within the subject's reach, or refuses.

A row outside of the reach is the same NOT_FOUND as one that does not exist. Rows that are about to be changed come
locked, customers together with what belongs to them, so that two commands on one customer work one after the other.
"""

from __future__ import annotations

import uuid
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from resolvers.access import DEPARTMENTAL, Scope
from resolvers.commands import Unit
from resolvers.problems import Code, Refused, refuse
from resolvers.reading.parameters import SUBJECT, SUBJECT_TYPES, TODAY, subject
from resolvers.scopes import customer_scope, directory_scope, holds_today
from store.assignment import AssignmentRow
from store.base import Base
from store.contact import ContactRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import member
from store.staff import MembershipRow, StaffRow
from store.ticket import TicketRow

R = TypeVar("R", bound=Base)
Owned = TypeVar("Owned", AssignmentRow, ContactRow, TicketRow)

NOUNS: Final[dict[type[Base], str]] = {
    AssignmentRow: "assignment",
    ContactRow: "contact",
    CustomerRow: "customer",
    DepartmentRow: "department",
    StaffRow: "member of the staff",
    TicketRow: "ticket",
}


async def access_customer(unit: Unit, key: uuid.UUID, field: str) -> CustomerRow:
    """A customer within reach, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(CustomerRow).where(CustomerRow.id == key, _customers(unit))
    return await _found(unit, CustomerRow, statement.with_for_update(key_share=True), field)


async def access_contact(unit: Unit, key: uuid.UUID, field: str) -> ContactRow:
    """A contact of a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, ContactRow, key, field)


async def access_assignment(unit: Unit, key: uuid.UUID, field: str) -> AssignmentRow:
    """An assignment to a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, AssignmentRow, key, field)


async def access_ticket(unit: Unit, key: uuid.UUID, field: str) -> TicketRow:
    """A ticket of a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, TicketRow, key, field)


async def access_department(unit: Unit, key: uuid.UUID, field: str) -> DepartmentRow:
    """A department that the subject may change, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(DepartmentRow).where(DepartmentRow.id == key, _managed(unit, DepartmentRow.id))
    return await _found(unit, DepartmentRow, statement.with_for_update(key_share=True), field)


async def access_staff(unit: Unit, key: uuid.UUID, field: str) -> StaffRow:
    """Someone of the staff whose archive the subject may change, locked. Raises Refused (NOT_FOUND)."""
    place = sa.exists().where(MembershipRow.staff_id == StaffRow.id, holds_today(MembershipRow))
    reach = sa.true() if unit.subject.scope is Scope.ALL else place.where(_managed(unit, MembershipRow.department_id))
    statement = sa.select(StaffRow).where(StaffRow.id == key, reach)
    return await _found(unit, StaffRow, statement.with_for_update(key_share=True), field)


async def access_place(unit: Unit, key: uuid.UUID | None, field: str) -> None:
    """The department where something new shall belong; only those whose reach is everything may leave it out.

    It is not locked: newcomers to one department need not wait for one another.
    Raises Refused (NOT_FOUND, REQUIRED).
    """
    if key is not None:
        statement = sa.select(DepartmentRow).where(DepartmentRow.id == key, _managed(unit, DepartmentRow.id))
        await _found(unit, DepartmentRow, statement, field)
    elif unit.subject.scope is not Scope.ALL:
        raise refuse(Code.REQUIRED, field, "say to which of your departments this belongs")


async def contact_of(unit: Unit, customer_id: uuid.UUID, key: uuid.UUID, field: str) -> ContactRow:
    """A contact of a customer that is accessed already. Raises Refused (NOT_FOUND)."""
    statement = sa.select(ContactRow).where(ContactRow.id == key, ContactRow.customer_id == customer_id)
    return await _found(unit, ContactRow, statement, field)


async def ticket_of(unit: Unit, customer_id: uuid.UUID, key: uuid.UUID, field: str) -> TicketRow:
    """A ticket of a customer that is accessed already. Raises Refused (NOT_FOUND)."""
    statement = sa.select(TicketRow).where(TicketRow.id == key, TicketRow.customer_id == customer_id)
    return await _found(unit, TicketRow, statement, field)


async def directory_department(unit: Unit, key: uuid.UUID, field: str) -> DepartmentRow:
    """Any department, to be named in a record, for those who see the directory. Raises Refused (NOT_FOUND)."""
    seen = _clause(directory_scope(DepartmentRow, unit.subject.access))
    return await _found(unit, DepartmentRow, sa.select(DepartmentRow).where(DepartmentRow.id == key, seen), field)


async def directory_staff(unit: Unit, key: uuid.UUID, field: str) -> StaffRow:
    """Anyone of the staff, to be named in a record, for those who see the directory. Raises Refused (NOT_FOUND)."""
    seen = _clause(directory_scope(StaffRow, unit.subject.access))
    return await _found(unit, StaffRow, sa.select(StaffRow).where(StaffRow.id == key, seen), field)


async def _owned(unit: Unit, row: type[Owned], key: uuid.UUID, field: str) -> Owned:
    """A row that belongs to a customer within reach. The customer's row is locked in the same statement."""
    statement = (
        sa.select(row)
        .join(CustomerRow, CustomerRow.id == row.customer_id)
        .where(row.id == key, _customers(unit))
        .with_for_update(of=(CustomerRow, row), key_share=True)
    )
    return await _found(unit, row, statement, field)


async def _found(unit: Unit, row: type[R], statement: sa.Select[R], field: str) -> R:
    found = (await unit.session.scalars(statement, _subject_values(unit))).one_or_none()
    if found is None:
        raise _unknown(row, field)
    return found


def _unknown(row: type[Base], field: str) -> Refused:
    return refuse(Code.NOT_FOUND, field, f"there is no such {NOUNS[row]} within your reach")


def _customers(unit: Unit) -> sa.ColumnElement[bool]:
    """Which customers the subject reaches: those that it sees."""
    return _clause(customer_scope(CustomerRow, unit.subject.access))


def _managed(unit: Unit, department_id: InstrumentedAttribute[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Which departments the subject may change: its own and those below, or all."""
    if unit.subject.scope is Scope.ALL:
        return sa.true()
    return member(department_id, subject("department_ids")) if unit.subject.scope in DEPARTMENTAL else sa.false()


def _clause(scope: sa.ColumnElement[bool] | None) -> sa.ColumnElement[bool]:
    return sa.true() if scope is None else scope


def _subject_values(unit: Unit) -> dict[str, Any]:
    """The values of the bind parameters that the row scopes hold."""
    return {SUBJECT + name: getattr(unit.subject, name) for name in SUBJECT_TYPES} | {TODAY: unit.today}
