"""The clock of a ticket: since when it stands still, in which hours it counts, the next reply, and when to warn.

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

PAUSED = ("AWAITING_CUSTOMER", "AWAITING_PARTS", "AWAITING_SUPPLIER")
TICKET = sa.table("ticket", sa.column("id"), sa.column("status"), sa.column("updated_at"), sa.column("paused_at"))
EVENT = sa.table("ticket_event", *map(sa.column, ("id", "ticket_id", "at", "status")))


def upgrade() -> None:
    op.add_column("ticket", sa.Column("calendar", text))
    op.add_column("ticket", sa.Column("next_reply_minutes", sa.Integer()))
    op.add_column("ticket", sa.Column("next_reply_due_at", instant))
    op.add_column("ticket", sa.Column("warning_percent", sa.Integer()))
    op.add_column("ticket", sa.Column("paused_at", instant))
    _pause()


def _pause() -> None:
    """Tell of the tickets that wait now since when they do: since the first event after they were last worked on."""
    later = EVENT.alias()
    of_ticket = EVENT.c.ticket_id == TICKET.c.id
    after = sa.or_(later.c.at > EVENT.c.at, sa.and_(later.c.at == EVENT.c.at, later.c.id > EVENT.c.id))
    went_on = sa.exists().where(later.c.ticket_id == EVENT.c.ticket_id, after, later.c.status.not_in(PAUSED))
    since = sa.select(sa.func.min(EVENT.c.at)).where(of_ticket, EVENT.c.status.in_(PAUSED), ~went_on)
    waits = sa.update(TICKET).where(TICKET.c.status.in_(PAUSED))
    op.execute(waits.values(paused_at=sa.func.coalesce(since.scalar_subquery(), TICKET.c.updated_at)))


def downgrade() -> None:
    for name in ("paused_at", "warning_percent", "next_reply_due_at", "next_reply_minutes", "calendar"):
        op.drop_column("ticket", name)
