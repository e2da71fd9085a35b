"""Mutations of the ledger."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated

import strawberry

from resolvers.ledger import AddLedgerEntryErrorCode, add_ledger_entry
from resolvers.reading import one, payload
from schema.ledger import LedgerEntry
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, optional, perform, required
from store.ledger import LedgerKind

expose_codes(AddLedgerEntryErrorCode)


@strawberry.input(description="An entry to be made in a customer's account.")
class AddLedgerEntryInput:
    """The draft of an entry."""

    customer_id: strawberry.ID = required("The customer.")
    kind: LedgerKind = required("What the entry records.")
    number: str = required("The document's number.")
    amount: Decimal = required("The amount, with no more decimals than its currency has; negative in adjustments only.")
    currency: str = required("The currency, three letters (ISO 4217).")
    occurred_at: dt.datetime | None = optional("The entry's time, with a time zone; now when it is left out.")
    quantity: int | None = optional("How many pieces.")
    due_on: dt.date | None = optional("When an invoice is to be paid.")
    description: str | None = optional("What it is for.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no entry was made.")
class AddLedgerEntryError(MutationError):
    """One reason."""

    code: AddLedgerEntryErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of making an entry.")
class AddLedgerEntryPayload:
    """The new entry, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[AddLedgerEntryError] = strawberry.field(description=ERRORS)
    entry: LedgerEntry | None = one(lambda p, e: e.id == p.changed_id, "The new entry.")


async def _add(
    info: Info, given: Annotated[AddLedgerEntryInput, strawberry.argument(name="input", description="The entry.")]
) -> AddLedgerEntryPayload:
    return await perform(info, add_ledger_entry, given, AddLedgerEntryPayload, AddLedgerEntryError)


@strawberry.type
class LedgerMutations:
    """What can be done with the ledger."""

    add_ledger_entry: AddLedgerEntryPayload = mutation(_add, "Make an entry in a customer's account. 登记往来账")
