"""Contacts: the people through whom one speaks with a customer, two on average."""

from __future__ import annotations

from typing import Final, NamedTuple

from resolvers.generating.chance import wheel
from resolvers.generating.customers import Customer
from resolvers.generating.keys import KEY_BITS, instant, key
from resolvers.generating.names import TITLES, person, pick
from resolvers.generating.plan import WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.words import DIALLING

CONTACT: Final = Target(
    "contact",
    (
        *("id", "customer_id", "name", "title", "email", "phone", "mobile", "language", "is_primary", "is_active"),
        *("note", "version", "created_at", "updated_at"),
    ),
)

_OF_ORGANISATION: Final = wheel({1: 25, 2: 31, 3: 23, 4: 13, 5: 6, 6: 2})
_OF_PERSON: Final = wheel({0: 30, 1: 60, 2: 10})
_NOTES: Final = {"zh": "只在上午接电话", "en": "Calls in the morning only"}


class Known(NamedTuple):
    """A contact, and since when it is known (seconds since 1970)."""

    id: str
    since: int


class Contacts:
    """Writes the contacts of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("contacts", chunk)
        self.page = Page(CONTACT, [])

    def add(self, customer: Customer) -> list[Known]:
        """Add the contacts of one customer; the first is the primary one, known from the beginning."""
        random = self._random
        wanted = (_OF_ORGANISATION if customer.is_organisation else _OF_PERSON)[random.getrandbits(8)]
        known: list[Known] = []
        for number in range(wanted):
            wait = int(random.random() ** 2 * (self._now - customer.created)) if number else 0
            since = customer.created + wait
            known.append(Known(key(since, random.getrandbits(KEY_BITS)), since))
            self._write(customer, known[-1], primary=number == 0)
        return known

    def _write(self, customer: Customer, known: Known, *, primary: bool) -> None:
        """Add the row of one contact."""
        random, language = self._random, customer.language
        named = person(random, language)
        host = customer.domain if customer.is_organisation else "mail.example"
        number = f"{int(random.random() * 10**8):08d}"
        prefix = f"+{DIALLING[customer.location.country]} 100"
        title = pick(random, TITLES[language]) if customer.is_organisation else None
        active = int(primary or random.random() < 0.93)
        note = _NOTES[language] if random.random() < 0.04 else None
        at = instant(known.since)
        self.page.rows.append(
            (
                *(known.id, customer.id, named.name, title, f"{named.latin}@{host}"),
                *(f"{prefix} {number[:4]}" if random.random() < 0.5 else None, f"{prefix} {number}", language),
                *(int(primary), active, note, 1, at, at),
            )
        )
