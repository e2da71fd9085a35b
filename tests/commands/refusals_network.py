"""What the commands refuse that keep the network right: closed departments, places, groups, handovers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from resolvers.actions import Action
from resolvers.corporate_group import GroupEntry, GroupExit
from resolvers.department_merge import DepartmentMerge
from resolvers.head import HeadAppointment, HeadVacancy
from resolvers.placement import StaffPlacement
from store.base import new_id
from tests.commands.refusal import (
    DAY,
    Refusal,
    agent,
    bad_texts,
    blank,
    supervisor,
    unknown,
    valid_but,
)
from tests.factories import TODAY

A = Action


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
