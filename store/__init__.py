"""The relational store: mapped classes, one module a feature. Importing this package maps all tables."""

from store import assignment, contact, credit, customer, department, grade, interaction, ledger, relation, staff, ticket
from store.base import Base

__all__ = [
    "Base",
    "assignment",
    "contact",
    "credit",
    "customer",
    "department",
    "grade",
    "interaction",
    "ledger",
    "relation",
    "staff",
    "ticket",
]
