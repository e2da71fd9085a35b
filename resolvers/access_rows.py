"""The only way for commands to protected rows: each function loads a row within the subject's reach, or refuses.

A row outside of the reach is the same NOT_FOUND as one that does not exist. Rows that are about to be changed come
locked, customers together with what belongs to them, so that two commands on one customer work one after the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from resolvers.access import DEPARTMENTAL, Scope
from resolvers.commands import Unit
from resolvers.problems import Code, Problem, Refused, refuse, refuse_any
from resolvers.reading.parameters import SUBJECT, SUBJECT_TYPES, TODAY, subject
from resolvers.scopes import customer_scope, directory_scope, holds_today, rule_scope
from store.assignment import AssignmentRow
from store.base import Base
from store.contact import ContactRow
from store.credit_change import CreditChangeRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.duty import DutyRow
from store.handover import HandoverRow
from store.lists import member
from store.rule_simulation import RuleSimulationRow
from store.rule_version import RuleVersionRow
from store.staff import MembershipRow, StaffRow
from store.ticket import ENDED, TicketRow

R = TypeVar("R", bound=Base)
Owned = TypeVar("Owned", AssignmentRow, ContactRow, CreditChangeRow, DutyRow, TicketRow)
OfRules = TypeVar("OfRules", RuleVersionRow, RuleSimulationRow)

NOUNS: Final[dict[type[Base], str]] = {
    AssignmentRow: "assignment",
    ContactRow: "contact",
    CreditChangeRow: "change of credit",
    CustomerRow: "customer",
    DepartmentRow: "department",
    DutyRow: "duty",
    HandoverRow: "handover",
    RuleSimulationRow: "simulation",
    RuleVersionRow: "version of a rule set",
    StaffRow: "member of the staff",
    TicketRow: "ticket",
}


async def access_customer(unit: Unit, key: uuid.UUID, field: str) -> CustomerRow:
    """A customer within reach, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(CustomerRow).where(CustomerRow.id == key, _customers(unit))
    return await _found(unit, CustomerRow, statement.with_for_update(key_share=True), field)


async def access_customers(
    unit: Unit, wanted: Mapping[str, uuid.UUID], *, department_id: uuid.UUID | None = None
) -> list[CustomerRow]:
    """Several customers within reach (of one department, if it is given) by the fields that name them.

    They are locked in the order of their ids, of which no two commands can make a deadlock, and come in it, each once.
    Raises Refused (NOT_FOUND) with every field whose customer there is not.
    """
    there = sa.true() if department_id is None else CustomerRow.department_id == department_id
    listed = sa.select(CustomerRow).where(CustomerRow.id.in_(set(wanted.values())), there, _customers(unit))
    locked = listed.order_by(CustomerRow.id).with_for_update(key_share=True)
    found = list(await unit.session.scalars(locked, _subject_values(unit)))
    _refuse_missing(CustomerRow, wanted, found)
    return found


async def access_contact(unit: Unit, key: uuid.UUID, field: str) -> ContactRow:
    """A contact of a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, ContactRow, key, field)


async def access_assignment(unit: Unit, key: uuid.UUID, field: str) -> AssignmentRow:
    """An assignment to a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, AssignmentRow, key, field)


async def access_ticket(unit: Unit, key: uuid.UUID, field: str) -> TicketRow:
    """A ticket of a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, TicketRow, key, field)


async def access_duty(unit: Unit, key: uuid.UUID, field: str) -> DutyRow:
    """A duty to a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, DutyRow, key, field)


async def access_credit_change(unit: Unit, key: uuid.UUID, field: str) -> CreditChangeRow:
    """A change of credit of a customer within reach, both locked. Raises Refused (NOT_FOUND)."""
    return await _owned(unit, CreditChangeRow, key, field)


async def access_department(unit: Unit, key: uuid.UUID, field: str) -> DepartmentRow:
    """A department that the subject may change, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(DepartmentRow).where(DepartmentRow.id == key, _managed(unit, DepartmentRow.id))
    return await _found(unit, DepartmentRow, statement.with_for_update(key_share=True), field)


async def access_staff(unit: Unit, key: uuid.UUID, field: str) -> StaffRow:
    """Someone of the staff whose archive the subject may change, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(StaffRow).where(StaffRow.id == key, _led(unit, StaffRow.id))
    return await _found(unit, StaffRow, statement.with_for_update(key_share=True), field)


async def access_handover_from(unit: Unit, key: uuid.UUID, field: str) -> HandoverRow:
    """A handover from someone whose archive the subject may change, locked. Raises Refused (NOT_FOUND)."""
    statement = sa.select(HandoverRow).where(HandoverRow.id == key, _led(unit, HandoverRow.from_id))
    return await _found(unit, HandoverRow, statement.with_for_update(key_share=True), field)


async def access_handover_to(unit: Unit, key: uuid.UUID, field: str) -> HandoverRow:
    """A handover to the subject, or to someone whose archive it may change, locked. Raises Refused (NOT_FOUND)."""
    reach = sa.or_(HandoverRow.to_id == subject("staff_id"), _led(unit, HandoverRow.to_id))
    statement = sa.select(HandoverRow).where(HandoverRow.id == key, reach)
    return await _found(unit, HandoverRow, statement.with_for_update(key_share=True), field)


async def access_of_rules(unit: Unit, row: type[OfRules], key: uuid.UUID, field: str) -> OfRules:
    """A version of a rule set, or a simulation, locked, for those who see rules. Raises Refused (NOT_FOUND)."""
    statement = sa.select(row).where(row.id == key, _clause(rule_scope(row, unit.subject.access)))
    return await _found(unit, row, statement.with_for_update(key_share=True), field)


async def access_place(unit: Unit, key: uuid.UUID | None, field: str) -> DepartmentRow | None:
    """The open department where something new shall belong; only those whose reach is everything may leave it out.

    Its lock is shared: newcomers need not wait for one another, but nobody closes the department beside them.
    Raises Refused (NOT_FOUND, REQUIRED, DEPARTMENT_CLOSED).
    """
    if key is not None:
        statement = sa.select(DepartmentRow).where(DepartmentRow.id == key, _managed(unit, DepartmentRow.id))
        return refuse_closed(await _found(unit, DepartmentRow, statement.with_for_update(read=True), field), field)
    if unit.subject.scope is not Scope.ALL:
        raise refuse(Code.REQUIRED, field, "say to which of your departments this belongs")
    return None


async def access_children(
    unit: Unit, department: DepartmentRow, wanted: Mapping[str, uuid.UUID]
) -> list[DepartmentRow]:
    """Departments right below one, by the fields that name them, locked in the order of their ids.

    Raises Refused (NOT_FOUND) with every field whose department is not there, or out of reach.
    """
    below = (DepartmentRow.parent_id == department.id, _managed(unit, DepartmentRow.id))
    listed = sa.select(DepartmentRow).where(DepartmentRow.id.in_(set(wanted.values())), *below)
    locked = listed.order_by(DepartmentRow.id).with_for_update(key_share=True)
    found = list(await unit.session.scalars(locked, _subject_values(unit)))
    _refuse_missing(DepartmentRow, wanted, found)
    return found


def manages(unit: Unit, department_id: uuid.UUID) -> bool:
    """Whether the subject may change what belongs to a department: it is one of its own or below them."""
    scope = unit.subject.scope
    return scope is Scope.ALL or (scope in DEPARTMENTAL and department_id in unit.subject.department_ids)


def refuse_closed(department: DepartmentRow, field: str) -> DepartmentRow:
    """The department, if it is open. Raises Refused (DEPARTMENT_CLOSED)."""
    if department.closed_on is not None:
        told = f"the department is closed since {department.closed_on}; `mergedInto` says where its work went"
        raise refuse(Code.DEPARTMENT_CLOSED, field, told)
    return department


async def children_of(unit: Unit, department_id: uuid.UUID) -> list[DepartmentRow]:
    """All departments right below one that is accessed already, locked in the order of their ids."""
    below = sa.select(DepartmentRow).where(DepartmentRow.parent_id == department_id)
    return list(await unit.session.scalars(below.order_by(DepartmentRow.id).with_for_update(key_share=True)))


async def customers_of(unit: Unit, department_id: uuid.UUID, *, most: int) -> list[CustomerRow]:
    """The customers of a department that is accessed already, and those of whom it has an open ticket.

    They are locked in the order of their ids; one more than `most` comes where there are more.
    """
    its_ticket = sa.exists().where(TicketRow.customer_id == CustomerRow.id, *_open_in(department_id))
    concerned = sa.select(CustomerRow).where(sa.or_(CustomerRow.department_id == department_id, its_ticket))
    locked = concerned.order_by(CustomerRow.id).limit(most + 1).with_for_update(key_share=True)
    return list(await unit.session.scalars(locked))


async def open_tickets_of(
    unit: Unit, department_id: uuid.UUID, *, most: int, customer_ids: Collection[uuid.UUID] | None = None
) -> list[TicketRow]:
    """The open tickets that a department has (of these customers), whose customers are accessed already; locked.

    One more than `most` comes where there are more.
    """
    whose = sa.true() if customer_ids is None else TicketRow.customer_id.in_(customer_ids)
    listed = sa.select(TicketRow).where(*_open_in(department_id), whose).order_by(TicketRow.id)
    return list(await unit.session.scalars(listed.limit(most + 1).with_for_update(key_share=True)))


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


async def receiving_department(unit: Unit, key: uuid.UUID, field: str) -> DepartmentRow:
    """Any open department, to be given a ticket, by those who see the directory; its lock is shared.

    Raises Refused (NOT_FOUND, DEPARTMENT_CLOSED).
    """
    seen = _clause(directory_scope(DepartmentRow, unit.subject.access))
    statement = sa.select(DepartmentRow).where(DepartmentRow.id == key, seen).with_for_update(read=True)
    return refuse_closed(await _found(unit, DepartmentRow, statement, field), field)


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
        raise Refused(_missing(row, field))
    return found


def _open_in(department_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return TicketRow.department_id == department_id, TicketRow.status.not_in(sorted(ENDED))


def _missing(row: type[Base], field: str) -> Problem:
    return Problem(Code.NOT_FOUND, field, f"there is no such {NOUNS[row]} within your reach")


def _refuse_missing(
    row: type[Base], wanted: Mapping[str, uuid.UUID], found: Iterable[CustomerRow | DepartmentRow]
) -> None:
    there = {one.id for one in found}
    refuse_any(_missing(row, field) for field, key in wanted.items() if key not in there)


def _customers(unit: Unit) -> sa.ColumnElement[bool]:
    """Which customers the subject reaches: those that it sees."""
    return _clause(customer_scope(CustomerRow, unit.subject.access))


def _managed(unit: Unit, department_id: InstrumentedAttribute[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Which departments the subject may change: its own and those below, or all."""
    if unit.subject.scope is Scope.ALL:
        return sa.true()
    return member(department_id, subject("department_ids")) if unit.subject.scope in DEPARTMENTAL else sa.false()


def _led(unit: Unit, staff_id: InstrumentedAttribute[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Whose archive the subject may change: of people who are in its departments today, or of all."""
    if unit.subject.scope is Scope.ALL:
        return sa.true()
    place = sa.exists().where(MembershipRow.staff_id == staff_id, holds_today(MembershipRow))
    return place.where(_managed(unit, MembershipRow.department_id))


def _clause(scope: sa.ColumnElement[bool] | None) -> sa.ColumnElement[bool]:
    return sa.true() if scope is None else scope


def _subject_values(unit: Unit) -> dict[str, Any]:
    """The values of the bind parameters that the row scopes hold."""
    return {SUBJECT + name: getattr(unit.subject, name) for name in SUBJECT_TYPES} | {TODAY: unit.today}
