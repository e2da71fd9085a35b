"""Names for types of other modules, so that the features may lead to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.assignment import Assignment
    from schema.contact import Contact
    from schema.credit import CreditAccount
    from schema.credit_change import CreditChange
    from schema.customer import Customer
    from schema.decision import Decision
    from schema.department import Department
    from schema.duty import Duty
    from schema.escalation import Escalation
    from schema.grade import GradePeriod
    from schema.handover import Handover
    from schema.interaction import Interaction, InteractionFilter
    from schema.ledger import LedgerBalance, LedgerEntry
    from schema.relation import CustomerRelation
    from schema.rule_set import RulePublication, RuleVersion
    from schema.staff import Membership, Staff
    from schema.ticket import Ticket, TicketEvent, TicketFilter

AssignmentLink = Annotated["Assignment", strawberry.lazy("schema.assignment")]
ContactLink = Annotated["Contact", strawberry.lazy("schema.contact")]
CreditAccountLink = Annotated["CreditAccount", strawberry.lazy("schema.credit")]
CreditChangeLink = Annotated["CreditChange", strawberry.lazy("schema.credit_change")]
CustomerLink = Annotated["Customer", strawberry.lazy("schema.customer")]
DecisionLink = Annotated["Decision", strawberry.lazy("schema.decision")]
DepartmentLink = Annotated["Department", strawberry.lazy("schema.department")]
DutyLink = Annotated["Duty", strawberry.lazy("schema.duty")]
EscalationLink = Annotated["Escalation", strawberry.lazy("schema.escalation")]
GradePeriodLink = Annotated["GradePeriod", strawberry.lazy("schema.grade")]
HandoverLink = Annotated["Handover", strawberry.lazy("schema.handover")]
InteractionLink = Annotated["Interaction", strawberry.lazy("schema.interaction")]
InteractionFilterLink = Annotated["InteractionFilter", strawberry.lazy("schema.interaction")]
LedgerBalanceLink = Annotated["LedgerBalance", strawberry.lazy("schema.ledger")]
LedgerEntryLink = Annotated["LedgerEntry", strawberry.lazy("schema.ledger")]
CustomerRelationLink = Annotated["CustomerRelation", strawberry.lazy("schema.relation")]
MembershipLink = Annotated["Membership", strawberry.lazy("schema.staff")]
RulePublicationLink = Annotated["RulePublication", strawberry.lazy("schema.rule_set")]
RuleVersionLink = Annotated["RuleVersion", strawberry.lazy("schema.rule_set")]
StaffLink = Annotated["Staff", strawberry.lazy("schema.staff")]
TicketLink = Annotated["Ticket", strawberry.lazy("schema.ticket")]
TicketEventLink = Annotated["TicketEvent", strawberry.lazy("schema.ticket")]
TicketFilterLink = Annotated["TicketFilter", strawberry.lazy("schema.ticket")]
