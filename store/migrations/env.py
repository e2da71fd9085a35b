"""Alembic runs this for every command, on the connection that `store.schema_version` hands over."""

from __future__ import annotations

from alembic import context

from store.schema_version import comparing

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite", **comparing())
with context.begin_transaction():
    context.run_migrations()
