"""The ledger: orders, each an invoice that is paid or not, with returns, samples and support beside them."""

from __future__ import annotations

from typing import Final, NamedTuple

from resolvers.generating.chance import Spread
from resolvers.generating.customers import Customer
from resolvers.generating.figures import LEDGER_BALANCE, Figures
from resolvers.generating.keys import KEY_BITS, date, instant, key
from resolvers.generating.phrases import DEALINGS
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.volume import Volume
from store.customer import CustomerSize
from store.grade import Grade
from store.ledger import SIGN, LedgerKind
from store.money import exponent

LEDGER_ENTRY: Final = Target(
    "ledger_entry",
    (
        *("id", "customer_id", "kind", "number", "occurred_at", "amount_minor", "balance_minor", "currency"),
        *("quantity", "due_on", "description", "recorded_at"),
    ),
)

MEAN: Final = 5.0
WEIGHTS: Final = {Grade.VIP: 8.0, Grade.KEY: 4.0, Grade.NORMAL: 1.0, Grade.POTENTIAL: 0.0}

PAID, PARTLY, RETURNED, SAMPLED, SUPPORTED = 0.86, 0.07, 0.06, 0.05, 0.03
"""Of how many orders: paid at all, paid in part only, sent back in part, with samples, with market support."""

_ENTRIES_AN_ORDER: Final = 1 + PAID + RETURNED + SAMPLED + SUPPORTED
_PREFIX: Final = {
    LedgerKind.INVOICE: "INV",
    LedgerKind.PAYMENT: "PAY",
    LedgerKind.RETURN: "RET",
    LedgerKind.SAMPLE: "SMP",
    LedgerKind.MARKET_SUPPORT: "SUP",
}
_SCALE: Final = {
    None: 300,
    CustomerSize.MICRO: 800,
    CustomerSize.SMALL: 3_000,
    CustomerSize.MEDIUM: 10_000,
    CustomerSize.LARGE: 40_000,
    CustomerSize.ENTERPRISE: 120_000,
}
"""A usual order in whole units of the currency; None is a person's."""

_FOREIGN: Final = "USD"
_FOREIGN_SHARE: Final = 0.3


class Order(NamedTuple):
    """One order: when, and for how much."""

    number: int
    at: int
    amount: int
    currency: str


class Entry(NamedTuple):
    """One entry of an order."""

    kind: LedgerKind
    at: int
    amount: int


class Ledger:
    """Writes the ledgers of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("ledger", chunk)
        mean = MEAN / _ENTRIES_AN_ORDER
        self._volume = Volume(plan, mean, WEIGHTS, tail=0.45, cap=1_000, step=Spread.ROOT_11)
        self.entries = Page(LEDGER_ENTRY, [])
        self.balances = Page(LEDGER_BALANCE, [])

    def add(self, customer: Customer, figures: Figures) -> None:
        """Add the ledger of one customer; `figures` adds it up."""
        random = self._random.random
        count = self._volume.of(customer, random())
        is_exporter = customer.is_organisation and random() < 0.03
        span = customer.until - customer.since
        for number, at in enumerate(sorted(customer.since + int(random() * span) for _ in range(count)), start=1):
            currency = _FOREIGN if is_exporter and random() < _FOREIGN_SHARE else customer.currency
            self._add_order(customer, Order(number, at, self._amount(customer, currency), currency), figures)
        self.balances.rows.extend(figures.balance_rows(customer.id))

    def _amount(self, customer: Customer, currency: str) -> int:
        """What an order is worth, in minor units: mostly near the usual one, sometimes far above."""
        usual = _SCALE[customer.size] * int(10 ** exponent(currency)) * (100 if currency == "JPY" else 1)
        return 1 + int(usual * (0.2 + 0.4 / (0.05 + self._random.random())))

    def _add_order(self, customer: Customer, order: Order, figures: Figures) -> None:
        """Add an invoice and what follows from it until now."""
        random = self._random.random
        self._enter(customer, order, Entry(LedgerKind.INVOICE, order.at, order.amount), figures)
        owed, at = order.amount, order.at
        chances = random(), random(), random(), random()
        if chances[0] < RETURNED:
            at += int((1 + 10 * random()) * DAY)
            sent_back = Entry(LedgerKind.RETURN, at, int(owed * (0.05 + 0.5 * random())))
            owed -= self._enter(customer, order, sent_back, figures)
        if chances[1] < PAID:
            part = 0.3 + 0.4 * random() if chances[1] < PARTLY else 1.0
            at += int((1 + (customer.term_days + 15) * random()) * DAY)
            self._enter(customer, order, Entry(LedgerKind.PAYMENT, at, int(owed * part)), figures)
        if chances[2] < SAMPLED:
            self._enter(customer, order, Entry(LedgerKind.SAMPLE, order.at, order.amount // 100), figures)
        if chances[3] < SUPPORTED:
            self._enter(customer, order, Entry(LedgerKind.MARKET_SUPPORT, order.at, order.amount // 50), figures)

    def _enter(self, customer: Customer, order: Order, entry: Entry, figures: Figures) -> int:
        """Add one entry, unless it still lies ahead; the amount that was entered."""
        kind, at, amount = entry
        if at > self._now:
            return 0
        identity = key(at, self._random.getrandbits(KEY_BITS))
        number = f"{_PREFIX[kind]}-{customer.digits}-{order.number:03d}"
        due = date(at + customer.term_days * DAY) if kind is LedgerKind.INVOICE else None
        quantity = None if kind in (LedgerKind.PAYMENT, LedgerKind.MARKET_SUPPORT) else 1 + amount % 24
        money = (amount, SIGN[kind] * amount, order.currency)
        text, moment = DEALINGS[customer.language][kind], instant(at)
        self.entries.rows.append((identity, customer.id, kind, number, moment, *money, quantity, due, text, moment))
        figures.enter(kind, order.currency, amount, at)
        return amount
