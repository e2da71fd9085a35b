"""The book of a rule set that reads what another one says of customers, as a rating reads a score."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from graph.port import Graph
from resolvers.decisions.books import Book, Counted, Customers, Part
from resolvers.decisions.sides import Side
from resolvers.facts.records import Gathered, UnknownFactError
from resolvers.rule_sets.versions import Version
from rules.engine.outcome import Outcome
from rules.engine.table import Words


@dataclass(frozen=True)
class Feed:
    """Which rule set about customers says what another one reads: its outputs, by the inputs that they are."""

    rule_set: str
    outputs: Mapping[str, str]


FEEDS: Final = MappingProxyType({"credit_band": Feed("credit_score", {"score": "points"})})
"""By the names of the rule sets that read them."""


class Fed(Book):
    """All customers, as of an instant, with what the version in force of another rule set says of each."""

    counted = Counted.CUSTOMERS

    def __init__(self, at: dt.datetime, feed: Feed, version: Version) -> None:
        self.at = at
        self.looked_at = Words(
            f"所有客户，按现行的 {feed.rule_set}（版本 {version.number}）的结果",
            f"all customers, with what version {version.number} of {feed.rule_set}, in force, says of them",
        )
        self._feed = feed
        self._side = Side(version.rule_set)
        self._customers = Customers(at)

    async def total(self, connection: AsyncConnection) -> int:
        """How many there are."""
        return await self._customers.total(connection)

    async def parts(
        self, connection: AsyncConnection, names: Sequence[str], graph: Graph | None
    ) -> AsyncIterator[Part]:
        """All of them, in the order of their ids.

        Raises:
            UnknownFactError: a fact is none that the other rule set gives.
        """
        strange = [name for name in names if name not in self._feed.outputs]
        if strange:
            raise UnknownFactError(f"{self._feed.rule_set} does not give {', '.join(strange)}")
        async for part in self._customers.parts(connection, self._side.reads, graph):
            yield Part(self._fed(part.facts, names), part.told)

    def names(self) -> sa.Select[Any]:
        """Code and name."""
        return self._customers.names()

    def _fed(self, facts: Gathered, names: Sequence[str]) -> Gathered:
        """What the other rule set says, as facts; where it says nothing they are not known."""
        said = self._side.answer(facts.columns, facts.ids, facts.unknown)
        found = Gathered(facts.ids, {}, customers=facts.customers)
        for key, place in zip(facts.ids, said.places, strict=True):
            why = facts.faults.get(key, "") if place < 0 else _fault(said.outcomes[place])
            if why is not None:
                found.faults[key] = f"{self._feed.rule_set}: {why}"
                for name in names:
                    found.unknown.setdefault(name, set()).add(key)
        results = [{} if place < 0 else _result(said.outcomes[place]) for place in said.places]
        found.columns = {name: [result.get(self._feed.outputs[name]) for result in results] for name in names}
        return found


def _fault(outcome: Outcome) -> str | None:
    """Why it says nothing; None where it says something."""
    return "; ".join(error.message for error in outcome.errors) or None


def _result(outcome: Outcome) -> Mapping[str, Any]:
    return outcome.results[0] if outcome.results else {}
