"""Names of people and organisations, with the form that they have in an address."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple, TypeVar

from resolvers.generating.words import BRANDS, ENDINGS, GIVEN, SURNAMES, Industry, Place, Word

T = TypeVar("T")

TITLES: Final = {
    "zh": (
        *("总经理", "采购经理", "财务主管", "技术总监", "设备工程师", "行政助理"),
        *("运营经理", "仓库主管", "客服专员", "市场经理", "项目经理", "前台"),
    ),
    "en": (
        *("Managing director", "Purchasing manager", "Accountant", "Head of technology", "Plant engineer", "Assistant"),
        *("Operations manager", "Warehouse lead", "Service desk", "Marketing manager", "Project manager", "Reception"),
    ),
}
"""What contacts do for a customer."""


class Named(NamedTuple):
    """A name, and its form in a mail or web address: small Latin letters and dots."""

    name: str
    latin: str


def pick(random: Random, items: tuple[T, ...]) -> T:
    """One of the items."""
    return items[int(random.random() * len(items))]


def person(random: Random, language: str) -> Named:
    """A person's name; few surnames are very frequent."""
    surnames, given = SURNAMES[language], GIVEN[language]
    surname = surnames[int(len(surnames) * random.random() ** 1.6)]
    first = pick(random, given)
    if language != "zh":
        return Named(f"{first.text} {surname.text}", f"{first.latin}.{surname.latin}")
    second = pick(random, given) if random.random() < 0.7 else Word("", "")
    return Named(surname.text + first.text + second.text, f"{surname.latin}.{first.latin}{second.latin}")


def organisation(random: Random, language: str, place: Place, industry: Industry) -> Named:
    """An organisation's name, of its place, a brand and its business."""
    brand, other = pick(random, BRANDS[language]), pick(random, BRANDS[language])
    business, ending = pick(random, industry.words), pick(random, ENDINGS[language])
    latin = f"{brand.latin}{other.latin}"
    if language == "zh":
        return Named(f"{place.short}{brand.text}{other.text}{business}{ending}", latin)
    return Named(f"{brand.text}{other.text.lower()} {business} {ending}", latin)
