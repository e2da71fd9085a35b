"""Simulations as jobs.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rule_simulation",
        sa.Column("id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("text", text, nullable=False),
        sa.Column("version_id", uid),
        sa.Column("as_of", instant, nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("output", text),
        sa.Column("asked_by", text, nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", instant),
        sa.Column("heartbeat_at", instant),
        sa.Column("step", text),
        sa.Column("done", sa.Integer()),
        sa.Column("total", sa.Integer()),
        sa.Column("ended_at", instant),
        sa.Column("ended_by", text),
        sa.Column("problem", text),
        sa.Column("against_id", uid),
        sa.Column("result", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_simulation")),
        *(
            sa.ForeignKeyConstraint([column], ["rule_version.id"], name=op.f(f"fk_rule_simulation_{column}"))
            for column in ("version_id", "against_id")
        ),
    )
    op.create_index("ix_rule_simulation_asked_at", "rule_simulation", ["asked_at", "id"])
    op.create_index("ix_rule_simulation_state_asked_at", "rule_simulation", ["state", "asked_at", "id"])
    is_open = sa.text("state IN ('WAITING', 'RUNNING')")
    op.create_index(
        "uq_rule_simulation_one_open",
        "rule_simulation",
        ["asked_by", "rule_set"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )


def downgrade() -> None:
    op.drop_table("rule_simulation")
