"""Credit, as clients see it."""

from __future__ import annotations

import datetime as dt

from resolvers.reading import column, entity, part
from resolvers.scopes import through_customer
from schema.money import Money
from store.credit import CreditAccountRow, CreditRating


@entity(CreditAccountRow, "What a customer may owe us, and does. 信用账户", scope=through_customer)
class CreditAccount:
    """Limit, use and terms."""

    currency: str = column(CreditAccountRow.currency, "The account's currency.")
    limit: Money | None = part(
        "The most that the customer may owe.", minor=CreditAccountRow.limit_minor, currency=CreditAccountRow.currency
    )
    used: Money | None = part(
        "What the customer owes now.", minor=CreditAccountRow.used_minor, currency=CreditAccountRow.currency
    )
    available: Money | None = part(
        "What is left of the limit; negative when it is exceeded.",
        minor=lambda a: a.limit_minor - a.used_minor,
        currency=CreditAccountRow.currency,
    )
    term_days: int | None = column(CreditAccountRow.term_days, "Days after which an invoice is due.")
    rating: CreditRating | None = column(CreditAccountRow.rating, "How surely the customer pays.")
    is_blocked: bool = column(CreditAccountRow.is_blocked, "Whether no more is sold on credit.")
    reviewed_on: dt.date | None = column(CreditAccountRow.reviewed_on, "When the credit was last reviewed.")
    version: int = column(CreditAccountRow.version, "Counts the changes; give it back when you update.")
