"""Departments that closed, and how often a customer referred others to us.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")

REFERRALS = """
UPDATE customer SET referral_count = (
  SELECT count(*) FROM customer_relation WHERE kind = 'REFERRED_BY' AND to_id = customer.id
) WHERE id IN (SELECT to_id FROM customer_relation WHERE kind = 'REFERRED_BY')
"""
"""The figure of those who are on record already, as `store.figures` computes it."""


def upgrade() -> None:
    with op.batch_alter_table("department") as department:
        department.add_column(sa.Column("closed_on", sa.Date()))
        department.add_column(sa.Column("merged_into_id", uid))
        department.create_foreign_key(op.f("fk_department_merged_into_id"), "department", ["merged_into_id"], ["id"])
    op.add_column("customer", sa.Column("referral_count", sa.Integer(), server_default="0", nullable=False))
    op.execute(REFERRALS)
    op.create_index(op.f("ix_customer_referral_count_id"), "customer", ["referral_count", "id"])
    op.create_index(
        op.f("ix_customer_department_id_referral_count"), "customer", ["department_id", "referral_count", "id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_customer_department_id_referral_count"), "customer")
    op.drop_index(op.f("ix_customer_referral_count_id"), "customer")
    op.drop_column("customer", "referral_count")
    with op.batch_alter_table("department") as department:
        department.drop_constraint(op.f("fk_department_merged_into_id"), type_="foreignkey")
        department.drop_column("merged_into_id")
        department.drop_column("closed_on")
