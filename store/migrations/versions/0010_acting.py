"""What rules bring about: duties, escalations, changes of credit, and on which days all was looked at.

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _duty()
    _escalation()
    _credit_change()
    op.create_table(
        "rule_look",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("finished_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_rule_look")),
    )


def downgrade() -> None:
    for table in ("rule_look", "credit_change", "escalation", "duty"):
        op.drop_table(table)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _versioned() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
    ]


def _indexes(table: str, *indexes: tuple[str, ...]) -> None:
    for name, *columns in indexes:
        op.create_index(name, table, columns)


def _duty() -> None:
    op.create_table(
        "duty",
        sa.Column("id", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("ticket_id", uid),
        sa.Column("subject_id", uid, nullable=False),
        sa.Column("occasion", text, server_default="", nullable=False),
        sa.Column("manner", text),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("reason", text),
        sa.Column("decision_id", uid),
        sa.Column("ended_at", instant),
        sa.Column("ended_by", text),
        sa.Column("note", text),
        sa.Column("interaction_id", uid),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        *(_refers("duty", f"{to}_id", to) for to in ("customer", "ticket", "decision", "interaction")),
    )
    _indexes(
        "duty",
        ("ix_duty_customer_id_due_on", "customer_id", "due_on", "id"),
        ("ix_duty_ticket_id_due_on", "ticket_id", "due_on", "id"),
        ("ix_duty_status_due_on", "status", "due_on", "id"),
        ("ix_duty_due_on_id", "due_on", "id"),
    )
    is_open = sa.text("status = 'OPEN'")
    op.create_index(
        "uq_duty_one_open",
        "duty",
        ["subject_id", "kind", "occasion"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )


def _escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", uid, nullable=False),
        sa.Column("ticket_id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("row", text, nullable=False),
        sa.Column("reopening", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("target", text, nullable=False),
        sa.Column("levels_up", sa.Integer(), nullable=False),
        sa.Column("staff_id", uid),
        sa.Column("takes_over", sa.Boolean(), nullable=False),
        sa.Column("reason", text),
        sa.Column("decision_id", uid, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        *(_refers("escalation", f"{to}_id", to) for to in ("ticket", "customer", "staff", "decision")),
    )
    _indexes(
        "escalation",
        ("ix_escalation_ticket_id_at", "ticket_id", "at", "id"),
        ("ix_escalation_customer_id_at", "customer_id", "at", "id"),
        ("ix_escalation_staff_id_at", "staff_id", "at", "id"),
    )
    op.create_index("uq_escalation_once", "escalation", ["ticket_id", "rule_set", "row", "reopening"], unique=True)


def _credit_change() -> None:
    op.create_table(
        "credit_change",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("action", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("currency", text, nullable=False),
        sa.Column("rating_before", text),
        sa.Column("rating", text),
        sa.Column("limit_before_minor", sa.BigInteger()),
        sa.Column("limit_minor", sa.BigInteger()),
        sa.Column("term_days_before", sa.Integer()),
        sa.Column("term_days", sa.Integer()),
        sa.Column("recheck_orders", sa.Boolean(), nullable=False),
        sa.Column("approver", text),
        sa.Column("reason", text),
        sa.Column("decision_id", uid, nullable=False),
        sa.Column("ended_at", instant),
        sa.Column("ended_by", text),
        sa.Column("note", text),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_change")),
        *(_refers("credit_change", f"{to}_id", to) for to in ("customer", "decision")),
    )
    _indexes(
        "credit_change",
        ("ix_credit_change_customer_id_created_at", "customer_id", "created_at", "id"),
        ("ix_credit_change_status_created_at", "status", "created_at", "id"),
        ("ix_credit_change_created_at_id", "created_at", "id"),
    )
    is_open = sa.text("status IN ('PROPOSED', 'WATCHED')")
    op.create_index(
        "uq_credit_change_one_open",
        "credit_change",
        ["customer_id"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
