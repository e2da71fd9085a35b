"""All commands, and for each a draft that manager and, where their role allows it, agent and partner may send."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from resolvers.actions import Action
from resolvers.assignment import AssignmentDraft, AssignmentEnd
from resolvers.commands import Command
from resolvers.contact import ContactChanges, ContactDraft
from resolvers.customer import CustomerChanges, CustomerDraft
from resolvers.department import DepartmentChanges, DepartmentDraft, DepartmentMove
from resolvers.interaction import InteractionDraft
from resolvers.ledger import LedgerDraft
from resolvers.staff import StaffChanges, StaffDraft
from resolvers.ticket import TicketDraft
from resolvers.ticket_state import TicketStateChange
from resolvers.ticket_work import TicketAssignment, TicketReply, TicketTransfer
from store.assignment import AssignmentRole
from store.customer import CustomerKind
from store.interaction import Channel, Direction, InteractionKind
from store.ledger import LedgerKind
from store.ticket import TicketKind, TicketStatus
from tests.commands.worlds import World

MODULES: Final = (
    "assignment",
    "contact",
    "customer",
    "department",
    "interaction",
    "ledger",
    "staff",
    "ticket",
    "ticket_state",
    "ticket_work",
)

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
}
