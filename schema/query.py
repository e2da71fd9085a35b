"""The query's entries."""

from __future__ import annotations

import sqlalchemy as sa
import strawberry

from resolvers import network
from resolvers.reading import connection, lookup, many, node, nodes, part, traversal
from resolvers.reading.declare_log import log_page
from resolvers.ticket_updates import TICKET_EVENTS
from schema.arguments import by_id, by_text
from schema.credit_change import CREDIT_CHANGE_ORDER, CreditChange, CreditChangeFilter
from schema.customer import Customer
from schema.customer_orders import CUSTOMER_ORDERS, CustomerFilter
from schema.department import DEPARTMENT_ORDERS, Department, DepartmentFilter
from schema.disclosure import DISCLOSURE_ORDER, Disclosure, DisclosureFilter
from schema.duty import DUTY_ORDER, Duty, DutyFilter
from schema.handover import HANDOVER_ORDER, Handover, HandoverFilter
from schema.interaction import INTERACTION_ORDERS, Interaction, InteractionFilter
from schema.network import GraphStatus
from schema.paging import Connection, Node
from schema.rule_set import RuleSet, RuleVersion
from schema.rule_shadow import RuleShadow
from schema.rule_simulation import RULE_SIMULATION_ORDER, RuleSimulation, RuleSimulationFilter
from schema.rule_texts import RuleTextQuestions
from schema.rule_trial import RuleTrialQuestions
from schema.staff import STAFF_ORDERS, Staff, StaffFilter
from schema.ticket import TICKET_ORDERS, Ticket, TicketFilter
from schema.ticket_update import TicketUpdateConnection, TicketUpdateFilter
from schema.viewer import Viewer
from store.rule_shadow import RuleShadowRow
from store.rule_version import RuleSetRow


def _all(*_: object) -> sa.ColumnElement[bool]:
    return sa.true()


@strawberry.type(description="What can be asked.")
class Query(RuleTextQuestions, RuleTrialQuestions):
    """Entries into the view."""

    customer: Customer | None = lookup(
        "One customer, by id or by code.",
        arguments={"id": by_id("Customer"), "code": by_text("code", "The customer's code.")},
    )
    customers: Connection[Customer] = connection(
        _all, "Customers in pages.", orders=CUSTOMER_ORDERS, filter_type=CustomerFilter
    )
    department: Department | None = lookup(
        "One department, by id or by number.",
        arguments={"id": by_id("Department"), "number": by_text("number", "The department's number.")},
    )
    departments: Connection[Department] = connection(
        _all, "Departments in pages.", orders=DEPARTMENT_ORDERS, filter_type=DepartmentFilter
    )
    staff_member: Staff | None = lookup(
        "One person of the staff, by id or by number.",
        arguments={"id": by_id("Staff"), "number": by_text("number", "The person's number.")},
    )
    staff: Connection[Staff] = connection(_all, "The staff in pages.", orders=STAFF_ORDERS, filter_type=StaffFilter)
    handover: Handover | None = lookup(
        "One handover, by id or by number.",
        arguments={"id": by_id("Handover"), "number": by_text("number", "The handover's number.")},
    )
    handovers: Connection[Handover] = connection(
        _all, "Handovers in pages, latest proposed first.", orders=HANDOVER_ORDER, filter_type=HandoverFilter
    )
    interaction: Interaction | None = lookup("One journal entry.", arguments={"id": by_id("Interaction")})
    interactions: Connection[Interaction] = connection(
        _all, "Journal entries of all customers in pages.", orders=INTERACTION_ORDERS, filter_type=InteractionFilter
    )
    ticket: Ticket | None = lookup(
        "One ticket, by id or by number.",
        arguments={"id": by_id("Ticket"), "number": by_text("number", "The ticket's number.")},
    )
    tickets: Connection[Ticket] = connection(
        _all, "Tickets of all customers in pages.", orders=TICKET_ORDERS, filter_type=TicketFilter
    )
    duties: Connection[Duty] = connection(
        _all, "What is owed to all customers, and was, by the day.", orders=DUTY_ORDER, filter_type=DutyFilter
    )
    credit_changes: Connection[CreditChange] = connection(
        _all,
        "Changes of credit that rules proposed, latest first.",
        orders=CREDIT_CHANGE_ORDER,
        filter_type=CreditChangeFilter,
    )
    disclosures: Connection[Disclosure] = connection(
        _all, "Who read which secret, newest first.", orders=DISCLOSURE_ORDER, filter_type=DisclosureFilter
    )
    rule_sets: list[RuleSet] = many(
        _all,
        "Rule sets by name; for managers, supervisors, analysts and auditors.",
        order_by=[RuleSetRow.name],
    )
    rule_version: RuleVersion | None = lookup(
        "One version of a rule set; for managers, supervisors, analysts and auditors.",
        arguments={"id": by_id("RuleVersion")},
    )
    rule_shadows: list[RuleShadow] = many(
        _all,
        "Shadows that run and that ran, the newest first; for managers, supervisors, analysts and auditors.",
        order_by=[RuleShadowRow.started_at.desc(), RuleShadowRow.id.desc()],
    )
    rule_simulations: Connection[RuleSimulation] = connection(
        _all,
        "Simulations that wait, run and ran, latest first; for managers, supervisors, analysts and auditors.",
        orders=RULE_SIMULATION_ORDER,
        filter_type=RuleSimulationFilter,
    )
    events: TicketUpdateConnection = log_page(
        TICKET_EVENTS,
        "What happened to tickets, in the order of the log, for whoever asks now and then. Ask again with endCursor.",
        filter_type=TicketUpdateFilter,
    )
    graph: GraphStatus | None = traversal(
        network.status, "How far what answers for the network is behind the record; not for partners.", needs=[]
    )
    node: Node | None = node("Any object by its global id; not set where there is none that you may see.")
    nodes: list[Node | None] = nodes("Objects by their global ids, in that order, null where there is none.")
    viewer: Viewer = part("Who you are to this service.")
