"""Grading one customer because somebody asks: the rules in force decide, through the mechanism of all commands."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from outbox.event import EventKind
from resolvers.access_rows import access_customer
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.decisions.grading import decide_grades
from resolvers.decisions.making import Asking
from resolvers.drafts import CustomerId
from resolvers.problems import Code


@dataclass(frozen=True)
class GradeRequest:
    """A customer whose grade is to be looked at now."""

    customer_id: CustomerId


class GradeCustomerErrorCode(enum.StrEnum):
    """Why no decision was made."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG


@command(Action.GRADE_CUSTOMER, GradeCustomerErrorCode)
async def grade_customer(unit: Unit, draft: GradeRequest) -> uuid.UUID:
    """Let the rules grade a customer within reach; gives the id of the decision, also where nothing was decided."""
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    at = max(unit.now, customer.graded_at or unit.now)  # who waited for another one to grade goes after that one
    grading = await decide_grades(unit.session, Asking(unit.subject.name, at), [customer.id])
    for move in grading.moves:
        unit.changed(EventKind.CUSTOMER_GRADED, "Customer", customer.id, **move.told)
    return grading.decided[0].id
