"""New beginnings: a new epoch after a restore, a new key for cursors."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final

import sqlalchemy as sa

from outbox.cursor import LAST_KEY
from outbox.event import LogKeyRow, LogMetaRow
from store.base import Base
from store.session import Database

KEY_BYTES: Final = 32
"""How long a secret is."""

EPOCH_BYTES: Final = 4
"""How long an epoch is; its text has twice as many characters."""

_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]
_KEY: Final = Base.metadata.tables[LogKeyRow.__tablename__]


class NoKeyLeft(Exception):  # noqa: N818 - named for what it is
    """All numbers that a cursor can name are taken."""


async def new_epoch(database: Database) -> str:
    """Make all positions that were given out before void: their readers hear that they must begin anew."""
    epoch = secrets.token_hex(EPOCH_BYTES)
    async with database.transaction() as session:
        await session.execute(sa.update(_META).values(epoch=epoch))
    return epoch


async def add_key(database: Database, *, now: dt.datetime) -> int:
    """Sign cursors with a new secret from now on, and accept those of the others still. Returns the key's number.

    Raises:
        NoKeyLeft: there have been 255 keys.
    """
    async with database.transaction() as session:
        number = (await session.scalar(sa.select(sa.func.max(_KEY.c.number))) or 0) + 1
        if number > LAST_KEY:
            raise NoKeyLeft(f"cursors can name {LAST_KEY} keys, and all have been used")
        secret = secrets.token_hex(KEY_BYTES)
        await session.execute(sa.insert(_KEY).values(number=number, secret=secret, made_at=now))
    return number
