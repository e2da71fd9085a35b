"""The relational store: mapped classes, one module a feature. Importing this package maps all tables."""

from store import (
    api_key,
    assignment,
    contact,
    credit,
    customer,
    decision,
    department,
    disclosure,
    grade,
    handover,
    interaction,
    ledger,
    relation,
    rule_shadow,
    rule_version,
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
    "decision",
    "department",
    "disclosure",
    "grade",
    "handover",
    "interaction",
    "ledger",
    "relation",
    "rule_shadow",
    "rule_version",
    "staff",
    "ticket",
]
