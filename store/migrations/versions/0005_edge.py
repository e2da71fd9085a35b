"""Partners' keys, the record of secrets that were read, and the secrets that sign cursors.

Revision 0005, after 0004.
"""

from __future__ import annotations

import datetime as dt
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

uid = sa.Text().with_variant(sa.Uuid(), "postgresql")
instant = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = ("api_key", "api_key_customer", "disclosure", "log_key")
"""In the order in which they are made."""


def upgrade() -> None:
    _api_key()
    _api_key_customer()
    _disclosure()
    _log_key()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", uid, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("secret_hash", text, nullable=False),
        sa.Column("hint", text, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("created_by", text, nullable=False),
        sa.Column("expires_at", instant),
        sa.Column("revoked_at", instant),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
    )


def _api_key_customer() -> None:
    op.create_table(
        "api_key_customer",
        sa.Column("key_id", uid, nullable=False),
        sa.Column("customer_id", uid, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_api_key_customer_customer_id")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_key_customer_key_id")),
        sa.PrimaryKeyConstraint("key_id", "customer_id", name=op.f("pk_api_key_customer")),
    )


def _disclosure() -> None:
    op.create_table(
        "disclosure",
        sa.Column("id", uid, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("reader", text, nullable=False),
        sa.Column("role", text, nullable=False),
        sa.Column("record_type", text, nullable=False),
        sa.Column("record_id", uid),
        sa.Column("field", text, nullable=False),
        sa.Column("reason", text),
        sa.Column("request_id", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_at_id"), "disclosure", ["at", "id"])
    op.create_index(op.f("ix_disclosure_record_id_at"), "disclosure", ["record_id", "at"])


def _log_key() -> None:
    table = op.create_table(
        "log_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", text, nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_key")),
    )
    now = dt.datetime.now(dt.UTC)
    made_at = now if op.get_context().dialect.name == "postgresql" else now.replace(microsecond=0).isoformat()
    op.bulk_insert(table, [{"number": 1, "secret": secrets.token_hex(32), "made_at": made_at}])
