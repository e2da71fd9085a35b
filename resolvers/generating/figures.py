"""The figures of one customer, added up while its dealings are drawn: equal to what `store.figures` would compute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from resolvers.generating.keys import instant
from resolvers.generating.rows import Row, Target
from store.ledger import SIGN, LedgerKind

LEDGER_BALANCE: Final = Target(
    "ledger_balance",
    ("customer_id", "currency", "kind", "entry_count", "amount_minor", "balance_minor", "last_entry_at"),
)


@dataclass(slots=True)
class Balance:
    """What the entries of one kind and currency add up to."""

    entries: int = 0
    amount: int = 0
    last: int = 0


@dataclass(slots=True)
class Figures:
    """What a customer's dealings add up to; times in seconds since 1970, 0 for never."""

    interactions: int = 0
    last_contact: int = 0
    satisfaction_sum: int = 0
    satisfaction_count: int = 0
    tickets: int = 0
    open_tickets: int = 0
    complaints: int = 0
    last_case: int = 0
    purchases: int = 0
    first_purchase: int = 0
    last_purchase: int = 0
    balances: dict[tuple[str, LedgerKind], Balance] = field(default_factory=dict)

    def enter(self, kind: LedgerKind, currency: str, amount: int, second: int) -> None:
        """Count one entry of the ledger."""
        balance = self.balances.get((currency, kind))
        if balance is None:
            balance = self.balances[currency, kind] = Balance()
        balance.entries += 1
        balance.amount += amount
        balance.last = max(balance.last, second)
        if kind is LedgerKind.INVOICE and amount > 0:
            self.purchases += 1
            self.first_purchase = min(self.first_purchase, second) if self.first_purchase else second
            self.last_purchase = max(self.last_purchase, second)

    def owed(self, currency: str) -> int:
        """What the customer owes in a currency, in minor units; never below zero."""
        owed = sum(SIGN[kind] * held.amount for (known, kind), held in self.balances.items() if known == currency)
        return max(owed, 0)

    def columns(self, currency: str, created: int) -> Row:
        """The figures as columns of the customer, in the order of its table."""
        invoices = self.balances.get((currency, LedgerKind.INVOICE), Balance())
        returns = self.balances.get((currency, LedgerKind.RETURN), Balance())
        last_entry = max((balance.last for balance in self.balances.values()), default=0)
        return (
            *(invoices.amount - returns.amount, self.purchases, _moment(self.first_purchase)),
            *(_moment(self.last_purchase), self.interactions, _moment(self.last_contact)),
            *(self.tickets, self.open_tickets, self.complaints, self.satisfaction_sum, self.satisfaction_count),
            instant(max(created, self.last_contact, self.last_case, last_entry)),
        )

    def balance_rows(self, customer_id: str) -> list[Row]:
        """The rows of the customer's balances."""
        return [
            (customer_id, currency, kind, held.entries, held.amount, SIGN[kind] * held.amount, instant(held.last))
            for (currency, kind), held in self.balances.items()
        ]


def _moment(second: int) -> str | None:
    """A moment, or nothing for never."""
    return instant(second) if second else None
