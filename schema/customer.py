"""Customers: the whole view of one, as clients see it."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers import network
from resolvers.customer_care import next_birthday
from resolvers.decisions import questions
from resolvers.reading import (
    Argument,
    column,
    connection,
    entity,
    global_id,
    many,
    merged,
    one,
    part,
    traversal,
    value,
)
from resolvers.scopes import customer_scope, provenance_scope, through_customer
from schema.arguments import AS_OF_DAY, AS_OF_INSTANT, covers
from schema.assignment import Assignment
from schema.contact import Contact
from schema.credit import CreditAccount
from schema.credit_change import CREDIT_CHANGE_ORDER, CreditChange, CreditChangeFilter
from schema.customer_metrics import CustomerMetrics
from schema.decision import (
    DECISION_ORDER,
    GRADE_ARGUMENT,
    RULE_SET_ARGUMENT,
    ConsideredRow,
    Decision,
    DecisionExplanation,
)
from schema.department import Department
from schema.duty import DUTY_ORDER, Duty, DutyFilter
from schema.grade import GradePeriod
from schema.interaction import INTERACTION_ORDERS, Interaction, InteractionFilter
from schema.ledger import LEDGER_ORDERS, LedgerBalance, LedgerEntry, LedgerFilter
from schema.network import (
    ON_A_DAY,
    PATH_TO,
    SOME_ON_A_DAY,
    CorporateGroup,
    Influence,
    Neighbour,
    NetworkPath,
)
from schema.paging import Connection, Node, Party, TimelineItem
from schema.relation import CustomerRelation
from schema.ticket import TICKET_ORDERS, Ticket, TicketFilter
from schema.timeline import TIMELINE_ARGUMENTS, TIMELINE_MEMBERS, TimelineKind
from store.assignment import AssignmentRole, AssignmentRow
from store.clearance import Clearance
from store.contact import ContactRow
from store.customer import CustomerKind, CustomerRow, CustomerSize, CustomerStatus, CustomerTagRow, ProvenanceRow
from store.grade import Grade, GradePeriodRow
from store.ledger import LedgerBalanceRow
from store.relation import RelationKind, RelationSideRow
from store.types import Coded


@entity(CustomerTagRow, "A word that people put on a customer. 标签", scope=through_customer)
class Tag:
    """One tag."""

    name: str = column(CustomerTagRow.name, "The word.")


@entity(ProvenanceRow, "Which source said what a field of the archive holds. 信息来源", scope=provenance_scope)
class Provenance:
    """One statement of a source."""

    field: str = column(ProvenanceRow.field, "The archive's field.")
    source: str | None = column(ProvenanceRow.source, "Who said so.")
    recorded_by: str | None = column(ProvenanceRow.recorded_by, "Who recorded it.")
    recorded_at: dt.datetime = column(ProvenanceRow.recorded_at, "When it was recorded.")


RELATION_KIND = Argument(
    RelationKind | None, "Only relations of this kind.", Coded(RelationKind), where=lambda r, kind: r.kind == kind
)


@entity(CustomerRow, "A customer: a person or an organisation, and everything around it. 客户", scope=customer_scope)
class Customer(Node, Party):
    """The whole view."""

    id: strawberry.ID = global_id()
    code: str = column(CustomerRow.code, "The code that people know the customer by.")
    kind: CustomerKind = column(CustomerRow.kind, "Whether it is a person or an organisation.")
    name: str = column(CustomerRow.name, "The customer's name.")
    status: CustomerStatus = column(CustomerRow.status, "Where the customer stands with us.")
    grade: Grade | None = column(CustomerRow.grade, "The grade now; not set before the first grading.")
    industry: str | None = column(CustomerRow.industry, "The industry.")
    size: CustomerSize | None = column(CustomerRow.size, "How large the organisation is.")
    needs: str | None = column(CustomerRow.needs, "What the customer needs.")
    language: str | None = column(CustomerRow.language, "The language to speak, such as zh or en.")
    country: str | None = column(CustomerRow.country, "The country.")
    region: str | None = column(CustomerRow.region, "The state or province.")
    city: str | None = column(CustomerRow.city, "The city.")
    address: str | None = column(CustomerRow.address, "The postal address.")
    email: str | None = column(CustomerRow.email, "E-mail address.")
    phone: str | None = column(CustomerRow.phone, "Telephone.")
    website: str | None = column(CustomerRow.website, "Web site.")
    birthday: dt.date | None = column(CustomerRow.birthday, "A person's date of birth.")
    next_birthday: dt.date | None = value(
        next_birthday, "The next day on which to congratulate.", needs=[CustomerRow.birthday]
    )
    founded_on: dt.date | None = column(CustomerRow.founded_on, "An organisation's founding day.")
    tax_number: str | None = column(CustomerRow.tax_number, "Number with the tax office.")
    note: str | None = column(CustomerRow.note, "What one should know.")
    source: str | None = column(CustomerRow.source, "How the customer came to us.")
    created_at: dt.datetime = column(CustomerRow.created_at, "Since when the customer is on record.")
    updated_at: dt.datetime = column(CustomerRow.updated_at, "When the archive last changed.")
    version: int = column(CustomerRow.version, "Counts the changes of the archive; give it back when you update.")
    metrics: CustomerMetrics = part("Figures of all dealings.")
    department: Department | None = one(lambda c, d: d.id == c.department_id, "The department that looks after it.")
    contacts: list[Contact] = many(
        lambda c, k: k.customer_id == c.id,
        "The people through whom one speaks with the customer.",
        order_by=[ContactRow.name, ContactRow.id],
        within=True,
    )
    owner: Assignment | None = one(
        lambda c, a, day: (a.customer_id == c.id) & (a.role == AssignmentRole.OWNER) & covers(a, day),
        "Who is in charge of the customer.",
        order_by=[AssignmentRow.since.desc(), AssignmentRow.id],
        within=True,
        arguments={"as_of": AS_OF_DAY},
    )
    people_in_charge: list[Assignment] = many(
        lambda c, a, day: (a.customer_id == c.id) & covers(a, day),
        "Everyone who serves the customer.",
        order_by=[AssignmentRow.role.desc(), AssignmentRow.since, AssignmentRow.id],
        within=True,
        arguments={"as_of": AS_OF_DAY},
    )
    assignments: Connection[Assignment] = connection(
        lambda c, a: a.customer_id == c.id,
        "Everyone who ever served the customer, latest first.",
        orders=[AssignmentRow.since.desc(), AssignmentRow.id.desc()],
        within=True,
    )
    grade_period: GradePeriod | None = one(
        lambda c, g, at: (g.customer_id == c.id) & covers(g, at),
        "The grade at a time, and why.",
        order_by=[GradePeriodRow.since.desc(), GradePeriodRow.id],
        within=True,
        arguments={"as_of": AS_OF_INSTANT},
    )
    grade_history: Connection[GradePeriod] = connection(
        lambda c, g: g.customer_id == c.id,
        "All grades that the customer had, latest first.",
        orders=[GradePeriodRow.since.desc(), GradePeriodRow.id.desc()],
        within=True,
    )
    decisions: Connection[Decision] = connection(
        lambda c, d: d.customer_id == c.id,
        "What rules decided about the customer, latest first.",
        orders=DECISION_ORDER,
        within=True,
    )
    explanation: DecisionExplanation | None = traversal(
        questions.why,
        "Why the rules last decided as they did; not set before they have. Not for partners. 决策解释",
        needs=[CustomerRow.id],
        arguments=RULE_SET_ARGUMENT,
        level=Clearance.INTERNAL,
    )
    why_not: list[ConsideredRow] | None = traversal(
        questions.why_not,
        "The rows that would have given another grade, the nearest first, on the facts of the last grading; "
        "not set before it. Not for partners. 未获等级原因",
        needs=[CustomerRow.id],
        arguments=GRADE_ARGUMENT,
        level=Clearance.INTERNAL,
    )
    credit: CreditAccount | None = one(lambda c, a: a.customer_id == c.id, "The customer's credit.", within=True)
    balances: list[LedgerBalance] = many(
        lambda c, b: b.customer_id == c.id,
        "What the ledger adds up to, by kind and currency.",
        order_by=[LedgerBalanceRow.currency, LedgerBalanceRow.kind],
        within=True,
    )
    ledger: Connection[LedgerEntry] = connection(
        lambda c, e: e.customer_id == c.id,
        "The full account history.",
        orders=LEDGER_ORDERS,
        filter_type=LedgerFilter,
        within=True,
    )
    duties: Connection[Duty] = connection(
        lambda c, d: d.customer_id == c.id,
        "What is owed to the customer, and was, by the day.",
        orders=DUTY_ORDER,
        filter_type=DutyFilter,
    )
    credit_changes: Connection[CreditChange] = connection(
        lambda c, x: x.customer_id == c.id,
        "Changes of its credit that rules proposed, latest first.",
        orders=CREDIT_CHANGE_ORDER,
        filter_type=CreditChangeFilter,
    )
    interactions: Connection[Interaction] = connection(
        lambda c, i: i.customer_id == c.id,
        "The journal: every contact with the customer.",
        orders=INTERACTION_ORDERS,
        filter_type=InteractionFilter,
        within=True,
    )
    tickets: Connection[Ticket] = connection(
        lambda c, t: t.customer_id == c.id,
        "The customer's cases.",
        orders=TICKET_ORDERS,
        filter_type=TicketFilter,
        within=True,
    )
    timeline: Connection[TimelineItem] = merged(
        "Everything that happened with the customer, newest first.",
        kinds=TimelineKind,
        within=True,
        arguments=TIMELINE_ARGUMENTS,
        members=TIMELINE_MEMBERS,
    )
    related_customers: list[CustomerRelation] = many(
        lambda c, r, day: (r.customer_id == c.id) & covers(r, day),
        "The customer's corporate group and referrals.",
        order_by=[RelationSideRow.kind, RelationSideRow.direction, RelationSideRow.id],
        within=True,
        arguments={"as_of": AS_OF_DAY, "kind": RELATION_KIND},
    )
    tags: list[Tag] = many(
        lambda c, t: t.customer_id == c.id, "Words put on the customer.", order_by=[CustomerTagRow.name], within=True
    )
    provenance: list[Provenance] = many(
        lambda c, p: p.customer_id == c.id,
        "Which source said what, latest first.",
        order_by=[ProvenanceRow.recorded_at.desc(), ProvenanceRow.id.desc()],
    )
    group: CorporateGroup | None = traversal(
        network.group,
        "The corporate group; not set for a customer that stands alone. 企业集团",
        needs=[CustomerRow.id],
        arguments=ON_A_DAY,
    )
    neighbourhood: list[Neighbour] | None = traversal(
        network.neighbourhood,
        "Who is at most two links away, nearest first; 50 at most. 周边关系",
        needs=[CustomerRow.id],
        arguments=SOME_ON_A_DAY,
    )
    path_to: NetworkPath | None = traversal(
        network.path_to,
        "A shortest way to another party, over six links at most; not set where there is none. 关系路径",
        needs=[CustomerRow.id],
        arguments=PATH_TO,
        weight=50,
    )
    influence: Influence | None = traversal(
        network.influence,
        "How many other customers it has referred to us. 影响力",
        needs=[CustomerRow.id],
        arguments=ON_A_DAY,
    )
