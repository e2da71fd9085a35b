"""Handovers, what they list, and a view that counts it.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

HANDOVER_COUNT = """
CREATE VIEW handover_count (handover_id, kind, listed, handed_over, gone) AS
SELECT
    handover_id,
    kind,
    CAST(sum(CASE WHEN state = 'LISTED' THEN 1 ELSE 0 END) AS integer),
    CAST(sum(CASE WHEN state = 'HANDED_OVER' THEN 1 ELSE 0 END) AS integer),
    CAST(sum(CASE WHEN state = 'GONE' THEN 1 ELSE 0 END) AS integer)
FROM handover_item
GROUP BY handover_id, kind
"""


def upgrade() -> None:
    _handover()
    _handover_item()
    op.execute(HANDOVER_COUNT)


def downgrade() -> None:
    op.execute("DROP VIEW handover_count")
    op.drop_table("handover_item")
    op.drop_table("handover")


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("id", uid, nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("from_id", uid, nullable=False),
        sa.Column("to_id", uid, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("department_id", uid),
        sa.Column("is_part", sa.Boolean(), nullable=False),
        sa.Column("note", text),
        sa.Column("proposed_by", text, nullable=False),
        sa.Column("answered_at", instant),
        sa.Column("answered_by", text),
        sa.Column("answer_note", text),
        sa.Column("on_behalf", sa.Boolean()),
        sa.Column("cancelled_at", instant),
        sa.Column("cancelled_by", text),
        sa.Column("cancel_note", text),
        sa.Column("executed_at", instant),
        sa.Column("executed_by", text),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_handover_department_id")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_handover_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_handover_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_number")),
    )
    for name, *columns in (
        ("ix_handover_created_at_id", "created_at", "id"),
        ("ix_handover_from_id_created_at", "from_id", "created_at", "id"),
        ("ix_handover_status_effective_on", "status", "effective_on", "id"),
        ("ix_handover_to_id_created_at", "to_id", "created_at", "id"),
    ):
        op.create_index(name, "handover", columns)


def _handover_item() -> None:
    keys = ("customer", "ticket", "contact")
    op.create_table(
        "handover_item",
        sa.Column("id", uid, nullable=False),
        sa.Column("handover_id", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("role", text, nullable=False),
        sa.Column("subject_id", uid, nullable=False),
        sa.Column("label", text, nullable=False),
        *(sa.Column(f"{key}_id", uid) for key in keys),
        sa.Column("state", text, nullable=False),
        sa.Column("listed_at", instant, nullable=False),
        sa.Column("done_at", instant),
        *(
            sa.ForeignKeyConstraint([f"{key}_id"], [f"{key}.id"], name=op.f(f"fk_handover_item_{key}_id"))
            for key in ("handover", *keys)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_item")),
    )
    op.create_index("ix_handover_item_handover_id_kind", "handover_item", ["handover_id", "kind", "label", "id"])
    op.create_index(
        "uq_handover_item_handover_id", "handover_item", ["handover_id", "subject_id", "kind", "role"], unique=True
    )
