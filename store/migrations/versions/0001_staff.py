"""Departments and staff.

Revision 0001, after nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = ("department", "staff", "staff_token", "membership", "training_record", "work_history")
"""In the order in which they are made."""


def upgrade() -> None:
    _department()
    _staff()
    _staff_token()
    _membership()
    _training_record()
    _work_history()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def _versioned() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
    ]


def _department() -> None:
    op.create_table(
        "department",
        sa.Column("id", uid, nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("scope_of_work", text),
        sa.Column("parent_id", uid),
        *_versioned(),
        sa.ForeignKeyConstraint(["parent_id"], ["department.id"], name=op.f("fk_department_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("number", name=op.f("uq_department_number")),
    )
    op.create_index(op.f("ix_department_name_id"), "department", ["name", "id"])
    op.create_index(op.f("ix_department_parent_id_number"), "department", ["parent_id", "number"])


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", uid, nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("title", text),
        sa.Column("status", text, nullable=False),
        *_optional(text, "email", "phone", "mobile", "languages", "skills"),
        *_optional(sa.Date(), "joined_on", "left_on", "birthday"),
        *_optional(text, "home_address", "emergency_contact", "identity_number"),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("number", name=op.f("uq_staff_number")),
    )
    op.create_index(op.f("ix_staff_name_id"), "staff", ["name", "id"])


def _staff_token() -> None:
    op.create_table(
        "staff_token",
        sa.Column("token", text, nullable=False),
        sa.Column("staff_id", uid, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_token_staff_id")),
        sa.PrimaryKeyConstraint("token", "staff_id", name=op.f("pk_staff_token")),
    )
    op.create_index(op.f("ix_staff_token_staff_id"), "staff_token", ["staff_id"])


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("id", uid, nullable=False),
        sa.Column("staff_id", uid, nullable=False),
        sa.Column("department_id", uid, nullable=False),
        sa.Column("role", text, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_membership_department_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_membership_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(
        op.f("ix_membership_department_id_until_role"), "membership", ["department_id", "until", "role", "id"]
    )
    op.create_index(op.f("ix_membership_staff_id_since"), "membership", ["staff_id", "since", "id"])
    op.create_index(
        op.f("uq_membership_one_head"),
        "membership",
        ["department_id"],
        unique=True,
        postgresql_where=sa.text("role = 'HEAD' AND until IS NULL"),
        sqlite_where=sa.text("role = 'HEAD' AND until IS NULL"),
    )


def _training_record() -> None:
    op.create_table(
        "training_record",
        sa.Column("id", uid, nullable=False),
        sa.Column("staff_id", uid, nullable=False),
        sa.Column("course", text, nullable=False),
        sa.Column("provider", text),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("result", text),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_training_record_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
    )
    op.create_index(
        op.f("ix_training_record_staff_id_completed_on"), "training_record", ["staff_id", "completed_on", "id"]
    )


def _work_history() -> None:
    op.create_table(
        "work_history",
        sa.Column("id", uid, nullable=False),
        sa.Column("staff_id", uid, nullable=False),
        sa.Column("organisation", text, nullable=False),
        sa.Column("position", text, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_work_history_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_history")),
    )
    op.create_index(op.f("ix_work_history_staff_id_since"), "work_history", ["staff_id", "since", "id"])
