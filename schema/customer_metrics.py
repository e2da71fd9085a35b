"""Figures of all dealings with a customer, as clients see them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from resolvers.reading import column, part, part_type
from resolvers.reading.parameters import now
from resolvers.reading.sqljson import SecondsUntil
from schema.money import Money
from store.customer import CustomerRow

DAY = 86_400


def _days_since(instant: Any) -> Any:
    return sa.type_coerce(SecondsUntil(now(), instant) // sa.literal_column(str(DAY)), sa.Integer())


def _satisfaction(customer: Any) -> Any:
    total = sa.cast(customer.satisfaction_sum, sa.Float(53))
    return sa.type_coerce(total / sa.func.nullif(customer.satisfaction_count, sa.literal_column("0")), sa.Float(53))


@part_type("Figures of all dealings with a customer, since the first day. 客户指标", CustomerRow)
class CustomerMetrics:
    """Recency, frequency, monetary value, and the state of service."""

    monetary: Money | None = part(
        "What the customer bought in all, less returns, in the account's currency.",
        minor=CustomerRow.monetary_minor,
        currency=CustomerRow.currency,
    )
    purchase_count: int | None = column(CustomerRow.purchase_count, "How often the customer bought (frequency).")
    first_purchase_at: dt.datetime | None = column(CustomerRow.first_purchase_at, "When the customer first bought.")
    last_purchase_at: dt.datetime | None = column(CustomerRow.last_purchase_at, "When the customer last bought.")
    recency_days: int | None = column(lambda c: _days_since(c.last_purchase_at), "Whole days since the last purchase.")
    tenure_days: int | None = column(lambda c: _days_since(c.first_purchase_at), "Whole days since the first purchase.")
    interaction_count: int = column(CustomerRow.interaction_count, "How often we had contact.")
    last_contact_at: dt.datetime | None = column(CustomerRow.last_contact_at, "When we last had contact.")
    ticket_count: int = column(CustomerRow.ticket_count, "How many tickets the customer had.")
    open_ticket_count: int = column(CustomerRow.open_ticket_count, "How many of them are open.")
    complaint_count: int = column(CustomerRow.complaint_count, "How many of them were complaints.")
    referral_count: int = column(
        CustomerRow.referral_count,
        "How often the customer referred another one to us, also where that has ended. 转介绍",
    )
    satisfaction: float | None = column(_satisfaction, "Mean satisfaction over all answers, 1 (bad) to 5 (good).")
    last_activity_at: dt.datetime = column(CustomerRow.last_activity_at, "When anything last happened.")
