"""What fields ask about simulations, for a reader: what quotes facts above the reader's clearance is withheld."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from resolvers.decisions.backtesting import MOST_MONTHS
from resolvers.decisions.outcome_levels import Body, body_of, of_faults, of_reasons, of_results
from resolvers.decisions.sides import REFUSED
from resolvers.decisions.simulation_told import (
    RuleSimulationCounted,
    ToldCount,
    ToldFactName,
    ToldHistory,
    ToldLoad,
    ToldMonth,
    ToldMove,
    ToldMover,
    ToldOutcome,
    ToldQuiet,
    ToldResult,
    ToldWords,
    ToldWork,
)
from resolvers.decisions.telling import ToldFact, meaning_of
from resolvers.reading import Context
from resolvers.rule_sets.reading import versions_by_id
from rules.facts.levels import level_of
from rules.facts.vocabulary import vocabulary
from store.clearance import Clearance
from store.lists import ListOf, member
from store.rule_simulation import RuleSimulationRow
from store.statement import Statement
from store.types import Uid

Keys = Sequence[tuple[uuid.UUID]]

MOST_MOVES: Final = 400
"""Pairs of outcomes that are told: a matrix of twenty by twenty."""

MOST_OUTCOMES: Final = 100
"""Outcomes that are told, of all and of each month."""

MOST_WORK: Final = 200
"""Sums of what results ask for that are told: of so many outcomes and measures."""

MOST_OUTPUTS: Final = 60
"""Outputs that are told: rules have no more."""

MOST_FACTS: Final = 60
"""Facts without history that are told: a table has no more inputs."""

TOLD: Final = ("value_12m", "exposure")
"""The facts of which movers are told."""

_CURRENCY: Final = "CNY"
"""That of all amounts that rules count in."""

_SIDES: Final = ("before", "after")
_NO_WORDS: Final = ToldWords(None, None)

_ROW: Final = RuleSimulationRow.__table__.c
_RESULTS: Final = Statement(
    sa.select(_ROW.id, _ROW.rule_set, _ROW.text, _ROW.against_id, _ROW.result).where(
        member(_ROW.id, sa.bindparam("ids", type_=ListOf(Uid()))), _ROW.result.is_not(None)
    )
)


async def result(context: Context, keys: Keys) -> Sequence[ToldResult | None]:
    """What each simulation found; None where it has found nothing yet."""
    found = await _found(context, keys)
    return [found[key].result() if key in found else None for (key,) in keys]


async def movers(context: Context, keys: Keys) -> Sequence[Sequence[ToldMover]]:
    """Those who spend most among the movers of each."""
    found = await _found(context, keys)
    return [list(found[key].movers()) if key in found else [] for (key,) in keys]


async def history(context: Context, keys: Keys) -> Sequence[ToldHistory | None]:
    """Each simulation month by month; None where nobody asked for that."""
    found = await _found(context, keys)
    return [found[key].history() if key in found else None for (key,) in keys]


async def _found(context: Context, keys: Keys) -> dict[uuid.UUID, _Found]:
    rows = await _RESULTS.rows(context.store, ids=[key for (key,) in keys])
    versions = await versions_by_id(context.store, {row[3] for row in rows if row[3] is not None})
    found = {}
    for key, name, text, against_id, written in rows:
        before = None if against_id is None else _Side.of(versions[against_id].rule_set.body)
        sides = before, _Side.of(body_of(key, name, text))
        found[key] = _Found(key, json.loads(written), sides, context.subject.clearance)
    return found


@dataclass(frozen=True)
class _Side:
    """Which clearance it takes to know what one version says."""

    results: Clearance
    reasons: Clearance
    faults: Clearance

    @classmethod
    def of(cls, body: Body) -> _Side:
        return cls(of_results(body), of_reasons(body), of_faults(body))


@dataclass(frozen=True)
class _Found:
    """The data of one simulation, for a reader. Of the version in force there is no side where none was."""

    key: uuid.UUID
    data: Mapping[str, Any]
    sides: tuple[_Side | None, _Side]
    clearance: Clearance

    def result(self) -> ToldResult:
        """All but the movers and the months."""
        data, withheld = self.data, self._outcomes_withheld()
        moves = [] if withheld else [ToldMove(x["before"], x["after"], self._load(x)) for x in data["moves"]]
        moves.sort(key=lambda move: (-move.load.count, move.before, move.after))
        outcomes = () if withheld else tuple(self._outcomes())[:MOST_OUTCOMES]
        looked_at = data["looked_at"]
        return ToldResult(
            simulation_id=self.key,
            counted=RuleSimulationCounted[data["counted"].upper()],
            looked_at_zh=looked_at["zh"],
            looked_at_en=looked_at["en"],
            output=data["output"],
            count=data["count"],
            changed=data["changed"],
            quiet=data["quiet"]["count"],
            quiet_outputs=tuple(ToldQuiet(*each) for each in data["quiet"]["outputs"].items())[:MOST_OUTPUTS],
            moves=tuple(moves[:MOST_MOVES]),
            outcomes=outcomes,
            work=() if withheld else tuple(self._work())[:MOST_WORK],
            without_history=_names(data["without_history"]),
            withheld=withheld,
            exposure_withheld=self._lacking(_level("exposure")),
        )

    def movers(self) -> Iterator[ToldMover]:
        """Those who are named, as far as the reader may know of them."""
        withheld = self._outcomes_withheld()
        for mover in self.data["movers"]:
            before, after = (None if withheld else mover[side] for side in _SIDES)
            facts = tuple(self._fact(name, mover[name]) for name in TOLD)
            lacking = self._lacking(max(self._of_reasons(mover)))
            why = [_NO_WORDS if lacking else _words(mover[f"reason_{side}"]) for side in _SIDES]
            customer, ticket = (_key(mover[name]) for name in ("customer_id", "ticket_id"))
            yield ToldMover(customer, ticket, before, after, withheld, facts, why[0], why[1], lacking)

    def history(self) -> ToldHistory | None:
        """Month by month."""
        data = self.data["history"]
        if data is None:
            return None
        told = not self._outcomes_withheld()
        months = tuple(_month(month, told=told) for month in data["months"][:MOST_MONTHS])
        to_and_fro = data["to_and_fro"]
        return ToldHistory(months, to_and_fro["before"], to_and_fro["after"], _names(data["without_history"]))

    def _outcomes(self) -> Iterator[ToldOutcome]:
        for outcome, sides in self.data["outcomes"].items():
            yield ToldOutcome(outcome, self._load(sides["before"]), self._load(sides["after"]))

    def _work(self) -> Iterator[ToldWork]:
        for work in self.data["work"]:
            before, after = work["before"], work["after"]
            for outcome in dict.fromkeys([*before, *after]):
                yield ToldWork(work["name"], work["unit"], outcome, before.get(outcome), after.get(outcome))

    def _load(self, load: Mapping[str, Any]) -> ToldLoad:
        exposure = None if self._lacking(_level("exposure")) else int(Decimal(load["exposure"]).scaleb(2))
        return ToldLoad(load["count"], exposure, _CURRENCY, load["open_tickets"], load["open_complaints"])

    def _fact(self, name: str, value: str | None) -> ToldFact:
        lacking, meaning = self._lacking(_level(name)), meaning_of(name)
        unit = vocabulary().facts[name].column.unit
        return ToldFact(name, meaning.zh, meaning.en, None if lacking else value, unit, lacking)

    def _outcomes_withheld(self) -> str | None:
        return self._lacking(max(side.results for side in self.sides if side is not None))

    def _of_reasons(self, mover: Mapping[str, Any]) -> Iterator[Clearance]:
        """What it takes to know both reasons; where nothing was decided, they are the words of a fault."""
        for side, name in zip(self.sides, _SIDES, strict=True):
            if side is not None:
                yield side.faults if mover[name] == REFUSED else side.reasons

    def _lacking(self, needed: Clearance) -> str | None:
        """The name of the clearance that the reader lacks; None where it is enough."""
        return needed.name if needed > self.clearance else None


def _key(text: str | None) -> uuid.UUID | None:
    return None if text is None else uuid.UUID(text)


def _names(names: Sequence[str]) -> tuple[ToldFactName, ...]:
    return tuple(map(ToldFactName, names[:MOST_FACTS]))


def _level(name: str) -> Clearance:
    return Clearance[level_of(name).name]


def _words(words: Mapping[str, str]) -> ToldWords:
    return ToldWords(words["zh"], words["en"]) if any(words.values()) else _NO_WORDS


def _month(month: Mapping[str, Any], *, told: bool) -> ToldMonth:
    before, after = month["before"], month["after"]
    names = dict.fromkeys([*before["customers"], *after["customers"]]) if told else {}
    counts = [ToldCount(name, *(side["customers"].get(name, 0) for side in (before, after))) for name in names]
    at = dt.datetime.fromisoformat(month["at"])
    return ToldMonth(at, tuple(counts[:MOST_OUTCOMES]), before["changes"], after["changes"])
