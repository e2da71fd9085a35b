"""What each command refuses, and how it says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from resolvers.actions import Action
from resolvers.assignment import AssignmentDraft, AssignmentEnd
from resolvers.contact import ContactChanges
from resolvers.customer import CustomerChanges
from resolvers.department import DepartmentChanges, DepartmentMove
from resolvers.staff import StaffChanges
from resolvers.ticket_state import TicketStateChange
from resolvers.ticket_work import TicketAssignment, TicketReply, TicketTransfer
from store.base import new_id
from store.ledger import LedgerKind
from store.ticket import TicketStatus
from tests.commands.refusal import (
    DAY,
    Refusal,
    agent,
    amounts,
    bad_texts,
    bad_times,
    blank,
    manager,
    of_keys,
    supervisor,
    unknown,
    valid_but,
)
from tests.commands.refusals_acting import ACTING
from tests.commands.refusals_network import CLOSED, GROUPS, HANDOVERS, NETWORK, PLACES
from tests.commands.refusals_rules import RULES
from tests.commands.valid import VALID
from tests.factories import TODAY

A = Action
CUSTOMERS: Final = [
    *unknown(A.CREATE_CUSTOMER, "department_id", lambda w: w.other, supervisor),
    valid_but(A.CREATE_CUSTOMER, "REQUIRED", "department_id", supervisor, department_id=None),
    *blank(A.CREATE_CUSTOMER, "code", "name", "currency"),
    *bad_texts(A.CREATE_CUSTOMER, "code", "tax_number", most=64),
    *bad_texts(A.CREATE_CUSTOMER, "name", "city", most=200),
    *bad_texts(A.CREATE_CUSTOMER, "note", most=10_000),
    valid_but(A.CREATE_CUSTOMER, "INVALID_TEXT", "tags.1", tags=("fine", "a\x07")),
    valid_but(A.CREATE_CUSTOMER, "TOO_LONG", "tags.0", tags=("x" * 65,)),
    valid_but(A.CREATE_CUSTOMER, "TOO_MANY", "tags", tags=tuple(str(n) for n in range(51))),
    valid_but(A.CREATE_CUSTOMER, "IN_FUTURE", "birthday", birthday=TODAY + 2 * DAY),
    valid_but(A.CREATE_CUSTOMER, "UNKNOWN_CURRENCY", "currency", currency="cny"),
    Refusal(A.CREATE_CUSTOMER, "DUPLICATE_CODE", "code", lambda w: replace(VALID[A.CREATE_CUSTOMER](w), code="TAKEN")),
    Refusal(A.UPDATE_CUSTOMER, "NOT_FOUND", "id", lambda w: CustomerChanges(w.foreign, city="x"), supervisor),
    Refusal(A.UPDATE_CUSTOMER, "NOT_FOUND", "id", lambda w: CustomerChanges(w.neighbour, city="x"), agent),
    Refusal(A.UPDATE_CUSTOMER, "NOT_FOUND", "id", lambda w: CustomerChanges(new_id(), city="x")),
    *unknown(A.UPDATE_CUSTOMER, "department_id", lambda w: w.other, supervisor),
    *unknown(A.UPDATE_CUSTOMER, "department_id", lambda w: w.head, agent),
    valid_but(A.UPDATE_CUSTOMER, "REQUIRED", "department_id", supervisor, department_id=None),
    *blank(A.UPDATE_CUSTOMER, "code", "name"),
    valid_but(A.UPDATE_CUSTOMER, "REQUIRED", "kind", kind=None),
    valid_but(A.UPDATE_CUSTOMER, "REQUIRED", "tags", tags=None),
    *bad_texts(A.UPDATE_CUSTOMER, "name", most=200),
    valid_but(A.UPDATE_CUSTOMER, "TOO_MANY", "tags", tags=tuple(str(n) for n in range(51))),
    valid_but(A.UPDATE_CUSTOMER, "IN_FUTURE", "founded_on", founded_on=TODAY + 2 * DAY),
    valid_but(A.UPDATE_CUSTOMER, "UNKNOWN_CURRENCY", "currency", currency="C1Y"),
    valid_but(A.UPDATE_CUSTOMER, "DUPLICATE_CODE", "code", code="TAKEN"),
    valid_but(A.UPDATE_CUSTOMER, "STALE_VERSION", "version", version=2),
    valid_but(A.UPDATE_CUSTOMER, "STALE_VERSION", "version", version=0, tags=("x",)),
    valid_but(A.UPDATE_CUSTOMER, "FORBIDDEN", "note", agent, note="x"),
]
CONTACTS: Final = [
    *unknown(A.CREATE_CONTACT, "customer_id", lambda w: w.neighbour, agent),
    *blank(A.CREATE_CONTACT, "name"),
    *bad_texts(A.CREATE_CONTACT, "name", "phone", most=200),
    Refusal(A.UPDATE_CONTACT, "NOT_FOUND", "id", lambda w: ContactChanges(w.foreign_contact, title="x"), supervisor),
    Refusal(A.UPDATE_CONTACT, "NOT_FOUND", "id", lambda w: ContactChanges(new_id(), title="x")),
    *blank(A.UPDATE_CONTACT, "name"),
    valid_but(A.UPDATE_CONTACT, "REQUIRED", "is_primary", is_primary=None),
    *bad_texts(A.UPDATE_CONTACT, "name", most=200),
    valid_but(A.UPDATE_CONTACT, "STALE_VERSION", "version", version=7),
    valid_but(A.UPDATE_CONTACT, "FORBIDDEN", "note", agent, note=None),
]
STAFF: Final = [
    *unknown(A.CREATE_STAFF, "department_id", lambda w: w.other, supervisor),
    valid_but(A.CREATE_STAFF, "REQUIRED", "department_id", supervisor, department_id=None),
    *blank(A.CREATE_STAFF, "number", "name"),
    *bad_texts(A.CREATE_STAFF, "number", most=64),
    valid_but(A.CREATE_STAFF, "IN_FUTURE", "birthday", birthday=TODAY + DAY),
    valid_but(A.CREATE_STAFF, "BAD_PERIOD", "left_on", joined_on=TODAY, left_on=TODAY - DAY),
    valid_but(A.CREATE_STAFF, "DUPLICATE_NUMBER", "number", number="TAKEN"),
    Refusal(A.UPDATE_STAFF, "NOT_FOUND", "id", lambda w: StaffChanges(w.outsider_id, title="x"), supervisor),
    Refusal(A.UPDATE_STAFF, "NOT_FOUND", "id", lambda w: StaffChanges(new_id(), title="x")),
    *blank(A.UPDATE_STAFF, "number", "name"),
    *bad_texts(A.UPDATE_STAFF, "name", most=200),
    valid_but(A.UPDATE_STAFF, "IN_FUTURE", "birthday", birthday=TODAY + DAY),
    valid_but(A.UPDATE_STAFF, "BAD_PERIOD", "left_on", joined_on=TODAY, left_on=TODAY - DAY),
    valid_but(A.UPDATE_STAFF, "DUPLICATE_NUMBER", "number", number="TAKEN"),
    valid_but(A.UPDATE_STAFF, "STALE_VERSION", "version", version=2),
    valid_but(A.UPDATE_STAFF, "FORBIDDEN", "identity_number", supervisor, identity_number="x"),
]
DEPARTMENTS: Final = [
    *unknown(A.CREATE_DEPARTMENT, "parent_id", lambda w: w.other, supervisor),
    valid_but(A.CREATE_DEPARTMENT, "REQUIRED", "parent_id", supervisor, parent_id=None),
    *blank(A.CREATE_DEPARTMENT, "number", "name"),
    *bad_texts(A.CREATE_DEPARTMENT, "scope_of_work", most=10_000),
    valid_but(A.CREATE_DEPARTMENT, "DUPLICATE_NUMBER", "number", number="TAKEN"),
    Refusal(A.UPDATE_DEPARTMENT, "NOT_FOUND", "id", lambda w: DepartmentChanges(w.other, name="x"), supervisor),
    Refusal(A.UPDATE_DEPARTMENT, "NOT_FOUND", "id", lambda w: DepartmentChanges(new_id(), name="x")),
    *blank(A.UPDATE_DEPARTMENT, "number", "name"),
    *bad_texts(A.UPDATE_DEPARTMENT, "number", most=64),
    valid_but(A.UPDATE_DEPARTMENT, "DUPLICATE_NUMBER", "number", number="TAKEN"),
    valid_but(A.UPDATE_DEPARTMENT, "STALE_VERSION", "version", version=2),
    Refusal(A.MOVE_DEPARTMENT, "NOT_FOUND", "id", lambda w: DepartmentMove(w.other, parent_id=w.head), supervisor),
    Refusal(A.MOVE_DEPARTMENT, "NOT_FOUND", "id", lambda w: DepartmentMove(new_id())),
    *unknown(A.MOVE_DEPARTMENT, "parent_id", lambda w: w.other, supervisor),
    valid_but(A.MOVE_DEPARTMENT, "REQUIRED", "parent_id", supervisor, parent_id=None),
    valid_but(A.MOVE_DEPARTMENT, "STALE_VERSION", "version", version=2),
    Refusal(A.MOVE_DEPARTMENT, "CYCLE", "parent_id", lambda w: DepartmentMove(w.head, parent_id=w.service)),
    Refusal(A.MOVE_DEPARTMENT, "CYCLE", "parent_id", lambda w: DepartmentMove(w.head, parent_id=w.head)),
]
ASSIGNMENTS: Final = [
    *unknown(A.ASSIGN_STAFF, "customer_id", lambda w: w.foreign, supervisor),
    valid_but(A.ASSIGN_STAFF, "NOT_FOUND", "staff_id", staff_id=lambda _: new_id()),
    valid_but(A.ASSIGN_STAFF, "STAFF_LEFT", "staff_id", staff_id=lambda w: w.leaver_id),
    Refusal(A.ASSIGN_STAFF, "OVERLAP", "since", lambda w: AssignmentDraft(w.own, w.colleague_id)),
    Refusal(A.END_ASSIGNMENT, "NOT_FOUND", "id", lambda w: AssignmentEnd(w.foreign_assignment), supervisor),
    Refusal(A.END_ASSIGNMENT, "NOT_FOUND", "id", lambda w: AssignmentEnd(new_id())),
    valid_but(A.END_ASSIGNMENT, "BAD_PERIOD", "until", until=TODAY - 31 * DAY),
    valid_but(A.END_ASSIGNMENT, "ALREADY_ENDED", "until", id=lambda w: w.foreign_assignment, until=TODAY + DAY),
]
INTERACTIONS: Final = [
    *unknown(A.RECORD_INTERACTION, "customer_id", lambda w: w.neighbour, agent),
    *unknown(A.RECORD_INTERACTION, "ticket_id", lambda w: w.foreign_ticket, manager),
    valid_but(A.RECORD_INTERACTION, "NOT_FOUND", "staff_id", staff_id=lambda _: new_id()),
    valid_but(A.RECORD_INTERACTION, "NOT_FOUND", "department_id", department_id=lambda _: new_id()),
    *blank(A.RECORD_INTERACTION, "subject"),
    *bad_texts(A.RECORD_INTERACTION, "subject", most=200),
    *bad_texts(A.RECORD_INTERACTION, "summary", most=10_000),
    *bad_times(A.RECORD_INTERACTION, "occurred_at"),
    *(valid_but(A.RECORD_INTERACTION, "OUT_OF_RANGE", "satisfaction", satisfaction=n) for n in (0, 6, -1)),
]
TICKETS: Final = [
    *unknown(A.OPEN_TICKET, "customer_id", lambda w: w.neighbour, agent),
    *unknown(A.OPEN_TICKET, "contact_id", lambda w: w.foreign_contact, manager),
    valid_but(A.OPEN_TICKET, "NOT_FOUND", "department_id", department_id=lambda _: new_id()),
    valid_but(A.OPEN_TICKET, "NOT_FOUND", "assignee_id", assignee_id=lambda _: new_id()),
    valid_but(A.OPEN_TICKET, "STAFF_LEFT", "assignee_id", assignee_id=lambda w: w.leaver_id),
    *blank(A.OPEN_TICKET, "subject"),
    *bad_texts(A.OPEN_TICKET, "subject", most=200),
    *bad_times(A.OPEN_TICKET, "opened_at"),
    *[
        Refusal(action, "NOT_FOUND", "id", lambda w, draft=draft, of=of: draft(of(w)), by)
        for action, draft in (
            (A.CHANGE_TICKET_STATE, lambda key: TicketStateChange(key, TicketStatus.IN_PROGRESS)),
            (A.ASSIGN_TICKET, lambda key: TicketAssignment(key, new_id())),
            (A.TRANSFER_TICKET, lambda key: TicketTransfer(key, new_id())),
            (A.REPLY_TO_TICKET, TicketReply),
        )
        for of, by in ((lambda w: w.foreign_ticket, agent), (lambda _: new_id(), manager))
    ],
    valid_but(A.CHANGE_TICKET_STATE, "STALE_VERSION", "version", version=2),
    valid_but(A.CHANGE_TICKET_STATE, "BAD_MOVE", "status", status=TicketStatus.CLOSED),
    *bad_texts(A.CHANGE_TICKET_STATE, "note", "cause", most=10_000),
    valid_but(A.ASSIGN_TICKET, "NOT_FOUND", "assignee_id", assignee_id=lambda _: new_id()),
    valid_but(A.ASSIGN_TICKET, "STAFF_LEFT", "assignee_id", assignee_id=lambda w: w.leaver_id),
    valid_but(A.ASSIGN_TICKET, "STALE_VERSION", "version", version=2),
    valid_but(A.ASSIGN_TICKET, "TICKET_ENDED", "id", id=lambda w: w.ended_ticket),
    valid_but(A.TRANSFER_TICKET, "NOT_FOUND", "department_id", department_id=lambda _: new_id()),
    valid_but(A.TRANSFER_TICKET, "STAFF_LEFT", "assignee_id", assignee_id=lambda w: w.leaver_id),
    valid_but(A.TRANSFER_TICKET, "STALE_VERSION", "version", version=2),
    valid_but(A.TRANSFER_TICKET, "TICKET_ENDED", "id", id=lambda w: w.ended_ticket),
    valid_but(A.REPLY_TO_TICKET, "TICKET_ENDED", "id", id=lambda w: w.ended_ticket),
]
ENTRIES: Final = [
    *unknown(A.ADD_LEDGER_ENTRY, "customer_id", lambda w: w.foreign, supervisor),
    *blank(A.ADD_LEDGER_ENTRY, "number", "currency"),
    *bad_texts(A.ADD_LEDGER_ENTRY, "number", most=64),
    *bad_times(A.ADD_LEDGER_ENTRY, "occurred_at"),
    valid_but(A.ADD_LEDGER_ENTRY, "OUT_OF_RANGE", "quantity", quantity=-1),
    *(valid_but(A.ADD_LEDGER_ENTRY, "UNKNOWN_CURRENCY", "currency", currency=one) for one in ("cny", "C1", "€")),
    *amounts("INVALID_AMOUNT", "NaN", "sNaN", "Infinity"),
    *amounts("NEGATIVE_AMOUNT", "-0.01", "-1e99"),
    *amounts("TOO_PRECISE", "0.001", "1e-99999999", "1.000001"),
    *amounts("TOO_PRECISE", "0.5", currency="JPY"),
    *amounts("TOO_LARGE", "10000000000000.01", "1e99999999"),
    *amounts("TOO_LARGE", "-1e14", kind=LedgerKind.ADJUSTMENT),
]


REFUSALS: Final[list[Refusal]] = [
    *CUSTOMERS,
    *CONTACTS,
    *STAFF,
    *DEPARTMENTS,
    *ASSIGNMENTS,
    *INTERACTIONS,
    *TICKETS,
    *ENTRIES,
    *CLOSED,
    *PLACES,
    *NETWORK,
    *GROUPS,
    *HANDOVERS,
    *RULES,
    *ACTING,
    *(refusal for action in Action for refusal in of_keys(action)),
]
