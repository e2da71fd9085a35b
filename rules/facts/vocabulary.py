"""The vocabulary: every fact that a rule file may read, as `rules/facts/*.yaml` declare them."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from rules.engine.checking import Checked
from rules.engine.column_file import column_of
from rules.engine.keys import INPUT, WORDS
from rules.engine.kinds import Column, did_you_mean
from rules.engine.table import Words
from rules.engine.yaml_tree import MOST_BYTES, Node, decoded, tree_of
from rules.facts.calendar import CALENDAR

M = TypeVar("M", bound=enum.StrEnum)

FOLDER: Final = Path(__file__).parent
RATES: Final = FOLDER / "rates.yaml"

_FACT_KEYS: Final = (*INPUT.names, "level", "history", "computed")


class Level(enum.StrEnum):
    """How confidential a fact is, as files name it; who reads it needs that clearance."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 # a level, no password


class Subject(enum.StrEnum):
    """What a rule set decides about, as files name it."""

    CUSTOMER = "customer"
    TICKET = "ticket"
    REQUEST = "request"
    CONDUCT = "conduct"

    @property
    def includes(self) -> tuple[Subject, ...]:
        """Whose facts a rule set about this may read: a ticket's rules also read its customer's."""
        return (Subject.TICKET, Subject.CUSTOMER) if self is Subject.TICKET else (self,)


@dataclass(frozen=True)
class Fact:
    """One fact: its type and range, what it means, how confidential it is, and how it is computed."""

    column: Column
    about: Subject
    meaning: Words
    computed: Words
    level: Level = Level.PUBLIC
    has_history: bool = True
    """Whether it is known for any instant, not only for now."""

    @property
    def name(self) -> str:
        """How rule files call it."""
        return self.column.name


@dataclass(frozen=True)
class Vocabulary:
    """All facts, by name."""

    facts: Mapping[str, Fact]

    def about(self, subject: Subject) -> Mapping[str, Fact]:
        """The facts that a rule set about this subject may read."""
        return {name: fact for name, fact in self.facts.items() if fact.about in subject.includes}

    def read(self, checked: Checked, subject: Subject, names: Node) -> dict[str, Column]:
        """The columns of the facts that a file lists; a fact that is not known is noted, with the nearest."""
        known = self.about(subject)
        found: dict[str, Column] = {}
        for node in checked.items(names):
            name = str(node.value)
            if name in found:
                checked.wrong(node, f"{name} is here twice")
            elif name in known:
                found[name] = known[name].column
            else:
                checked.wrong(node, f"{name[:80]} is no fact about a {subject}{did_you_mean(name, tuple(known))}")
        return found


def read_vocabulary(text: str, path: str) -> dict[str, Fact]:
    """The facts of one file.

    Raises:
        RuleFileError: something is wrong in it.
    """
    checked = Checked(tree_of(text, path))
    found = checked.mapping(checked.tree.root, ("about", "title", "facts"), ("about", "facts"))
    checked.refuse()
    about = _member(checked, found["about"], Subject, Subject.CUSTOMER)
    facts = {}
    entries = found["facts"]
    for text_of_name, entry in checked.mapping(entries).items():
        name = checked.name((entries.keys or {})[text_of_name])
        if name and (fact := _fact(checked, about, name, entry)):
            facts[name] = fact
    checked.refuse()
    return facts


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product."""
    facts: dict[str, Fact] = {}
    for path in _files():
        facts |= read_vocabulary(decoded(path.read_bytes()[: MOST_BYTES + 1], str(path)), str(path))
    return Vocabulary(MappingProxyType(facts))


def read_rates(text: str, path: str) -> Mapping[str, Decimal]:
    """What one unit of each currency is in the currency that rules count in.

    Raises:
        RuleFileError: something is wrong in the file.
    """
    checked = Checked(tree_of(text, path))
    found = checked.mapping(checked.tree.root, ("base", "rates"), ("base", "rates"))
    checked.refuse()
    rates = {}
    for currency, node in checked.mapping(found["rates"]).items():
        number = checked.scalar(node, Decimal)
        if number is not None and number <= 0:
            checked.wrong(node, "a rate is more than 0")
        rates[currency] = number or Decimal(1)
    if rates.get(str(found["base"].value)) != 1:
        checked.wrong(found["base"], "the base is one of the rates, with the rate 1")
    checked.refuse()
    return MappingProxyType(rates)


@cache
def rates() -> Mapping[str, Decimal]:
    """The rates that ship with the product."""
    return read_rates(decoded(RATES.read_bytes(), str(RATES)), str(RATES))


def _files() -> Iterator[Path]:
    yield from (path for path in sorted(FOLDER.glob("*.yaml")) if path not in (RATES, CALENDAR))


def _fact(checked: Checked, about: Subject, name: str, entry: Node) -> Fact | None:
    found = checked.mapping(entry, _FACT_KEYS, ("type", "meaning", "computed"))
    column = column_of(checked, name, found)
    if column is None or "meaning" not in found or "computed" not in found:
        return None
    return Fact(
        column,
        about,
        _words(checked, found["meaning"]),
        _words(checked, found["computed"]),
        _member(checked, found["level"], Level, Level.PUBLIC) if "level" in found else Level.PUBLIC,
        checked.scalar(found.get("history"), bool) is not False,
    )


def _words(checked: Checked, node: Node) -> Words:
    found = checked.entries(node, WORDS)
    return Words(*(checked.scalar(found.get(locale), str) or "" for locale in ("zh", "en")))


def _member(checked: Checked, node: Node, members: type[M], otherwise: M) -> M:
    known = tuple(members)
    if node.value in known:
        return members(node.value)
    checked.wrong(node, f"{node.value} is not known here{did_you_mean(str(node.value), known)}")
    return otherwise
