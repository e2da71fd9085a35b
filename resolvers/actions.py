"""Which role may do what: the one table behind every command."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import Final

from resolvers.access import Role, Subject
from resolvers.problems import Code, refuse


class Action(enum.StrEnum):
    """What can be done; the values are the names of the mutations."""

    CREATE_CUSTOMER = "createCustomer"
    UPDATE_CUSTOMER = "updateCustomer"
    CREATE_CONTACT = "createContact"
    UPDATE_CONTACT = "updateContact"
    CREATE_STAFF = "createStaff"
    UPDATE_STAFF = "updateStaff"
    CREATE_DEPARTMENT = "createDepartment"
    UPDATE_DEPARTMENT = "updateDepartment"
    MOVE_DEPARTMENT = "moveDepartment"
    ASSIGN_STAFF = "assignStaff"
    END_ASSIGNMENT = "endAssignment"
    RECORD_INTERACTION = "recordInteraction"
    OPEN_TICKET = "openTicket"
    CHANGE_TICKET_STATE = "changeTicketState"
    ASSIGN_TICKET = "assignTicket"
    TRANSFER_TICKET = "transferTicket"
    REPLY_TO_TICKET = "replyToTicket"
    ADD_LEDGER_ENTRY = "addLedgerEntry"
    APPOINT_HEAD = "appointHead"
    VACATE_HEAD = "vacateHead"
    PLACE_STAFF = "placeStaff"
    JOIN_GROUP = "joinGroup"
    LEAVE_GROUP = "leaveGroup"
    REFER_CUSTOMER = "referCustomer"
    MOVE_CUSTOMERS = "moveCustomers"
    SPLIT_DEPARTMENT = "splitDepartment"
    MERGE_DEPARTMENTS = "mergeDepartments"
    PROPOSE_HANDOVER = "proposeHandover"
    ACCEPT_HANDOVER = "acceptHandover"
    DECLINE_HANDOVER = "declineHandover"
    CANCEL_HANDOVER = "cancelHandover"
    EXECUTE_HANDOVER = "executeHandover"
    SUBMIT_RULE_VERSION = "submitRuleVersion"
    APPROVE_RULE_VERSION = "approveRuleVersion"
    REJECT_RULE_VERSION = "rejectRuleVersion"
    WITHDRAW_RULE_VERSION = "withdrawRuleVersion"
    PUBLISH_RULE_VERSION = "publishRuleVersion"
    ROLL_BACK_RULE_SET = "rollBackRuleSet"
    GRADE_CUSTOMER = "gradeCustomer"
    COMPLETE_DUTY = "completeDuty"
    APPROVE_CREDIT_CHANGE = "approveCreditChange"
    REJECT_CREDIT_CHANGE = "rejectCreditChange"
    START_RULE_SHADOW = "startRuleShadow"
    STOP_RULE_SHADOW = "stopRuleShadow"
    START_SIMULATION = "startSimulation"
    STOP_SIMULATION = "stopSimulation"


_DESK: Final = frozenset(
    {
        Action.UPDATE_CUSTOMER,
        Action.CREATE_CONTACT,
        Action.UPDATE_CONTACT,
        Action.RECORD_INTERACTION,
        Action.OPEN_TICKET,
        Action.CHANGE_TICKET_STATE,
        Action.ASSIGN_TICKET,
        Action.TRANSFER_TICKET,
        Action.REPLY_TO_TICKET,
        Action.ACCEPT_HANDOVER,
        Action.DECLINE_HANDOVER,
        Action.COMPLETE_DUTY,
    }
)

_RULES: Final = frozenset(
    {
        Action.SUBMIT_RULE_VERSION,
        Action.APPROVE_RULE_VERSION,
        Action.REJECT_RULE_VERSION,
        Action.WITHDRAW_RULE_VERSION,
        Action.PUBLISH_RULE_VERSION,
        Action.ROLL_BACK_RULE_SET,
        Action.START_RULE_SHADOW,
        Action.STOP_RULE_SHADOW,
        Action.START_SIMULATION,
        Action.STOP_SIMULATION,
    }
)
"""What is done with rules. Nobody approves their own: that is looked at with the version at hand."""

ALLOWED: Final = MappingProxyType(
    {
        Role.MANAGER: frozenset(Action),
        Role.SUPERVISOR: frozenset(Action) - {Action.APPROVE_CREDIT_CHANGE, Action.REJECT_CREDIT_CHANGE},
        Role.AGENT: _DESK,
        Role.ANALYST: _RULES | {Action.GRADE_CUSTOMER},
        Role.PARTNER: frozenset({Action.OPEN_TICKET}),
        Role.AUDITOR: frozenset[Action](),
    }
)
"""The actions of each role; scopes and clearances narrow them further."""


def permit(subject: Subject, action: Action) -> None:
    """Let a subject go on whose role allows the action. Raises Refused (FORBIDDEN) otherwise."""
    if action not in ALLOWED[subject.role]:
        raise refuse(Code.FORBIDDEN, None, f"a subject with the role {subject.role} may not {action}")
