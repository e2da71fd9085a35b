"""What fields ask about shadows, for a reader: what an outcome tells of facts above the clearance is withheld."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from resolvers.decisions.outcome_levels import Body, body_of, of_faults, of_results
from resolvers.decisions.shadowing import KEPT, REFUSED
from resolvers.reading import Context
from resolvers.rule_sets.reading import versions_by_id
from store.clearance import Clearance
from store.lists import ListOf, member
from store.rule_shadow import RuleShadowBatchRow, RuleShadowDifferenceRow
from store.rule_version import RuleSetRow
from store.statement import Statement
from store.types import Prose, Uid

Keys = Sequence[tuple[uuid.UUID]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Decisions beside which a shadow ran, in how many it differs, in how many it failed."""

    decided: int
    differs: int
    failed: int


@dataclass(frozen=True, slots=True)
class ToldShadowDifference:
    """One of the first differences; the outcomes are None where they are withheld."""

    customer_id: uuid.UUID
    at: dt.datetime
    live: str | None
    shadow: str | None
    withheld: str | None


_IDS: Final = sa.bindparam("ids", type_=ListOf(Uid()))
_BATCH: Final = RuleShadowBatchRow.__table__.c
_FIGURES: Final = Statement(
    sa.select(
        _BATCH.shadow_id,
        *(sa.cast(sa.func.sum(one), sa.BigInteger) for one in (_BATCH.decided, _BATCH.differs, _BATCH.failed)),
    )
    .where(member(_BATCH.shadow_id, _IDS))
    .group_by(_BATCH.shadow_id)
)
_DIFFERENCE: Final = RuleShadowDifferenceRow.__table__.c
_DIFFERENCES: Final = Statement(
    sa.select(_DIFFERENCE.shadow_id, _DIFFERENCE.customer_id, _DIFFERENCE.at, _DIFFERENCE.live, _DIFFERENCE.shadow)
    .where(member(_DIFFERENCE.shadow_id, _IDS))
    .order_by(_DIFFERENCE.id)
)
_IN_FORCE: Final = Statement(
    sa.select(RuleSetRow.__table__.c.name, RuleSetRow.__table__.c.version_id).where(
        member(RuleSetRow.__table__.c.name, sa.bindparam("names", type_=ListOf(Prose())))
    )
)


async def figures(context: Context, keys: Keys) -> Sequence[Figures]:
    """What each shadow has counted."""
    ids = [key for (key,) in keys]
    found = {key: Figures(*counts) for key, *counts in await _FIGURES.rows(context.store, ids=ids)}
    return [found.get(key, Figures(0, 0, 0)) for key in ids]


async def differences(
    context: Context, keys: Sequence[tuple[uuid.UUID, str, str]]
) -> Sequence[Sequence[ToldShadowDifference]]:
    """The first differences of each shadow, of which key, rule set and text are given."""
    levels = await _Levels.of(context, keys)
    found: dict[uuid.UUID, list[ToldShadowDifference]] = {key: [] for key, *_ in keys}
    names = {key: name for key, name, _ in keys}
    for key, customer_id, at, live, shadow in await _DIFFERENCES.rows(context.store, ids=list(found)):
        found[key].append(levels.told(names[key], customer_id, at, live, shadow))
    return [found[key][:KEPT] for key, *_ in keys]


class _Levels:
    """Which clearance the outcomes of rule sets take: of their results, and of the faults, which may quote any fact."""

    def __init__(self, clearance: Clearance, tables: Mapping[str, Sequence[Body]]) -> None:
        self._clearance = clearance
        self._results = {name: max(map(of_results, own)) for name, own in tables.items()}
        self._faults = {name: max(map(of_faults, own)) for name, own in tables.items()}

    @classmethod
    async def of(cls, context: Context, keys: Sequence[tuple[uuid.UUID, str, str]]) -> _Levels:
        """Those of the candidates and of what is in force beside them."""
        tables: dict[str, list[Body]] = {}
        for key, name, text in keys:
            tables.setdefault(name, []).append(body_of(key, name, text))
        rows = await _IN_FORCE.rows(context.store, names=sorted(tables))
        in_force = {name: key for name, key in rows if key is not None}
        versions = await versions_by_id(context.store, set(in_force.values()))
        for name, key in in_force.items():
            tables[name].append(versions[key].rule_set.table)
        return cls(context.subject.clearance, tables)

    def told(self, name: str, customer_id: uuid.UUID, at: dt.datetime, live: str, shadow: str) -> ToldShadowDifference:
        """A difference, as far as the reader may know it."""
        if self._results[name] > self._clearance:
            return ToldShadowDifference(customer_id, at, None, None, self._results[name].name)
        before, after = (self._bare(name, one) for one in (live, shadow))
        return ToldShadowDifference(customer_id, at, before, after, None)

    def _bare(self, name: str, said: str) -> str:
        """An outcome; of a fault that the reader may not know, that there is one."""
        return REFUSED if said.startswith(REFUSED) and self._faults[name] > self._clearance else said
