"""The archive of customers: their rows, the tokens by which they are found, their tags."""

from __future__ import annotations

from random import Random
from typing import Final

from resolvers.generating.chance import wheel
from resolvers.generating.customers import Customer
from resolvers.generating.figures import Figures
from resolvers.generating.keys import date, instant
from resolvers.generating.names import pick
from resolvers.generating.phrases import NEEDS, NOTES, TAGS
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.words import DIALLING, STREETS
from store.customer import CustomerKind
from store.search import tokens

CUSTOMER: Final = Target(
    "customer",
    (
        *("id", "code", "kind", "name", "status", "grade", "department_id", "industry", "size", "needs", "language"),
        *("country", "region", "city", "address", "email", "phone", "website", "birthday", "founded_on", "tax_number"),
        *("note", "source", "currency", "monetary_minor", "purchase_count", "first_purchase_at", "last_purchase_at"),
        *("interaction_count", "last_contact_at", "ticket_count", "open_ticket_count", "complaint_count"),
        *("satisfaction_sum", "satisfaction_count", "last_activity_at", "version", "created_at", "updated_at"),
    ),
)
CUSTOMER_TOKEN: Final = Target("customer_token", ("token", "customer_id"))
CUSTOMER_TAG: Final = Target("customer_tag", ("customer_id", "name"))

TAGGED: Final = 0.2
"""Share of the customers with tags."""

_SOURCES: Final = wheel({"web": 35, "fair": 15, "referral": 20, "cold call": 10, "branch": 20})
_YEAR: Final = 365 * DAY


class Archive:
    """Writes the rows of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._random = plan.stream("archive", chunk)
        self.customers = Page(CUSTOMER, [])
        self.tokens = Page(CUSTOMER_TOKEN, [])
        self.tags = Page(CUSTOMER_TAG, [])

    def add(self, customer: Customer, figures: Figures, *, edits: int, edited: int) -> None:
        """Add one customer, once all its dealings are known; `edits` changes were made, the last at `edited`."""
        written = (1 + edits, instant(customer.created), instant(edited))
        profile = (*_basics(self._random, customer), *_reach(self._random, customer), *_papers(self._random, customer))
        self.customers.rows.append((*profile, *figures.columns(customer.currency, customer.created), *written))
        self.tokens.rows.extend((token, customer.id) for token in sorted(tokens(customer.named.name, customer.code)))
        self.tags.rows.extend((customer.id, name) for name in self._tags(customer.language))

    def _tags(self, language: str) -> list[str]:
        """No tags for most, up to three for some."""
        if self._random.random() >= TAGGED:
            return []
        wanted = 1 + int(self._random.random() * 3)
        return sorted({pick(self._random, TAGS[language]) for _ in range(wanted)})


def _basics(random: Random, customer: Customer) -> tuple[str | None, ...]:
    """From the id to the language."""
    kind = CustomerKind.ORGANISATION if customer.is_organisation else CustomerKind.PERSON
    industry = customer.industry.name if customer.is_organisation else None
    needs = pick(random, NEEDS[customer.language]) if random.random() < 0.3 else None
    return (
        *(customer.id, customer.code, kind, customer.named.name, customer.status, customer.grade),
        *(customer.department.id, industry, customer.size, needs, customer.language),
    )


def _reach(random: Random, customer: Customer) -> tuple[str | None, ...]:
    """From the country to the website."""
    place = customer.location
    address = f"{pick(random, STREETS[customer.language])} {1 + int(random.random() * 400)}"
    phone = f"+{DIALLING[place.country]} 100 {int(random.random() * 10**8):08d}"
    website = f"https://www.{customer.domain}" if customer.is_organisation and random.random() < 0.7 else None
    return place.country, place.region, place.city, address, customer.mailbox, phone, website


def _papers(random: Random, customer: Customer) -> tuple[str | None, ...]:
    """From the birthday to the currency."""
    age, number = random.random(), int(random.random() * 10**8)
    note = pick(random, NOTES[customer.language]) if random.random() < 0.1 else None
    source = _SOURCES[random.getrandbits(8)]
    if customer.is_organisation:
        founded = date(customer.created - int((1 + 30 * age) * _YEAR))
        return None, founded, f"TAX-{number:08d}-{customer.digits}", note, source, customer.currency
    birthday = date(customer.created - int((20 + 50 * age) * _YEAR))
    return birthday, None, None, note, source, customer.currency
