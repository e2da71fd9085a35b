"""What each command refuses, and how it says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from resolvers.access import Scope, Subject
from resolvers.actions import Action
from resolvers.assignment import AssignmentDraft, AssignmentEnd
from resolvers.contact import ContactChanges
from resolvers.corporate_group import GroupEntry, GroupExit
from resolvers.customer import CustomerChanges
from resolvers.department import DepartmentChanges, DepartmentMove
from resolvers.department_merge import DepartmentMerge
from resolvers.head import HeadAppointment, HeadVacancy
from resolvers.placement import StaffPlacement
from resolvers.staff import StaffChanges
from resolvers.ticket_state import TicketStateChange
from resolvers.ticket_work import TicketAssignment, TicketReply, TicketTransfer
from store.base import new_id
from store.ledger import LedgerKind
from store.ticket import TicketStatus
from tests.commands.valid import VALID
from tests.commands.worlds import World
from tests.factories import NOW, TODAY
from tests.factories.rule_version import FEES

DAY = dt.timedelta(days=1)
By = Callable[[World], Subject]


def manager(world: World) -> Subject:
    return world.manager


def supervisor(world: World) -> Subject:
    return world.supervisor


def agent(world: World) -> Subject:
    return world.agent


@dataclass(frozen=True)
class Refusal:
    """Of this draft by this subject, the command says (code, field)."""

    action: Action
    code: str
    field: str | None
    draft: Callable[[World], Any]
    by: By = manager
    key: str | None = None


def valid_but(action: Action, code: str, field: str, by: By = manager, /, **values: Any) -> Refusal:
    """A valid draft with some values changed; a callable value is asked for with the world."""

    def draft(world: World) -> Any:
        given = {name: value(world) if callable(value) else value for name, value in values.items()}
        return replace(VALID[action](world), **given)

    return Refusal(action, code, field, draft, by)


def unknown(action: Action, field: str, outside: Callable[[World], Any], by: By) -> list[Refusal]:
    """An id that there is not, and one that is out of the subject's reach: the same refusal."""
    ids: tuple[Callable[[World], Any], ...] = (lambda _: new_id(), outside)
    return [valid_but(action, "NOT_FOUND", field, by, **{field: one}) for one in ids]


def bad_texts(action: Action, *fields: str, most: int) -> list[Refusal]:
    """Texts that no such field may hold."""
    controls = "a\x00b", "\ud800", "a\x1bb", "a\x85x" if most > 200 else "a\u2028b"
    texts = {"INVALID_TEXT": controls, "TOO_LONG": ("x" * (most + 1), "x" * 100_000)}
    return [
        valid_but(action, code, field, **{field: text})
        for field in fields
        for code, each in texts.items()
        for text in each
    ]


def blank(action: Action, *fields: str) -> list[Refusal]:
    """Nothing to be seen where something is needed."""
    texts = "", " \t", "\u200b", None
    return [valid_but(action, "REQUIRED", field, **{field: text}) for field in fields for text in texts]


def bad_times(action: Action, field: str) -> list[Refusal]:
    """Times that are none, or are still to come."""
    naive = dt.datetime(2026, 3, 1, 9)  # noqa: DTZ001  # it is to be refused
    far = dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=14)))
    times = [("INVALID_TIME", naive), ("INVALID_TIME", far), ("INVALID_TIME", dt.datetime.max.replace(tzinfo=dt.UTC))]
    return [
        valid_but(action, code, field, **{field: time})
        for code, time in [*times, ("IN_FUTURE", NOW + dt.timedelta(minutes=6))]
    ]


def of_keys(action: Action) -> list[Refusal]:
    """Idempotency keys that are no texts."""
    bad = {"REQUIRED": " ", "INVALID_TEXT": "a\x00b", "TOO_LONG": "k" * 201}
    return [Refusal(action, code, "idempotency_key", VALID[action], key=key) for code, key in bad.items()]


def amounts(code: str, *texts: str, **values: Any) -> list[Refusal]:
    """Amounts that are none."""
    return [valid_but(Action.ADD_LEDGER_ENTRY, code, "amount", amount=Decimal(text), **values) for text in texts]


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


def closed(action: Action, field: str) -> Refusal:
    """A department that takes nothing new."""
    return valid_but(action, "DEPARTMENT_CLOSED", field, **{field: lambda w: w.closed})


CLOSED: Final = [
    closed(A.CREATE_CUSTOMER, "department_id"),
    closed(A.UPDATE_CUSTOMER, "department_id"),
    closed(A.CREATE_STAFF, "department_id"),
    closed(A.CREATE_DEPARTMENT, "parent_id"),
    closed(A.MOVE_DEPARTMENT, "parent_id"),
    closed(A.OPEN_TICKET, "department_id"),
    closed(A.TRANSFER_TICKET, "department_id"),
    closed(A.APPOINT_HEAD, "department_id"),
    closed(A.PLACE_STAFF, "department_id"),
    closed(A.MOVE_CUSTOMERS, "department_id"),
    closed(A.SPLIT_DEPARTMENT, "id"),
    closed(A.MERGE_DEPARTMENTS, "id"),
    closed(A.MERGE_DEPARTMENTS, "into_id"),
]
PLACES: Final = [
    *unknown(A.APPOINT_HEAD, "department_id", lambda w: w.other, supervisor),
    valid_but(A.APPOINT_HEAD, "NOT_FOUND", "staff_id", staff_id=lambda _: new_id()),
    valid_but(A.APPOINT_HEAD, "STAFF_LEFT", "staff_id", staff_id=lambda w: w.leaver_id),
    valid_but(A.APPOINT_HEAD, "STAFF_LEFT", "staff_id", staff_id=lambda w: w.leaver_id, acting=True),
    Refusal(A.APPOINT_HEAD, "OVERLAP", "staff_id", lambda w: HeadAppointment(w.other, w.outsider_id)),
    Refusal(A.APPOINT_HEAD, "OVERLAP", "staff_id", lambda w: HeadAppointment(w.other, w.outsider_id, acting=True)),
    Refusal(
        A.APPOINT_HEAD, "OVERLAP", "since", lambda w: HeadAppointment(w.other, w.agent_id, since=TODAY - 999 * DAY)
    ),
    *unknown(A.VACATE_HEAD, "department_id", lambda w: w.other, supervisor),
    Refusal(A.VACATE_HEAD, "NOT_FOUND", "department_id", lambda w: HeadVacancy(w.service)),
    valid_but(A.VACATE_HEAD, "NOT_FOUND", "department_id", acting=True),
    valid_but(A.VACATE_HEAD, "BAD_PERIOD", "until", until=TODAY - 999 * DAY),
    *unknown(A.PLACE_STAFF, "department_id", lambda w: w.other, supervisor),
    valid_but(A.PLACE_STAFF, "NOT_FOUND", "staff_id", staff_id=lambda _: new_id()),
    Refusal(A.PLACE_STAFF, "NOT_FOUND", "staff_id", lambda w: StaffPlacement(w.outsider_id, w.service), supervisor),
    valid_but(A.PLACE_STAFF, "STAFF_LEFT", "staff_id", staff_id=lambda w: w.leaver_id),
]
NETWORK: Final = [
    *unknown(A.MERGE_DEPARTMENTS, "id", lambda w: w.other, supervisor),
    valid_but(A.MERGE_DEPARTMENTS, "NOT_FOUND", "into_id", into_id=lambda _: new_id()),
    Refusal(A.MERGE_DEPARTMENTS, "NOT_FOUND", "into_id", lambda w: DepartmentMerge(w.service, w.other), supervisor),
    valid_but(A.MERGE_DEPARTMENTS, "TOO_MANY", "id"),
    valid_but(A.MERGE_DEPARTMENTS, "IN_FUTURE", "on", on=TODAY + DAY),
    valid_but(A.MERGE_DEPARTMENTS, "CYCLE", "into_id", into_id=lambda w: w.annex),
    Refusal(A.MERGE_DEPARTMENTS, "CYCLE", "into_id", lambda w: DepartmentMerge(w.other, w.annex)),
    *unknown(A.SPLIT_DEPARTMENT, "id", lambda w: w.other, supervisor),
    valid_but(A.SPLIT_DEPARTMENT, "FORBIDDEN", "id", lambda w: replace(w.supervisor, department_ids={w.service})),
    valid_but(A.SPLIT_DEPARTMENT, "REQUIRED", "id", supervisor, id=lambda w: w.head),
    *blank(A.SPLIT_DEPARTMENT, "number", "name"),
    *bad_texts(A.SPLIT_DEPARTMENT, "name", most=200),
    valid_but(A.SPLIT_DEPARTMENT, "DUPLICATE_NUMBER", "number", number="TAKEN"),
    valid_but(A.SPLIT_DEPARTMENT, "IN_FUTURE", "on", on=TODAY + DAY),
    valid_but(A.SPLIT_DEPARTMENT, "NOT_FOUND", "staff_ids.1", staff_ids=lambda w: (w.agent_id, w.outsider_id)),
    valid_but(A.SPLIT_DEPARTMENT, "STAFF_LEFT", "staff_ids.1", staff_ids=lambda w: (w.agent_id, w.leaver_id)),
    valid_but(A.SPLIT_DEPARTMENT, "NOT_FOUND", "customer_ids.1", customer_ids=lambda w: (w.own, w.foreign)),
    valid_but(A.SPLIT_DEPARTMENT, "NOT_FOUND", "child_ids.0", child_ids=lambda w: (w.annex,)),
    valid_but(A.SPLIT_DEPARTMENT, "TOO_MANY", "staff_ids", staff_ids=lambda w: (w.agent_id,) * 501),
    *unknown(A.MOVE_CUSTOMERS, "department_id", lambda w: w.other, supervisor),
    valid_but(A.MOVE_CUSTOMERS, "NOT_FOUND", "customer_ids.1", customer_ids=lambda w: (w.own, new_id())),
    valid_but(
        A.MOVE_CUSTOMERS,
        "NOT_FOUND",
        "customer_ids.0",
        supervisor,
        customer_ids=lambda w: (w.foreign,),
        department_id=lambda w: w.head,
    ),
    valid_but(A.MOVE_CUSTOMERS, "TOO_MANY", "customer_ids", customer_ids=lambda w: (w.own,) * 501),
]
GROUPS: Final = [
    *unknown(A.JOIN_GROUP, "customer_id", lambda w: w.foreign, supervisor),
    *unknown(A.JOIN_GROUP, "parent_id", lambda w: w.foreign, supervisor),
    Refusal(A.JOIN_GROUP, "OVERLAP", "since", lambda w: GroupEntry(w.foreign, w.own)),
    Refusal(A.JOIN_GROUP, "OVERLAP", "since", lambda w: GroupEntry(w.foreign, w.neighbour, replace=True)),
    valid_but(A.JOIN_GROUP, "CYCLE", "parent_id", parent_id=lambda w: w.own),
    Refusal(A.JOIN_GROUP, "CYCLE", "parent_id", lambda w: GroupEntry(w.neighbour, w.foreign)),
    *unknown(A.LEAVE_GROUP, "customer_id", lambda w: w.foreign, supervisor),
    Refusal(A.LEAVE_GROUP, "NOT_FOUND", "customer_id", lambda w: GroupExit(w.neighbour)),
    valid_but(A.LEAVE_GROUP, "BAD_PERIOD", "until", until=dt.date(2024, 12, 31)),
    *unknown(A.GRADE_CUSTOMER, "customer_id", lambda w: w.foreign, supervisor),
    *unknown(A.REFER_CUSTOMER, "customer_id", lambda w: w.foreign, supervisor),
    *unknown(A.REFER_CUSTOMER, "referred_by_id", lambda w: w.foreign, supervisor),
    valid_but(A.REFER_CUSTOMER, "IN_FUTURE", "since", since=TODAY + DAY),
    valid_but(A.REFER_CUSTOMER, "CYCLE", "referred_by_id", referred_by_id=lambda w: w.own),
    valid_but(A.REFER_CUSTOMER, "OVERLAP", "referred_by_id", customer_id=lambda w: w.foreign),
]
HANDOVERS: Final = [
    *unknown(A.PROPOSE_HANDOVER, "from_id", lambda w: w.outsider_id, supervisor),
    valid_but(A.PROPOSE_HANDOVER, "NOT_FOUND", "to_id", to_id=lambda _: new_id()),
    valid_but(A.PROPOSE_HANDOVER, "NOT_FOUND", "department_id", department_id=lambda _: new_id()),
    valid_but(A.PROPOSE_HANDOVER, "NOT_FOUND", "customer_ids", customer_ids=lambda w: (w.own, new_id())),
    *bad_texts(A.PROPOSE_HANDOVER, "note", most=10_000),
    valid_but(A.PROPOSE_HANDOVER, "TOO_MANY", "customer_ids", customer_ids=lambda _: (new_id(),) * 501),
    valid_but(A.PROPOSE_HANDOVER, "IN_PAST", "effective_on", effective_on=TODAY - DAY),
    valid_but(A.PROPOSE_HANDOVER, "OUT_OF_RANGE", "effective_on", effective_on=TODAY + 367 * DAY),
    valid_but(A.PROPOSE_HANDOVER, "SAME_PERSON", "to_id", to_id=lambda w: w.outsider_id),
    valid_but(A.PROPOSE_HANDOVER, "STAFF_LEFT", "to_id", to_id=lambda w: w.leaver_id),
    valid_but(A.PROPOSE_HANDOVER, "STAFF_AWAY", "to_id", to_id=lambda w: w.handovers.absent_id),
    valid_but(A.PROPOSE_HANDOVER, "NOTHING_OWNED", "from_id", from_id=lambda w: w.colleague_id),
    *[
        refusal
        for action in (A.ACCEPT_HANDOVER, A.DECLINE_HANDOVER, A.CANCEL_HANDOVER, A.EXECUTE_HANDOVER)
        for refusal in unknown(action, "id", lambda w: w.handovers.foreign, supervisor)
    ],
    valid_but(A.ACCEPT_HANDOVER, "NOT_FOUND", "id", agent, id=lambda w: w.handovers.to_absent),
    valid_but(A.DECLINE_HANDOVER, "NOT_FOUND", "id", agent, id=lambda w: w.handovers.to_absent),
    *bad_texts(A.ACCEPT_HANDOVER, "note", most=10_000),
    *bad_texts(A.DECLINE_HANDOVER, "note", most=10_000),
    *bad_texts(A.CANCEL_HANDOVER, "note", most=10_000),
    valid_but(A.ACCEPT_HANDOVER, "REQUIRED", "note", note=None),
    valid_but(A.ACCEPT_HANDOVER, "REQUIRED", "note", supervisor, note=" "),
    *blank(A.DECLINE_HANDOVER, "note"),
    valid_but(A.ACCEPT_HANDOVER, "STALE_VERSION", "version", version=2),
    valid_but(A.EXECUTE_HANDOVER, "STALE_VERSION", "version", version=2),
    valid_but(A.ACCEPT_HANDOVER, "STAFF_LEFT", "id", id=lambda w: w.handovers.to_leaver),
    valid_but(A.ACCEPT_HANDOVER, "STAFF_AWAY", "id", id=lambda w: w.handovers.to_absent),
    valid_but(A.EXECUTE_HANDOVER, "STAFF_LEFT", "id", id=lambda w: w.handovers.to_leaver_due),
    valid_but(A.EXECUTE_HANDOVER, "STAFF_AWAY", "id", id=lambda w: w.handovers.to_absent_due),
    valid_but(A.ACCEPT_HANDOVER, "BAD_MOVE", "id", id=lambda w: w.handovers.due),
    valid_but(A.DECLINE_HANDOVER, "BAD_MOVE", "id", id=lambda w: w.handovers.due),
    valid_but(A.EXECUTE_HANDOVER, "BAD_MOVE", "id", id=lambda w: w.handovers.proposed),
    valid_but(A.CANCEL_HANDOVER, "BAD_MOVE", "id", id=lambda w: w.handovers.declined),
    valid_but(A.EXECUTE_HANDOVER, "IN_FUTURE", "id", id=lambda w: w.handovers.ahead),
]


def narrow(world: World) -> Subject:
    """A manager whose credential sees own customers only: no rules."""
    return replace(world.manager, scope=Scope.OWN)


RULES: Final = [
    *[
        refusal
        for action in (
            A.APPROVE_RULE_VERSION,
            A.REJECT_RULE_VERSION,
            A.WITHDRAW_RULE_VERSION,
            A.PUBLISH_RULE_VERSION,
            A.ROLL_BACK_RULE_SET,
        )
        for refusal in (
            valid_but(action, "NOT_FOUND", "id", id=lambda _: new_id()),
            Refusal(action, "NOT_FOUND", "id", VALID[action], narrow),
            *bad_texts(action, "note", most=10_000),
        )
    ],
    valid_but(A.SUBMIT_RULE_VERSION, "NOT_FOUND", "base_id", base_id=lambda _: new_id()),
    valid_but(
        A.SUBMIT_RULE_VERSION,
        "NOT_FOUND",
        "text",
        text=FEES.text.replace("fees", "feess"),
        cases=FEES.cases.replace("fees", "feess"),
    ),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", base_id=lambda w: w.rules.tolls),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", text="\ud800"),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", cases=" "),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "cases", cases=FEES.cases.replace("{fee: 0,", "{fee: 1,")),
    valid_but(A.SUBMIT_RULE_VERSION, "STALE_VERSION", "base_id", base_id=lambda w: w.rules.earlier),
    valid_but(A.SUBMIT_RULE_VERSION, "DUPLICATE_CODE", "is_new", is_new=True),
    valid_but(A.SUBMIT_RULE_VERSION, "REQUIRED", "text", text=None),
    *bad_texts(A.SUBMIT_RULE_VERSION, "note", most=10_000),
    *blank(A.REJECT_RULE_VERSION, "note"),
    *blank(A.ROLL_BACK_RULE_SET, "note"),
    valid_but(A.APPROVE_RULE_VERSION, "OWN_VERSION", "id", id=lambda w: w.rules.own),
    valid_but(A.APPROVE_RULE_VERSION, "BAD_RULES", "id", id=lambda w: w.rules.broken),
    valid_but(A.APPROVE_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.REJECT_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.approved),
    valid_but(A.WITHDRAW_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.WITHDRAW_RULE_VERSION, "FORBIDDEN", "id", lambda w: w.analyst),
    valid_but(A.PUBLISH_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.submitted),
    valid_but(A.PUBLISH_RULE_VERSION, "BAD_RULES", "id", id=lambda w: w.rules.broken_approved),
    valid_but(A.PUBLISH_RULE_VERSION, "STALE_VERSION", "id", id=lambda w: w.rules.behind),
    valid_but(A.PUBLISH_RULE_VERSION, "IN_FUTURE", "id", id=lambda w: w.rules.to_come),
    valid_but(A.PUBLISH_RULE_VERSION, "IN_PAST", "id", id=lambda w: w.rules.gone),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_MOVE", "id", id=lambda w: w.rules.approved),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_RULES", "id", id=lambda w: w.rules.broken_published),
    valid_but(A.ROLL_BACK_RULE_SET, "IN_FUTURE", "id", id=lambda w: w.rules.to_come_published),
    valid_but(A.ROLL_BACK_RULE_SET, "IN_PAST", "id", id=lambda w: w.rules.gone_published),
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
    *(refusal for action in Action for refusal in of_keys(action)),
]
