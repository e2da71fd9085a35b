"""Staff: the archive of the people who serve, their training, their past, and their place in departments (A1)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key, Versioned, coded, refers
from store.clearance import CONFIDENTIAL, INTERNAL, SECRET


class StaffStatus(enum.StrEnum):
    """Whether a person works here."""

    ACTIVE = "ACTIVE"
    ON_LEAVE = "ON_LEAVE"
    LEFT = "LEFT"


class MembershipRole(enum.StrEnum):
    """What a person is in a department."""

    HEAD = "HEAD"
    ACTING_HEAD = "ACTING_HEAD"
    DEPUTY = "DEPUTY"
    MEMBER = "MEMBER"


class StaffRow(Versioned, Base):
    """One person of the department: basic, contact and personal data."""

    __tablename__ = "staff"
    __table_args__ = (sa.Index("ix_staff_name_id", "name", "id"),)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    title: Mapped[str | None]
    status: Mapped[StaffStatus] = coded(StaffStatus, default=StaffStatus.ACTIVE)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    mobile: Mapped[str | None] = mapped_column(info=INTERNAL)
    languages: Mapped[str | None]
    skills: Mapped[str | None]
    joined_on: Mapped[dt.date | None] = mapped_column(info=INTERNAL)
    left_on: Mapped[dt.date | None] = mapped_column(info=INTERNAL)
    birthday: Mapped[dt.date | None] = mapped_column(info=CONFIDENTIAL)
    home_address: Mapped[str | None] = mapped_column(info=SECRET)
    emergency_contact: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)
    identity_number: Mapped[str | None] = mapped_column(info=SECRET)


class StaffTokenRow(Base):
    """A prefix by which a person of the staff is found; see `store.search`."""

    __tablename__ = "staff_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = refers("staff.id", primary_key=True, index=True)


class MembershipRow(Base):
    """A person's place in a department from one day to another (`until` is the first day after it)."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.Index("ix_membership_staff_id_since", "staff_id", "since", "id"),
        sa.Index("ix_membership_department_id_until_role", "department_id", "until", "role", "id"),
        sa.Index(
            "uq_membership_one_head",
            "department_id",
            unique=True,
            postgresql_where=sa.text("role = 'HEAD' AND until IS NULL"),
            sqlite_where=sa.text("role = 'HEAD' AND until IS NULL"),
        ),
    )

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = refers("staff.id")
    department_id: Mapped[uuid.UUID] = refers("department.id")
    role: Mapped[MembershipRole] = coded(MembershipRole, default=MembershipRole.MEMBER)
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]


class TrainingRecordRow(Base):
    """One course that a person took."""

    __tablename__ = "training_record"
    __table_args__ = (sa.Index("ix_training_record_staff_id_completed_on", "staff_id", "completed_on", "id"),)

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = refers("staff.id")
    course: Mapped[str]
    provider: Mapped[str | None]
    completed_on: Mapped[dt.date]
    result: Mapped[str | None] = mapped_column(info=CONFIDENTIAL)


class WorkHistoryRow(Base):
    """One position that a person held, here or elsewhere."""

    __tablename__ = "work_history"
    __table_args__ = (sa.Index("ix_work_history_staff_id_since", "staff_id", "since", "id"),)

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID] = refers("staff.id")
    organisation: Mapped[str]
    position: Mapped[str]
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
