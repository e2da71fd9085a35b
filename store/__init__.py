"""The relational store: mapped classes, one module a feature. Importing this package maps all tables."""

from store import (
    api_key,
    assignment,
    contact,
    credit,
    customer,
    department,
    disclosure,
    grade,
    handover,
    interaction,
    ledger,
    relation,
    staff,
    ticket,
)
from store.base import Base

__all__ = [
    "Base",
    "api_key",
    "assignment",
    "contact",
    "credit",
    "customer",
    "department",
    "disclosure",
    "grade",
    "handover",
    "interaction",
    "ledger",
    "relation",
    "staff",
    "ticket",
]
