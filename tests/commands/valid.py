"""All commands, and for each a draft that manager and, where their role allows it, agent and partner may send."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from resolvers.acting.credit_change import CreditChangeApproval, CreditChangeRejection
from resolvers.acting.duty import DutyCompletion
from resolvers.actions import Action
from resolvers.assignment import AssignmentDraft, AssignmentEnd
from resolvers.commands import Command
from resolvers.contact import ContactChanges, ContactDraft
from resolvers.corporate_group import GroupEntry, GroupExit
from resolvers.customer import CustomerChanges, CustomerDraft
from resolvers.customer_move import CustomersMove
from resolvers.decisions.grade_customer import GradeRequest
from resolvers.decisions.shadow_commands import ShadowDraft, ShadowEnd
from resolvers.decisions.simulation_commands import SimulationDraft, SimulationEnd
from resolvers.department import DepartmentChanges, DepartmentDraft, DepartmentMove
from resolvers.department_merge import DepartmentMerge
from resolvers.department_split import DepartmentSplit
from resolvers.handover.answering import (
    HandoverAcceptance,
    HandoverCancellation,
    HandoverExecution,
    HandoverRefusal,
)
from resolvers.handover.proposing import HandoverDraft
from resolvers.head import HeadAppointment, HeadVacancy
from resolvers.interaction import InteractionDraft
from resolvers.ledger import LedgerDraft
from resolvers.placement import StaffPlacement
from resolvers.referral import Referral
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.publishing import RuleSetRollback, RuleVersionPublication
from resolvers.rule_sets.reviewing import RuleVersionApproval, RuleVersionRejection
from resolvers.rule_sets.submitting import RuleVersionDraft, RuleVersionWithdrawal
from resolvers.staff import StaffChanges, StaffDraft
from resolvers.ticket import TicketDraft
from resolvers.ticket_state import TicketStateChange
from resolvers.ticket_work import TicketAssignment, TicketReply, TicketTransfer
from store.assignment import AssignmentRole
from store.customer import CustomerKind
from store.handover import HandoverReason
from store.interaction import Channel, Direction, InteractionKind
from store.ledger import LedgerKind
from store.ticket import TicketKind, TicketStatus
from tests.commands.worlds import World
from tests.factories import TODAY
from tests.factories.rule_version import FEES

MODULES: Final = (
    "acting.credit_change",
    "acting.duty",
    "assignment",
    "contact",
    "corporate_group",
    "customer",
    "customer_move",
    "decisions.grade_customer",
    "decisions.shadow_commands",
    "decisions.simulation_commands",
    "department",
    "department_merge",
    "department_split",
    "head",
    "handover.answering",
    "handover.proposing",
    "interaction",
    "ledger",
    "placement",
    "referral",
    "rule_sets.publishing",
    "rule_sets.reviewing",
    "rule_sets.submitting",
    "staff",
    "ticket",
    "ticket_state",
    "ticket_work",
)

GRADING: Final = shipped()["grading"]

COMMANDS: Final[dict[Action, Command[Any]]] = {
    value.action: value
    for module in MODULES
    for value in vars(importlib.import_module(f"resolvers.{module}")).values()
    if isinstance(value, Command)
}

VALID: Final[dict[Action, Callable[[World], Any]]] = {
    Action.CREATE_CUSTOMER: lambda w: CustomerDraft("C-NEW", CustomerKind.PERSON, "Ann", department_id=w.service),
    Action.UPDATE_CUSTOMER: lambda w: CustomerChanges(w.own, city="Suzhou"),
    Action.CREATE_CONTACT: lambda w: ContactDraft(w.own, "Ann"),
    Action.UPDATE_CONTACT: lambda w: ContactChanges(w.contact, title="Buyer"),
    Action.CREATE_STAFF: lambda w: StaffDraft("S-NEW", "Ann", department_id=w.service),
    Action.UPDATE_STAFF: lambda w: StaffChanges(w.agent_id, title="Senior agent"),
    Action.CREATE_DEPARTMENT: lambda w: DepartmentDraft("D-NEW", "New", parent_id=w.service),
    Action.UPDATE_DEPARTMENT: lambda w: DepartmentChanges(w.service, name="Help"),
    Action.MOVE_DEPARTMENT: lambda w: DepartmentMove(w.service, parent_id=w.other),
    Action.ASSIGN_STAFF: lambda w: AssignmentDraft(w.own, w.colleague_id, AssignmentRole.BACKUP),
    Action.END_ASSIGNMENT: lambda w: AssignmentEnd(w.assignment),
    Action.RECORD_INTERACTION: lambda w: InteractionDraft(
        w.own, Channel.PHONE, Direction.INBOUND, InteractionKind.OTHER, "Hello"
    ),
    Action.OPEN_TICKET: lambda w: TicketDraft(w.own, TicketKind.FAULT, Channel.PHONE, "It leaks"),
    Action.CHANGE_TICKET_STATE: lambda w: TicketStateChange(w.ticket, TicketStatus.IN_PROGRESS),
    Action.ASSIGN_TICKET: lambda w: TicketAssignment(w.ticket, w.colleague_id),
    Action.TRANSFER_TICKET: lambda w: TicketTransfer(w.ticket, w.other),
    Action.REPLY_TO_TICKET: lambda w: TicketReply(w.ticket),
    Action.ADD_LEDGER_ENTRY: lambda w: LedgerDraft(w.own, LedgerKind.INVOICE, "INV-1", Decimal(1), "CNY"),
    Action.APPOINT_HEAD: lambda w: HeadAppointment(w.service, w.colleague_id),
    Action.VACATE_HEAD: lambda w: HeadVacancy(w.other),
    Action.PLACE_STAFF: lambda w: StaffPlacement(w.agent_id, w.other),
    Action.JOIN_GROUP: lambda w: GroupEntry(w.own, w.neighbour),
    Action.LEAVE_GROUP: lambda w: GroupExit(w.foreign),
    Action.REFER_CUSTOMER: lambda w: Referral(w.own, w.neighbour),
    Action.MOVE_CUSTOMERS: lambda w: CustomersMove((w.neighbour,), w.other),
    Action.SPLIT_DEPARTMENT: lambda w: DepartmentSplit(w.service, "D-SPLIT", "Split"),
    Action.MERGE_DEPARTMENTS: lambda w: DepartmentMerge(w.annex, w.other),
    Action.PROPOSE_HANDOVER: lambda w: HandoverDraft(w.outsider_id, w.agent_id, TODAY, HandoverReason.LEAVING),
    Action.ACCEPT_HANDOVER: lambda w: HandoverAcceptance(w.handovers.proposed, note="Agreed by telephone"),
    Action.DECLINE_HANDOVER: lambda w: HandoverRefusal(w.handovers.to_decline, "Too many customers already"),
    Action.CANCEL_HANDOVER: lambda w: HandoverCancellation(w.handovers.to_cancel),
    Action.EXECUTE_HANDOVER: lambda w: HandoverExecution(w.handovers.due),
    Action.SUBMIT_RULE_VERSION: lambda _: RuleVersionDraft(FEES.text, FEES.cases),
    Action.APPROVE_RULE_VERSION: lambda w: RuleVersionApproval(w.rules.submitted),
    Action.REJECT_RULE_VERSION: lambda w: RuleVersionRejection(w.rules.to_reject, "Too generous"),
    Action.WITHDRAW_RULE_VERSION: lambda w: RuleVersionWithdrawal(w.rules.to_withdraw),
    Action.PUBLISH_RULE_VERSION: lambda w: RuleVersionPublication(w.rules.approved),
    Action.ROLL_BACK_RULE_SET: lambda w: RuleSetRollback(w.rules.earlier, "Too many complaints"),
    Action.GRADE_CUSTOMER: lambda w: GradeRequest(w.own),
    Action.COMPLETE_DUTY: lambda w: DutyCompletion(w.acted.duty, "None of them is beyond the limit"),
    Action.APPROVE_CREDIT_CHANGE: lambda w: CreditChangeApproval(w.acted.change),
    Action.REJECT_CREDIT_CHANGE: lambda w: CreditChangeRejection(w.acted.to_reject, "They will pay this week"),
    Action.START_RULE_SHADOW: lambda _: ShadowDraft(GRADING.text, GRADING.cases),
    Action.STOP_RULE_SHADOW: lambda _: ShadowEnd("tolls"),
    Action.START_SIMULATION: lambda _: SimulationDraft(GRADING.text),
    Action.STOP_SIMULATION: lambda w: SimulationEnd(w.rules.simulation),
}
