"""Staff, as clients see them."""

from __future__ import annotations

import datetime as dt
import enum

import strawberry

from resolvers import network
from resolvers.reading import column, connection, entity, global_id, many, one, traversal
from resolvers.reading.filtering import Choice, TextFilter, by, by_words, filters
from resolvers.scopes import directory_scope
from schema.arguments import AS_OF_DAY, covers
from schema.department import Department
from schema.exposing import expose
from schema.interaction import INTERACTION_ORDERS, InteractionFilter
from schema.links import AssignmentLink, HandoverLink, InteractionLink, TicketLink
from schema.network import ON_A_DAY, SOME_ON_A_DAY, EscalationStep, IfLeaves
from schema.paging import Connection, Node, Party
from schema.ticket import TICKET_ORDERS, TicketFilter
from store.assignment import AssignmentRow
from store.handover import HandoverRow
from store.staff import (
    MembershipRole,
    MembershipRow,
    StaffRow,
    StaffStatus,
    StaffTokenRow,
    TrainingRecordRow,
    WorkHistoryRow,
)


@entity(MembershipRow, "A person's place in a department, from one day to another. 任职", scope=directory_scope)
class Membership(Node):
    """A dated place."""

    id: strawberry.ID = global_id()
    role: MembershipRole = column(MembershipRow.role, "What the person is there.")
    since: dt.date = column(MembershipRow.since, "The first day.")
    until: dt.date | None = column(MembershipRow.until, "The first day after it; not set while it lasts.")
    department: Department | None = one(lambda m, d: d.id == m.department_id, "The department.")
    staff: Staff | None = one(lambda m, s: s.id == m.staff_id, "The person.")


@entity(TrainingRecordRow, "A course that a person took. 培训记录", scope=directory_scope)
class TrainingRecord:
    """One course."""

    course: str = column(TrainingRecordRow.course, "The course.")
    provider: str | None = column(TrainingRecordRow.provider, "Who gave it.")
    completed_on: dt.date = column(TrainingRecordRow.completed_on, "When it was completed.")
    result: str | None = column(TrainingRecordRow.result, "With what result.")


@entity(WorkHistoryRow, "A position that a person held. 工作经历", scope=directory_scope)
class WorkHistory:
    """One position."""

    organisation: str = column(WorkHistoryRow.organisation, "Where.")
    position: str = column(WorkHistoryRow.position, "As what.")
    since: dt.date = column(WorkHistoryRow.since, "The first day.")
    until: dt.date | None = column(WorkHistoryRow.until, "The first day after it.")


@entity(StaffRow, "A person of the staff. 客户服务人员", scope=directory_scope)
class Staff(Node, Party):
    """One person's archive."""

    id: strawberry.ID = global_id()
    number: str = column(StaffRow.number, "The number that people know the person by.")
    name: str = column(StaffRow.name, "The person's name.")
    title: str | None = column(StaffRow.title, "The person's position.")
    status: StaffStatus = column(StaffRow.status, "Whether the person works here.")
    email: str | None = column(StaffRow.email, "E-mail address at work.")
    phone: str | None = column(StaffRow.phone, "Telephone at work.")
    mobile: str | None = column(StaffRow.mobile, "Mobile telephone.")
    languages: str | None = column(StaffRow.languages, "Languages that the person speaks, such as zh, en.")
    skills: str | None = column(StaffRow.skills, "What the person is good at.")
    joined_on: dt.date | None = column(StaffRow.joined_on, "The first day here.")
    left_on: dt.date | None = column(StaffRow.left_on, "The first day not here any more.")
    birthday: dt.date | None = column(StaffRow.birthday, "Date of birth.")
    home_address: str | None = column(StaffRow.home_address, "Where the person lives.")
    emergency_contact: str | None = column(StaffRow.emergency_contact, "Whom to call in an emergency.")
    identity_number: str | None = column(StaffRow.identity_number, "Number of the identity document.")
    created_at: dt.datetime = column(StaffRow.created_at, "Since when the person is on record.")
    updated_at: dt.datetime = column(StaffRow.updated_at, "When the record last changed.")
    version: int = column(StaffRow.version, "Counts the changes; give it back when you update.")
    memberships: list[Membership] = many(
        lambda s, m: m.staff_id == s.id,
        "The person's places in departments, latest first.",
        order_by=[MembershipRow.since.desc(), MembershipRow.id.desc()],
    )
    training_records: list[TrainingRecord] = many(
        lambda s, r: r.staff_id == s.id,
        "Courses, latest first.",
        order_by=[TrainingRecordRow.completed_on.desc(), TrainingRecordRow.id.desc()],
    )
    work_history: list[WorkHistory] = many(
        lambda s, w: w.staff_id == s.id,
        "Positions held, latest first.",
        order_by=[WorkHistoryRow.since.desc(), WorkHistoryRow.id.desc()],
    )
    assignments: Connection[AssignmentLink] = connection(
        lambda s, a, day: (a.staff_id == s.id) & covers(a, day),
        "The customers that the person serves.",
        orders=[AssignmentRow.since, AssignmentRow.id],
        arguments={"as_of": AS_OF_DAY},
    )
    tickets: Connection[TicketLink] = connection(
        lambda s, t: t.assignee_id == s.id, "The person's tickets.", orders=TICKET_ORDERS, filter_type=TicketFilter
    )
    interactions: Connection[InteractionLink] = connection(
        lambda s, i: i.staff_id == s.id,
        "The contacts that the person handled.",
        orders=INTERACTION_ORDERS,
        filter_type=InteractionFilter,
    )
    handovers_from: Connection[HandoverLink] = connection(
        lambda s, h: h.from_id == s.id,
        "What the person handed over, latest proposed first.",
        orders=[HandoverRow.created_at.desc(), HandoverRow.id.desc()],
    )
    handovers_to: Connection[HandoverLink] = connection(
        lambda s, h: h.to_id == s.id,
        "What the person took over, latest proposed first.",
        orders=[HandoverRow.created_at.desc(), HandoverRow.id.desc()],
    )
    escalation_path: list[EscalationStep] | None = traversal(
        network.escalation_of_staff,
        "Whom the person turns to: who leads the department that they came to last, and those above it. 上报路径",
        needs=[StaffRow.id],
        arguments=SOME_ON_A_DAY,
    )
    if_leaves: IfLeaves | None = traversal(
        network.leaving,
        "What would break if the person left, and who could take over. 离职影响",
        needs=[StaffRow.id],
        arguments=ON_A_DAY,
    )


class StaffOrder(enum.StrEnum):
    """Orders of staff."""

    NUMBER_ASC = "NUMBER_ASC"
    NAME_ASC = "NAME_ASC"


expose(StaffOrder, "How staff are ordered.", "by number\nby name, letter by letter")

STAFF_ORDERS = {
    StaffOrder.NUMBER_ASC: (StaffRow.number, StaffRow.id),
    StaffOrder.NAME_ASC: (StaffRow.name, StaffRow.id),
}


@filters(StaffRow, "Which people of the staff.")
class StaffFilter:
    """Criteria over staff."""

    search: str | None = by_words(
        StaffTokenRow, "staff_id", "Beginnings of words of the name (also in pinyin or its initials) or the number."
    )
    number: TextFilter | None = by(StaffRow.number, "By number.")
    status: Choice[StaffStatus] | None = by(StaffRow.status, "By whether the person works here.")
