"""All tables that a generated world fills, those first that others refer to."""

from __future__ import annotations

from typing import Final

from resolvers.generating.archive import CUSTOMER, CUSTOMER_TAG, CUSTOMER_TOKEN
from resolvers.generating.assignments import ASSIGNMENT
from resolvers.generating.contacts import CONTACT
from resolvers.generating.credit import CREDIT_ACCOUNT
from resolvers.generating.departments import DEPARTMENT
from resolvers.generating.figures import LEDGER_BALANCE
from resolvers.generating.grades import GRADE_PERIOD
from resolvers.generating.interactions import INTERACTION
from resolvers.generating.ledger import LEDGER_ENTRY
from resolvers.generating.relations import RELATION
from resolvers.generating.rows import Target
from resolvers.generating.staff import HISTORY, MEMBERSHIP, STAFF, STAFF_TOKEN, TRAINING
from resolvers.generating.tickets import TICKET, TICKET_EVENT

TARGETS: Final[tuple[Target, ...]] = (
    *(DEPARTMENT, STAFF, STAFF_TOKEN, MEMBERSHIP, TRAINING, HISTORY),
    *(CUSTOMER, CUSTOMER_TOKEN, CUSTOMER_TAG, GRADE_PERIOD, CONTACT, ASSIGNMENT, RELATION),
    *(TICKET, TICKET_EVENT, INTERACTION, LEDGER_ENTRY, LEDGER_BALANCE, CREDIT_ACCOUNT),
)
TABLES: Final = tuple(target.table for target in TARGETS)
