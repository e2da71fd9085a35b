"""Consistent rows for tests, one module a feature: each function adds a row with sensible values, and flushes it.

Figures are not recomputed with every row: `await settled(session)` when a test reads them.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from store.base import Base
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.figures import refresh_figures

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
"""When every test takes place: a Monday morning."""

TODAY = NOW.date()

Row = TypeVar("Row", bound=Base)

_numbers = itertools.count(1)


def numbered(prefix: str) -> str:
    """A code that no other row has."""
    return f"{prefix}-{next(_numbers):06}"


async def added(session: AsyncSession, row: Row) -> Row:
    """The row, in the store."""
    session.add(row)
    await session.flush()
    return row


async def settled(session: AsyncSession, customers: Collection[CustomerRow] | None = None) -> None:
    """Make the figures of these customers (of all) agree with the rows, also in the objects at hand."""
    await session.flush()
    await refresh_figures(await session.connection(), None if customers is None else [one.id for one in customers])
    for row in list(session):
        if isinstance(row, CustomerRow | CreditAccountRow):
            await session.refresh(row)
