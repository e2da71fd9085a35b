"""The mutation's entries, put together from the features."""

from __future__ import annotations

import strawberry

from schema.assignment_mutations import AssignmentMutations
from schema.contact_mutations import ContactMutations
from schema.customer_mutations import CustomerMutations
from schema.department_mutations import DepartmentMutations
from schema.interaction_mutations import InteractionMutations
from schema.ledger_mutations import LedgerMutations
from schema.staff_mutations import StaffMutations
from schema.ticket_mutations import TicketMutations


@strawberry.type(description="What can be changed. Each takes one input, and answers with what changed or with errors.")
class Mutation(
    CustomerMutations,
    ContactMutations,
    StaffMutations,
    DepartmentMutations,
    AssignmentMutations,
    InteractionMutations,
    TicketMutations,
    LedgerMutations,
):
    """All mutations."""
