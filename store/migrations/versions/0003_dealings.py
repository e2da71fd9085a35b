"""What happens between a customer and us: grades, credit, ledger, tickets, interactions.

Revision 0003, after 0002.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = ("grade_period", "credit_account", "ledger_entry", "ledger_balance", "ticket", "ticket_event", "interaction")
"""In the order in which they are made."""


def upgrade() -> None:
    _grade_period()
    _credit_account()
    _ledger_entry()
    _ledger_balance()
    _ticket()
    _ticket_event()
    _interaction()


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


def _grade_period() -> None:
    op.create_table(
        "grade_period",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("grade", text, nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("until", instant),
        sa.Column("reason", text),
        sa.Column("decided_by", text, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_grade_period_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_period")),
    )
    op.create_index(op.f("ix_grade_period_customer_id_since"), "grade_period", ["customer_id", "since", "id"])
    op.create_index(
        op.f("uq_grade_period_one_open"),
        "grade_period",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )


def _credit_account() -> None:
    op.create_table(
        "credit_account",
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("currency", text, nullable=False),
        sa.Column("limit_minor", sa.BigInteger()),
        sa.Column("used_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("term_days", sa.Integer()),
        sa.Column("rating", text),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("reviewed_on", sa.Date()),
        *_versioned(),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_credit_account_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_credit_account")),
    )


def _ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", text, nullable=False),
        sa.Column("quantity", sa.Integer()),
        sa.Column("due_on", sa.Date()),
        sa.Column("description", text),
        sa.Column("recorded_at", instant, nullable=False),
        sa.CheckConstraint("amount_minor >= 0 OR kind = 'ADJUSTMENT'", name=op.f("ck_ledger_entry_amount")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ledger_entry_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_customer_id_number"), "ledger_entry", ["customer_id", "number"])
    op.create_index(
        op.f("ix_ledger_entry_customer_id_occurred_at"), "ledger_entry", ["customer_id", "occurred_at", "id"]
    )


def _ledger_balance() -> None:
    op.create_table(
        "ledger_balance",
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("currency", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("last_entry_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ledger_balance_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "currency", "kind", name=op.f("pk_ledger_balance")),
    )


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", uid, nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        *_optional(uid, "contact_id", "department_id", "assignee_id", "first_responder_id"),
        sa.Column("kind", text, nullable=False),
        sa.Column("severity", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("channel", text, nullable=False),
        sa.Column("subject", text, nullable=False),
        *_optional(
            text,
            "description",
            "product",
            "model",
            "serial_number",
            "category",
            "subcategory",
            "symptom",
            "outcome",
            "cause",
            "prevention",
        ),
        sa.Column("opened_at", instant, nullable=False),
        *_optional(instant, "first_reply_due_at", "first_replied_at", "due_at", "resolved_at", "closed_at"),
        *_optional(sa.Boolean(), "made_target", "is_disputed"),
        sa.Column("reopen_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("transfer_count", sa.Integer(), server_default="0", nullable=False),
        *_versioned(),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_ticket_assignee_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ticket_customer_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_ticket_department_id")),
        sa.ForeignKeyConstraint(["first_responder_id"], ["staff.id"], name=op.f("fk_ticket_first_responder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    op.create_index(op.f("ix_ticket_assignee_id_opened_at"), "ticket", ["assignee_id", "opened_at", "id"])
    op.create_index(op.f("ix_ticket_customer_id_opened_at"), "ticket", ["customer_id", "opened_at", "id"])
    op.create_index(op.f("ix_ticket_department_id_opened_at"), "ticket", ["department_id", "opened_at", "id"])
    op.create_index(op.f("ix_ticket_opened_at_id"), "ticket", ["opened_at", "id"])
    op.create_index(op.f("ix_ticket_status_opened_at"), "ticket", ["status", "opened_at", "id"])
    op.create_index(op.f("ix_ticket_updated_at_id"), "ticket", ["updated_at", "id"])


def _ticket_event() -> None:
    op.create_table(
        "ticket_event",
        sa.Column("id", uid, nullable=False),
        sa.Column("ticket_id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("severity", text),
        *_optional(uid, "department_id", "assignee_id", "actor_id"),
        sa.Column("note", text),
        sa.ForeignKeyConstraint(["actor_id"], ["staff.id"], name=op.f("fk_ticket_event_actor_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_ticket_event_assignee_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ticket_event_customer_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_ticket_event_department_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
    )
    op.create_index(op.f("ix_ticket_event_customer_id_at"), "ticket_event", ["customer_id", "at", "id"])
    op.create_index(op.f("ix_ticket_event_ticket_id_at"), "ticket_event", ["ticket_id", "at", "id"])


def _interaction() -> None:
    op.create_table(
        "interaction",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        *_optional(uid, "department_id", "staff_id", "ticket_id"),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("channel", text, nullable=False),
        sa.Column("direction", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        *_optional(text, "service_type", "source"),
        sa.Column("state", text, nullable=False),
        sa.Column("satisfaction", sa.Integer()),
        sa.Column("subject", text, nullable=False),
        *_optional(text, "description", "resolution", "summary"),
        *_versioned(),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_interaction_satisfaction")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_interaction_customer_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_interaction_department_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_interaction_staff_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_interaction_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
    )
    op.create_index(op.f("ix_interaction_customer_id_occurred_at"), "interaction", ["customer_id", "occurred_at", "id"])
    op.create_index(
        op.f("ix_interaction_department_id_occurred_at"), "interaction", ["department_id", "occurred_at", "id"]
    )
    op.create_index(op.f("ix_interaction_occurred_at_id"), "interaction", ["occurred_at", "id"])
    op.create_index(op.f("ix_interaction_staff_id_occurred_at"), "interaction", ["staff_id", "occurred_at", "id"])
    op.create_index(op.f("ix_interaction_ticket_id"), "interaction", ["ticket_id"])
