"""The event log, and the keys of requests that must not be done twice.

Revision 0004, after 0003.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

TABLES = ("log_event", "log_meta", "idempotency_key")
"""In the order in which they are made."""


LOG_ENTER = """
CREATE FUNCTION log_enter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bound bigint;
BEGIN
  IF coalesce(current_setting('c360.log_bound', true), '') = '' THEN
    -- Not SELECT last_value: that read takes no lock of the buffer, and may be older than an id already drawn.
    bound := coalesce(pg_sequence_last_value('log_event_id_seq'), 0) + 1;
    PERFORM pg_advisory_xact_lock_shared((25445::bigint << 48) | bound);
    PERFORM set_config('c360.log_bound', bound::text, true);
  END IF;
  RETURN NULL;
END $$
"""
"""Before a transaction's first event: hold a lock, shared with all writers, that says no id of ours will be lower."""

LOG_GUARD = """
CREATE FUNCTION log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT min(id) FROM fresh) < current_setting('c360.log_bound')::bigint THEN
    RAISE EXCEPTION 'an event id was drawn before the lock of its append'
      USING HINT = 'Let log_event draw its ids itself.';
  END IF;
  RETURN NULL;
END $$
"""
"""Refuse an id that a reader may have passed already."""

LOG_HORIZON = """
CREATE FUNCTION log_horizon(OUT horizon bigint, OUT head bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE lowest bigint;
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'log_horizon: a standby does not know the locks of the primary'
      USING HINT = 'Read the event log on the primary.';
  END IF;
  -- The head before the locks: a writer without a lock has ended, or will draw higher ids than this head.
  head := coalesce(pg_sequence_last_value('log_event_id_seq'), 0);
  SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO lowest FROM pg_locks
   WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 25445
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
  horizon := least(head, coalesce(lowest - 1, head));
END $$
"""
"""Up to which id no open writer can still write. Call it in a statement of its own, before the one that reads."""

LOG_TRIGGER_ENTER = """
CREATE TRIGGER log_enter BEFORE INSERT ON log_event FOR EACH STATEMENT EXECUTE FUNCTION log_enter()
"""

LOG_TRIGGER_GUARD = """
CREATE TRIGGER log_guard AFTER INSERT ON log_event REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION log_guard()
"""


def upgrade() -> None:
    _log_event()
    _log_meta()
    _idempotency_key()
    if op.get_context().dialect.name == "postgresql":
        for statement in (LOG_ENTER, LOG_GUARD, LOG_HORIZON, LOG_TRIGGER_ENTER, LOG_TRIGGER_GUARD):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        for function in ("log_enter", "log_guard", "log_horizon"):
            op.execute(f"DROP FUNCTION {function}")


def _log_event() -> None:
    op.create_table(
        "log_event",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True, cache=1),
            nullable=False,
        ),
        sa.Column("uid", uid, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("aggregate_type", text, nullable=False),
        sa.Column("aggregate_id", uid, nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("actor", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_log_event_at"), "log_event", ["at"], postgresql_using="brin")


def _log_meta() -> None:
    op.create_table(
        "log_meta",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("epoch", text, nullable=False),
        sa.Column("floor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_log_meta_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_log_meta")),
    )
    op.execute(sa.text("INSERT INTO log_meta (epoch) VALUES (:epoch)").bindparams(epoch=secrets.token_hex(4)))


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("subject", text, nullable=False),
        sa.Column("key", text, nullable=False),
        sa.Column("operation", text, nullable=False),
        sa.Column("input_hash", text, nullable=False),
        sa.Column("result", document),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("subject", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])
