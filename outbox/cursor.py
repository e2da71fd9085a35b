"""Cursors of the event log: a place in it that a reader keeps, signed so that nobody makes one up."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import sqlalchemy as sa

from outbox.event import LogKeyRow
from store.statement import Reads, Statement

UID_BYTES: Final = 4
"""How much of a row's `uid` a position holds."""

RELOAD_SECONDS: Final = 1.0
"""The keys are read again at most once in this time, however many cursors of unknown keys are sent."""

LAST_KEY: Final = 255
"""The highest number of a key: it has one byte in a cursor."""

_BODY: Final = struct.Struct(f">B8sq{UID_BYTES}s")
_MAC_BYTES: Final = 10
_PURPOSE: Final = b"c360 log cursor"

Secrets: TypeAlias = Mapping[int, bytes]
"""Keys by their numbers."""

_KEYS: Final = Statement(sa.select(LogKeyRow.number, LogKeyRow.secret))


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log: right after one row, which `uid` (the first bytes of its own) tells from any other.

    It is always that of a real row, never a horizon: after a crash or a restore an id may be given to another event.
    `id` 0 is before the first row.
    """

    epoch: str
    id: int
    uid: bytes

    @classmethod
    def beginning(cls, epoch: str) -> Position:
        """Before the first row of a log."""
        return cls(epoch, 0, bytes(UID_BYTES))


class BadCursor(ValueError):  # noqa: N818 - named for what it is
    """The text is no cursor that we gave out."""


class UnknownKey(BadCursor):
    """The cursor was signed with a key that this process has not read: `CursorKeys.accept` reads them again."""


class CursorKeys:
    """Signs positions with the newest key, and reads what any of the keys has signed."""

    def __init__(self, secrets: Secrets, load: Callable[[], Awaitable[Secrets]]) -> None:
        self._secrets, self._load = secrets, load
        self._loaded_at = -RELOAD_SECONDS
        self._loading = asyncio.Lock()

    def sign(self, position: Position) -> str:
        """The position as a client keeps it: 42 characters."""
        number = max(self._secrets)
        body = _BODY.pack(number, position.epoch.encode("ascii"), position.id, position.uid)
        return _text(body + _mac(self._secrets[number], body))

    def read(self, text: str) -> Position:
        """The position behind a cursor.

        Raises:
            BadCursor: it is none of ours. UnknownKey when only its key is not known here: ask `accept`.
        """
        raw = _bytes(text)
        body, mac = raw[: _BODY.size], raw[_BODY.size :]
        number, epoch, key, uid = _BODY.unpack(body)
        secret = self._secrets.get(number)
        if secret is None:
            raise UnknownKey("this cursor's key is not known")
        if not hmac.compare_digest(_mac(secret, body), mac):
            raise BadCursor("this cursor was not given out here")
        return Position(epoch.decode("ascii"), key, uid)

    async def accept(self, text: str) -> Position:
        """The position behind a cursor, also when another process has signed it with a newer key. Raises BadCursor."""
        try:
            return self.read(text)
        except UnknownKey:
            await self._reload()
            return self.read(text)

    async def _reload(self) -> None:
        """Read the keys again. Those who ask at once share one reading, and nobody makes us read all the time."""
        asked = time.monotonic()
        async with self._loading:
            if self._loaded_at > asked:
                return
            await asyncio.sleep(max(0.0, self._loaded_at + RELOAD_SECONDS - time.monotonic()))
            began = time.monotonic()
            self._secrets = await self._load()
            self._loaded_at = began


async def open_keys(reads: Reads) -> CursorKeys:
    """The keys of a store."""

    async def load() -> Secrets:
        return {number: bytes.fromhex(secret) for number, secret in await _KEYS.rows(reads)}

    return CursorKeys(await load(), load)


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + body, "sha256")[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    """The bytes behind a text that `_text` made, and no other text."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _BODY.size + _MAC_BYTES or _text(raw) != text:
        raise BadCursor("this is no cursor of the event log")
    return raw
