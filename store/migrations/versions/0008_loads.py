"""How many customers each person serves is counted within an index alone.

Revision 0008, after 0006.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = "ix_assignment_staff_id_since"


def upgrade() -> None:
    op.drop_index(op.f(NAME), "assignment")
    op.create_index(op.f(NAME), "assignment", ["staff_id", "since", "id", "until", "customer_id"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), "assignment")
    op.create_index(op.f(NAME), "assignment", ["staff_id", "since", "id"])
