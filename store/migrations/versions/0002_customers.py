"""Customers, their contacts, who serves them, and how they belong together.

Revision 0002, after 0001.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = ("customer", "customer_token", "customer_tag", "provenance", "contact", "assignment", "customer_relation")
"""In the order in which they are made."""

RELATION_SIDE = """
CREATE VIEW customer_relation_side (id, direction, customer_id, other_id, kind, since, until) AS
SELECT id, CAST('OUTGOING' AS text) CODE_POINT, from_id, to_id, kind, since, until FROM customer_relation
UNION ALL
SELECT id, CAST('INCOMING' AS text) CODE_POINT, to_id, from_id, kind, since, until FROM customer_relation
"""


def upgrade() -> None:
    _customer()
    _customer_token()
    _customer_tag()
    _provenance()
    _contact()
    _assignment()
    _customer_relation()
    _customer_relation_side()


def downgrade() -> None:
    op.execute("DROP VIEW customer_relation_side")
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


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", uid, nullable=False),
        sa.Column("code", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("grade", text),
        sa.Column("department_id", uid),
        *_optional(
            text,
            "industry",
            "size",
            "needs",
            "language",
            "country",
            "region",
            "city",
            "address",
            "email",
            "phone",
            "website",
        ),
        *_optional(sa.Date(), "birthday", "founded_on"),
        *_optional(text, "tax_number", "note", "source"),
        sa.Column("currency", text, server_default="CNY", nullable=False),
        sa.Column("monetary_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("purchase_count", sa.Integer(), server_default="0", nullable=False),
        *_optional(instant, "first_purchase_at", "last_purchase_at"),
        sa.Column("interaction_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_contact_at", instant),
        sa.Column("ticket_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_ticket_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("complaint_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("satisfaction_sum", sa.Integer(), server_default="0", nullable=False),
        sa.Column("satisfaction_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_activity_at", instant, nullable=False),
        *_versioned(),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_customer_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_index(op.f("ix_customer_created_at_id"), "customer", ["created_at", "id"])
    op.create_index(op.f("ix_customer_department_id_code"), "customer", ["department_id", "code"])
    op.create_index(op.f("ix_customer_last_activity_at_id"), "customer", ["last_activity_at", "id"])
    op.create_index(op.f("ix_customer_monetary_minor_id"), "customer", ["monetary_minor", "id"])
    op.create_index(op.f("ix_customer_name_id"), "customer", ["name", "id"])


def _customer_token() -> None:
    op.create_table(
        "customer_token",
        sa.Column("token", text, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_token_customer_id")),
        sa.PrimaryKeyConstraint("token", "customer_id", name=op.f("pk_customer_token")),
    )
    op.create_index(op.f("ix_customer_token_customer_id"), "customer_token", ["customer_id"])


def _customer_tag() -> None:
    op.create_table(
        "customer_tag",
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_tag_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "name", name=op.f("pk_customer_tag")),
    )
    op.create_index(op.f("ix_customer_tag_name_customer_id"), "customer_tag", ["name", "customer_id"])


def _provenance() -> None:
    op.create_table(
        "provenance",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("field", text, nullable=False),
        sa.Column("source", text, nullable=False),
        sa.Column("recorded_by", text),
        sa.Column("recorded_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_provenance_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance")),
    )
    op.create_index(op.f("ix_provenance_customer_id_recorded_at"), "provenance", ["customer_id", "recorded_at", "id"])


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("name", text, nullable=False),
        *_optional(text, "title", "email", "phone", "mobile", "language"),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("note", text),
        *_versioned(),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_customer_id_name"), "contact", ["customer_id", "name", "id"])


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("staff_id", uid, nullable=False),
        sa.Column("role", text, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("recorded_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_assignment_customer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_assignment_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_customer_id_recorded_at"), "assignment", ["customer_id", "recorded_at", "id"])
    op.create_index(
        op.f("ix_assignment_customer_id_until_role"), "assignment", ["customer_id", "until", "role", "since", "id"]
    )
    op.create_index(op.f("ix_assignment_staff_id_since"), "assignment", ["staff_id", "since", "id"])
    op.create_index(op.f("ix_assignment_staff_id_until"), "assignment", ["staff_id", "until", "customer_id"])
    op.create_index(
        op.f("uq_assignment_one_open_owner"),
        "assignment",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("role = 'OWNER' AND until IS NULL"),
        sqlite_where=sa.text("role = 'OWNER' AND until IS NULL"),
    )


def _customer_relation() -> None:
    op.create_table(
        "customer_relation",
        sa.Column("id", uid, nullable=False),
        sa.Column("from_id", uid, nullable=False),
        sa.Column("to_id", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.ForeignKeyConstraint(["from_id"], ["customer.id"], name=op.f("fk_customer_relation_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["customer.id"], name=op.f("fk_customer_relation_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_relation")),
    )
    op.create_index(op.f("ix_customer_relation_from_id_kind"), "customer_relation", ["from_id", "kind", "to_id"])
    op.create_index(op.f("ix_customer_relation_to_id_kind"), "customer_relation", ["to_id", "kind", "from_id"])
    op.create_index(
        op.f("uq_customer_relation_one_parent"),
        "customer_relation",
        ["from_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'SUBSIDIARY_OF' AND until IS NULL"),
        sqlite_where=sa.text("kind = 'SUBSIDIARY_OF' AND until IS NULL"),
    )


def _customer_relation_side() -> None:
    """Each relation twice: as either of its customers sees it. The literals are ordered as our other texts are."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    op.execute(RELATION_SIDE.replace("CODE_POINT", 'COLLATE "C"' if on_postgresql else ""))
