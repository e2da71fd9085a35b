"""Departments: a tree of units with a number, a name and a scope of work (A2)."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, refers


class DepartmentRow(Versioned, Base):
    """One department. `parent_id` makes the tree; commands keep it free of cycles under one lock.

    From `closed_on` on it takes nothing new; where it was merged into another, `merged_into_id` says into which.
    """

    __tablename__ = "department"
    __table_args__ = (
        sa.Index("ix_department_parent_id_number", "parent_id", "number"),
        sa.Index("ix_department_name_id", "name", "id"),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scope_of_work: Mapped[str | None]
    parent_id: Mapped[uuid.UUID | None] = refers("department.id")
    closed_on: Mapped[dt.date | None]
    merged_into_id: Mapped[uuid.UUID | None] = refers("department.id")
