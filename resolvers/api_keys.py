"""Partners' API keys: made, limited to customers, looked up, revoked. A key's text is known to its holder alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import string
import uuid
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from outbox.log import Change, append
from resolvers.reading.stores import ReadStore
from store.api_key import ApiKeyCustomerRow, ApiKeyRow
from store.base import new_id
from store.customer import CustomerRow
from store.statement import Statement
from store.types import Prose

PREFIX: Final = "c360_"
SECRET_BYTES: Final = 32
CHECK_LENGTH: Final = 6
LENGTH: Final = len(PREFIX) + 43 + CHECK_LENGTH
HINT_LENGTH: Final = 4
LETTERS: Final = string.digits + string.ascii_letters
LOOK: Final = "`c360 keys list` shows the keys there are"


class ApiKeyError(Exception):
    """What stands in the way of a change to a key, in words; `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A key as a request finds it. `customer_ids` are the customers that its partner serves with us."""

    id: uuid.UUID
    name: str
    expires_at: dt.datetime | None
    customer_ids: frozenset[uuid.UUID]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as people see it, with the codes of its customers."""

    row: ApiKeyRow
    customers: Sequence[str]


def new_key() -> str:
    """A new key: 256 random bits, and a checksum by which a slip of the pen is found without a look at the store."""
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    return text + _checksum(text)


def is_well_formed(text: str) -> bool:
    """Whether a text can be a key: its form and its checksum are right."""
    body, check = text[:-CHECK_LENGTH], text[-CHECK_LENGTH:]
    return len(text) == LENGTH and text.isascii() and text.startswith(PREFIX) and check == _checksum(body)


def digest(text: str) -> str:
    """What the store knows of a key. Random keys need no slow hash: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()


async def key_holder(store: ReadStore, secret_hash: str) -> KeyHolder | None:
    """Who holds the key with this digest; None when there is none, or it was revoked."""
    rows = await _HOLDER.rows(store, secret_hash=secret_hash)
    if not rows:
        return None
    key, name, expires_at = rows[0][:3]
    return KeyHolder(key, name, expires_at, frozenset(row[3] for row in rows if row[3] is not None))


async def create_key(
    session: AsyncSession,
    name: str,
    codes: Collection[str],
    *,
    expires_at: dt.datetime | None,
    now: dt.datetime,
    actor: str,
) -> tuple[ApiKeyRow, str]:
    """A new key for a partner's customers, and its text, which can never be shown again.

    Raises:
        ApiKeyError: a code names no customer.
    """
    customers = [await _customer(session, code) for code in dict.fromkeys(codes)]
    text = new_key()
    row = ApiKeyRow(
        id=new_id(),
        name=name,
        secret_hash=digest(text),
        hint=text[-HINT_LENGTH:],
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    session.add_all(ApiKeyCustomerRow(key_id=row.id, customer_id=customer) for customer in customers)
    await session.flush()
    return row, text


async def revoke_key(session: AsyncSession, named: str, *, now: dt.datetime, actor: str) -> ApiKeyRow:
    """End a key for good. Whoever reads the event log is told, so that what the key holds open ends too.

    Raises:
        ApiKeyError: no key that is in force has this id or hint, or several have.
    """
    row = await find_key(session, named)
    row.revoked_at = now
    change = Change(EventKind.KEY_REVOKED.value, "ApiKey", row.id, {"hint": row.hint})
    await append(session, [change], at=now, actor=actor)
    return row


async def allow_customer(session: AsyncSession, named: str, code: str) -> ApiKeyRow:
    """Let a key see one customer more. Raises ApiKeyError."""
    row = await find_key(session, named)
    customer = await _customer(session, code)
    if await session.get(ApiKeyCustomerRow, (row.id, customer)) is None:
        session.add(ApiKeyCustomerRow(key_id=row.id, customer_id=customer))
        await session.flush()
    return row


async def withdraw_customer(session: AsyncSession, named: str, code: str) -> ApiKeyRow:
    """Let a key see one customer less. Raises ApiKeyError."""
    row = await find_key(session, named)
    seen = await session.get(ApiKeyCustomerRow, (row.id, await _customer(session, code)))
    if seen is None:
        raise ApiKeyError(f"The key {row.hint} does not see the customer {code}", LOOK)
    await session.delete(seen)
    await session.flush()
    return row


async def list_keys(session: AsyncSession) -> list[ListedKey]:
    """All keys there ever were, the oldest first."""
    seen: dict[uuid.UUID, list[str]] = {}
    codes = (
        sa.select(ApiKeyCustomerRow.key_id, CustomerRow.code)
        .join(CustomerRow, CustomerRow.id == ApiKeyCustomerRow.customer_id)
        .order_by(CustomerRow.code)
    )
    for key, code in await session.execute(codes):
        seen.setdefault(key, []).append(code)
    rows = await session.scalars(sa.select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id))
    return [ListedKey(row, seen.get(row.id, [])) for row in rows]


async def find_key(session: AsyncSession, named: str) -> ApiKeyRow:
    """The key in force that has this id or this hint, locked.

    Raises:
        ApiKeyError: there is none, or several have the hint.
    """
    in_force = sa.select(ApiKeyRow).where(ApiKeyRow.revoked_at.is_(None)).with_for_update()
    try:
        chosen = in_force.where(ApiKeyRow.id == uuid.UUID(named))
    except ValueError:
        chosen = in_force.where(ApiKeyRow.hint == named)
    found = (await session.scalars(chosen)).all()
    if not found:
        raise ApiKeyError(f"No key in force has the id or the hint {named}", LOOK)
    if len(found) > 1:
        raise ApiKeyError(f"{len(found)} keys have the hint {named}", "name the one that you mean by its id")
    return found[0]


async def _customer(session: AsyncSession, code: str) -> uuid.UUID:
    key = await session.scalar(sa.select(CustomerRow.id).where(CustomerRow.code == code))
    if key is None:
        raise ApiKeyError(f"No customer has the code {code}", "give the code as the customer's archive has it")
    return key


def _checksum(text: str) -> str:
    """CRC-32 in letters and digits alone: its end is the hint, which no command line may take for an option."""
    number, letters = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters


_HOLDER: Final = Statement(
    sa.select(ApiKeyRow.id, ApiKeyRow.name, ApiKeyRow.expires_at, ApiKeyCustomerRow.customer_id)
    .select_from(sa.outerjoin(ApiKeyRow, ApiKeyCustomerRow, ApiKeyCustomerRow.key_id == ApiKeyRow.id))
    .where(ApiKeyRow.secret_hash == sa.bindparam("secret_hash", type_=Prose()), ApiKeyRow.revoked_at.is_(None))
)
