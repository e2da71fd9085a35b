"""Creating and changing the people through whom one speaks with a customer."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access_rows import access_contact, access_customer
from resolvers.actions import Action
from resolvers.commands import Told, Unit, command
from resolvers.drafts import UNSET, ContactId, CustomerId, Unset
from resolvers.edits import born, edit, new_values, save, touch
from resolvers.problems import Code
from resolvers.text import Line, Prose
from store.base import new_id
from store.contact import ContactRow


@dataclass(frozen=True)
class ContactDraft:
    """A contact to be created. A new primary contact takes the place of the one before."""

    customer_id: CustomerId
    name: Line
    title: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    mobile: Line | None = None
    language: Line | None = None
    is_primary: bool = False
    is_active: bool = True
    note: Prose | None = None


@dataclass(frozen=True)
class ContactChanges:
    """Changes of a contact; what is not set stays."""

    id: ContactId
    version: int | None = None
    name: Line | Unset = UNSET
    title: Line | Unset | None = UNSET
    email: Line | Unset | None = UNSET
    phone: Line | Unset | None = UNSET
    mobile: Line | Unset | None = UNSET
    language: Line | Unset | None = UNSET
    is_primary: bool | Unset = UNSET
    is_active: bool | Unset = UNSET
    note: Prose | Unset | None = UNSET


class CreateContactErrorCode(enum.StrEnum):
    """Why a contact was not created."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG


class UpdateContactErrorCode(enum.StrEnum):
    """Why a contact was not changed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    STALE_VERSION = Code.STALE_VERSION


COLUMNS: Final = ("name", "title", "email", "phone", "mobile", "language", "is_primary", "is_active", "note")
"""The columns that people fill in."""


@command(Action.CREATE_CONTACT, CreateContactErrorCode)
async def create_contact(unit: Unit, draft: ContactDraft) -> uuid.UUID:
    """Create a contact of a customer within reach."""
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    row = ContactRow(**born(unit, new_id()), customer_id=customer.id, **new_values(draft, COLUMNS))
    await save(unit, row)
    await _step_back(unit, row)
    unit.changed(EventKind.CONTACT_CREATED, "Contact", row.id, customerId=customer.id)
    return row.id


@command(Action.UPDATE_CONTACT, UpdateContactErrorCode)
async def update_contact(unit: Unit, draft: ContactChanges) -> uuid.UUID:
    """Change a contact of a customer within reach."""
    row = await access_contact(unit, draft.id, "id")
    changed = edit(unit, row, draft, COLUMNS)
    if changed:
        await save(unit, row)
        _tell(unit, row, changed)
    if "is_primary" in changed:
        await _step_back(unit, row)
    return row.id


async def _step_back(unit: Unit, row: ContactRow) -> None:
    """Where this contact is the primary one, no other of its customer is."""
    if not row.is_primary:
        return
    others = sa.select(ContactRow).where(ContactRow.customer_id == row.customer_id, ContactRow.id != row.id)
    for other in await unit.session.scalars(others.where(ContactRow.is_primary)):
        other.is_primary = False
        touch(unit, other)
        _tell(unit, other, ["is_primary"])


def _tell(unit: Unit, row: ContactRow, changed: list[str]) -> None:
    told: dict[str, Told] = {"customerId": row.customer_id, "version": row.version, "fields": changed}
    unit.changed(EventKind.CONTACT_UPDATED, "Contact", row.id, **told)
