"""Versions of rule sets, what is in force (a view), decisions, shadows, and columns that decisions write.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

RULE_SET = """
CREATE VIEW rule_set (name, title_zh, title_en, owner, version_id, published_at) AS
SELECT shown.rule_set, shown.title_zh, shown.title_en, shown.owner, latest.version_id, latest.published_at
FROM (SELECT rule_set, max(number) AS number FROM rule_version GROUP BY rule_set) newest
LEFT JOIN (SELECT rule_set, max(number) AS number FROM rule_publication GROUP BY rule_set) last
    ON last.rule_set = newest.rule_set
LEFT JOIN rule_publication latest ON latest.rule_set = last.rule_set AND latest.number = last.number
JOIN rule_version shown ON shown.id = coalesce(
    latest.version_id,
    (SELECT v.id FROM rule_version v WHERE v.rule_set = newest.rule_set AND v.number = newest.number)
)
"""


def upgrade() -> None:
    _rule_version()
    _rule_publication()
    op.execute(RULE_SET)
    _decision()
    _rule_shadow()
    op.add_column("customer", sa.Column("graded_at", instant))
    op.create_index("ix_customer_graded_at_id", "customer", ["graded_at", "id"])
    op.add_column("ticket", sa.Column("service_level", text))


def downgrade() -> None:
    op.drop_column("ticket", "service_level")
    op.drop_index("ix_customer_graded_at_id", "customer")
    op.drop_column("customer", "graded_at")
    op.drop_table("rule_shadow_difference")
    op.drop_table("rule_shadow_batch")
    op.drop_table("rule_shadow")
    op.drop_table("decision")
    op.execute("DROP VIEW rule_set")
    op.drop_table("rule_publication")
    op.drop_table("rule_version")


def _rule_version() -> None:
    op.create_table(
        "rule_version",
        sa.Column("id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_zh", text, nullable=False),
        sa.Column("title_en", text, nullable=False),
        sa.Column("owner", text, nullable=False),
        sa.Column("text", text, nullable=False),
        sa.Column("cases", text, nullable=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("base_id", uid),
        sa.Column("note", text),
        sa.Column("submitted_by", text, nullable=False),
        sa.Column("submitted_at", instant, nullable=False),
        sa.Column("reviewed_by", text),
        sa.Column("reviewed_at", instant),
        sa.Column("review_note", text),
        sa.Column("withdrawn_by", text),
        sa.Column("withdrawn_at", instant),
        sa.Column("withdraw_note", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.ForeignKeyConstraint(["base_id"], ["rule_version.id"], name=op.f("fk_rule_version_base_id")),
    )
    op.create_index("uq_rule_version_rule_set_number", "rule_version", ["rule_set", "number"], unique=True)
    op.create_index("ix_rule_version_status_submitted_at", "rule_version", ["status", "submitted_at", "id"])


def _rule_publication() -> None:
    op.create_table(
        "rule_publication",
        sa.Column("id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("published_by", text, nullable=False),
        sa.Column("published_at", instant, nullable=False),
        sa.Column("note", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_publication")),
        sa.ForeignKeyConstraint(["version_id"], ["rule_version.id"], name=op.f("fk_rule_publication_version_id")),
    )
    op.create_index("uq_rule_publication_rule_set_number", "rule_publication", ["rule_set", "number"], unique=True)


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("version_id", uid, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("about", text, nullable=False),
        sa.Column("subject_id", uid, nullable=False),
        sa.Column("customer_id", uid),
        sa.Column("decided_at", instant, nullable=False),
        sa.Column("occasion", text, nullable=False),
        sa.Column("asked_by", text, nullable=False),
        sa.Column("facts", text, nullable=False),
        sa.Column("rows", text, nullable=False),
        sa.Column("results", text, nullable=False),
        sa.Column("reasons", text, nullable=False),
        sa.Column("fault", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.ForeignKeyConstraint(["version_id"], ["rule_version.id"], name=op.f("fk_decision_version_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_decision_customer_id")),
    )
    op.create_index("ix_decision_customer_id_decided_at", "decision", ["customer_id", "decided_at", "id"])
    op.create_index(
        "ix_decision_subject_id_rule_set_decided_at", "decision", ["subject_id", "rule_set", "decided_at", "id"]
    )
    op.create_index("ix_decision_rule_set_decided_at", "decision", ["rule_set", "decided_at", "id"])


def _rule_shadow() -> None:
    op.create_table(
        "rule_shadow",
        sa.Column("id", uid, nullable=False),
        sa.Column("rule_set", text, nullable=False),
        sa.Column("text", text, nullable=False),
        sa.Column("cases", text, nullable=False),
        sa.Column("started_by", text, nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("ended_by", text),
        sa.Column("ended_at", instant),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow")),
    )
    op.create_index("ix_rule_shadow_started_at", "rule_shadow", ["started_at", "id"])
    runs = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_rule_shadow_one_runs", "rule_shadow", ["rule_set"], unique=True, postgresql_where=runs, sqlite_where=runs
    )
    op.create_table(
        "rule_shadow_batch",
        sa.Column("id", uid, nullable=False),
        sa.Column("shadow_id", uid, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("differs", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow_batch")),
        sa.ForeignKeyConstraint(["shadow_id"], ["rule_shadow.id"], name=op.f("fk_rule_shadow_batch_shadow_id")),
    )
    op.create_index("ix_rule_shadow_batch_shadow_id", "rule_shadow_batch", ["shadow_id"])
    _rule_shadow_difference()


def _rule_shadow_difference() -> None:
    op.create_table(
        "rule_shadow_difference",
        sa.Column("id", uid, nullable=False),
        sa.Column("shadow_id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("live", text, nullable=False),
        sa.Column("shadow", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow_difference")),
        sa.ForeignKeyConstraint(["shadow_id"], ["rule_shadow.id"], name=op.f("fk_rule_shadow_difference_shadow_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_rule_shadow_difference_customer_id")),
    )
    op.create_index("ix_rule_shadow_difference_shadow_id", "rule_shadow_difference", ["shadow_id", "id"])
