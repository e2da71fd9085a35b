"""Ledger entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from store.customer import CustomerRow
from store.ledger import SIGN, LedgerEntryRow, LedgerKind
from tests.factories import NOW, added, numbered


async def add_entry(
    session: AsyncSession,
    customer: CustomerRow,
    kind: LedgerKind = LedgerKind.INVOICE,
    amount_minor: int = 100_00,
    **values: Any,
) -> LedgerEntryRow:
    """An entry of so many minor units in the customer's currency."""
    amounts = {"kind": kind, "amount_minor": amount_minor, "balance_minor": SIGN[kind] * amount_minor}
    keys = {"customer_id": customer.id, "number": numbered("L"), "currency": customer.currency}
    times = {"occurred_at": NOW, "recorded_at": NOW}
    return await added(session, LedgerEntryRow(**{**keys, **amounts, **times, **values}))
