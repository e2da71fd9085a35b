"""Questions about the network are answered within indexes alone: who serves whom, and what customers are to each other.

Revision 0008, after 0007.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WIDENED = {
    "ix_assignment_staff_id_since": ("assignment", ["staff_id", "since", "id"], ["until", "customer_id"]),
    "ix_assignment_customer_id_until_role": (
        "assignment",
        ["customer_id", "until", "role", "since", "id"],
        ["staff_id"],
    ),
    "ix_customer_relation_from_id_kind": ("customer_relation", ["from_id", "kind", "to_id"], ["since", "until"]),
    "ix_customer_relation_to_id_kind": ("customer_relation", ["to_id", "kind", "from_id"], ["since", "until"]),
}
"""Each index with its table, the columns that it had, and those that it gets."""


def upgrade() -> None:
    for name, (table, columns, more) in WIDENED.items():
        op.drop_index(op.f(name), table)
        op.create_index(op.f(name), table, [*columns, *more])


def downgrade() -> None:
    for name, (table, columns, _) in WIDENED.items():
        op.drop_index(op.f(name), table)
        op.create_index(op.f(name), table, columns)
