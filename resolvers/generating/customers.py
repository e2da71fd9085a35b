"""Customers: organisations and persons, each with the stretch of time in which it deals with us."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from resolvers.generating.chance import Spread, wheel
from resolvers.generating.departments import Department
from resolvers.generating.names import Named, organisation, person, pick
from resolvers.generating.plan import DAY, HISTORY_DAYS, WorldPlan
from resolvers.generating.register import Register
from resolvers.generating.words import CURRENCIES, INDUSTRIES, PLACES, Industry, Place
from store.customer import CustomerSize, CustomerStatus
from store.grade import Grade

CHINESE: Final = 0.6
"""Share of the customers with Chinese names, where both languages are wanted."""

SHARES: Final = {Grade.VIP: 0.01, Grade.KEY: 0.05, Grade.NORMAL: 0.64, Grade.POTENTIAL: 0.30}
"""Share of the customers in each grade."""

_SIZES: Final = wheel(
    {
        CustomerSize.MICRO: 30,
        CustomerSize.SMALL: 34,
        CustomerSize.MEDIUM: 22,
        CustomerSize.LARGE: 10,
        CustomerSize.ENTERPRISE: 4,
    }
)
_STATUSES: Final = wheel({CustomerStatus.ACTIVE: 80, CustomerStatus.DORMANT: 12, CustomerStatus.LOST: 8})
_TERMS: Final = (30, 30, 60, 30, 45, 90, 30)
_MATURE: Final = 2 * 365 * DAY
"""Age from which a customer may have gone quiet."""


@dataclass(frozen=True, slots=True)
class Customer:
    """What the features must know of a customer. It deals with us from `since` until `until` (seconds since 1970)."""

    place: int
    id: str
    code: str
    is_organisation: bool
    language: str
    industry: Industry
    location: Place
    named: Named
    grade: Grade
    size: CustomerSize | None
    status: CustomerStatus
    department: Department
    created: int
    since: int
    until: int

    @property
    def term_days(self) -> int:
        """Within how many days the customer pays, as agreed."""
        return _TERMS[self.place % len(_TERMS)] if self.is_organisation else 14

    @property
    def digits(self) -> str:
        """The number in the code, from which other numbers are made."""
        return self.code[2:]

    @property
    def domain(self) -> str:
        """The name under which an organisation is on the web; `.example` belongs to nobody."""
        return f"{self.named.latin}{self.place + 1}.example"

    @property
    def mailbox(self) -> str:
        """Where the customer gets its mail."""
        return f"info@{self.domain}" if self.is_organisation else f"{self.named.latin}{self.place + 1}@mail.example"

    @property
    def currency(self) -> str:
        """What the customer pays in."""
        return CURRENCIES[self.location.country]


class Customers:
    """Draws the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int, departments: list[Department]) -> None:
        self._plan = plan
        self._departments = departments
        self._register = Register(plan)
        self._grades = Spread(plan.seed, Spread.ROOT_2)
        self._random = plan.stream("customers", chunk)

    def draw(self, place: int) -> Customer:
        """The customer of a place."""
        random, register = self._random, self._register
        languages = self._plan.languages
        language = languages[0] if len(set(languages)) == 1 else "zh" if random.random() < CHINESE else "en"
        created, is_organisation, grade = register.created(place), register.is_organisation(place), self._grade(place)
        status = self._status(grade, created)
        location, industry = pick(random, PLACES[language]), pick(random, INDUSTRIES[language])
        named = organisation(random, language, location, industry) if is_organisation else person(random, language)
        return Customer(
            place=place,
            id=register.key(place),
            code=f"C-{place + 1:07d}",
            is_organisation=is_organisation,
            language=language,
            industry=industry,
            location=location,
            named=named,
            grade=grade,
            size=_SIZES[random.getrandbits(8)] if is_organisation else None,
            status=status,
            department=self._departments[int(len(self._departments) * random.random() ** 1.5)],
            created=created,
            since=max(created, self._plan.now - HISTORY_DAYS * DAY),
            until=self._until(status),
        )

    def _grade(self, place: int) -> Grade:
        """The grade of a place: the shares hold in every stretch of customers."""
        ends = zip(SHARES, accumulate(SHARES.values()), strict=True)
        at = self._grades.at(place)
        return next((grade for grade, end in ends if at < end), Grade.POTENTIAL)

    def _status(self, grade: Grade, created: int) -> CustomerStatus:
        """Where the customer stands: who buys nothing yet is a prospect, and only older customers have gone quiet."""
        status = _STATUSES[self._random.getrandbits(8)]
        if grade == Grade.POTENTIAL:
            return CustomerStatus.PROSPECT
        is_settled = grade in (Grade.VIP, Grade.KEY) or self._plan.now - created < _MATURE
        return CustomerStatus.ACTIVE if is_settled else status

    def _until(self, status: CustomerStatus) -> int:
        """When the customer's dealings end: now, or a good while ago."""
        quiet = self._random.random()
        if status == CustomerStatus.DORMANT:
            return self._plan.now - int((180 + 300 * quiet) * DAY)
        if status == CustomerStatus.LOST:
            return self._plan.now - int((300 + 400 * quiet) * DAY)
        return self._plan.now
