"""Shadows: a candidate decides beside the version in force, live; the differences are counted, and nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from graph.port import Graph
from resolvers.facts.gathering import gather
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import in_force
from rules.engine.chain import Chain
from rules.engine.recording import fault_text, results_text
from rules.engine.reference import Outcome, evaluate
from rules.engine.table import RuleSet
from rules.facts.vocabulary import Subject
from store.base import new_id
from store.rule_shadow import RuleShadowBatchRow, RuleShadowDifferenceRow, RuleShadowRow

KEPT: Final = 100
"""Differences of a shadow that are written down; the others are counted."""

REFUSED: Final = "refused"
"""How an outcome begins that is none, for a fault."""
_MOST_READ: Final = 16

log = structlog.stdlib.get_logger("resolvers.decisions.shadowing")


class ShadowError(ValueError):
    """A shadow cannot be started or stopped; the text says why."""


class ShadowRunsError(ShadowError):
    """Another one runs: a rule set has one at a time."""


@dataclass(frozen=True)
class Live:
    """What was decided live: the outcomes by customers, and the facts that were gathered for them."""

    rule_set: str
    at: dt.datetime
    outcomes: Mapping[uuid.UUID, Outcome]
    gathered: Gathered


@dataclass(frozen=True)
class ShadowStatus:
    """A shadow with its figures: decisions beside which it ran, in how many it differs, in how many it failed."""

    shadow: RuleShadowRow
    decided: int
    differs: int
    failed: int
    differences: Sequence[RuleShadowDifferenceRow]


async def start_shadow(session: AsyncSession, source: Source, *, by: str, now: dt.datetime) -> RuleShadowRow:
    """Let a candidate run beside the version in force from now on.

    Raises:
        RuleFileError: something is wrong in it.
        UnknownRuleSetError: nothing of its name is in force.
        ShadowError: it is not about customers, or another one runs.
    """
    rule_set = source.rule_set()
    if rule_set.about != Subject.CUSTOMER:
        raise ShadowError(f"{source.name} is not about customers, so it is never decided live")
    if isinstance(rule_set.body, Chain):
        raise ShadowError(f"{source.name} has rules that chain here, and only a decision table can be compared")
    await in_force(session, source.name, now)
    running = await _running(await session.connection(), source.name)
    if running is not None:
        raise ShadowRunsError(
            f"a shadow of {source.name} runs since {running.started_at:%Y-%m-%d %H:%M} UTC: stop it first"
        )
    row = RuleShadowRow(
        id=new_id(), rule_set=source.name, text=source.text, cases=source.cases, started_by=by, started_at=now
    )
    session.add(row)
    await session.flush()
    return row


async def stop_shadow(session: AsyncSession, rule_set: str, *, by: str, now: dt.datetime) -> ShadowStatus:
    """End the shadow of a rule set; gives what it found. Raises ShadowError where none runs."""
    runs = sa.select(RuleShadowRow).where(RuleShadowRow.rule_set == rule_set, RuleShadowRow.ended_at.is_(None))
    row = await session.scalar(runs.with_for_update())
    if row is None:
        raise ShadowError(f"no shadow of {rule_set} runs")
    row.ended_at, row.ended_by = now, by
    await session.flush()
    return await _status(session, row)


async def shadows(session: AsyncSession, most: int = 20) -> list[ShadowStatus]:
    """The shadows that run and those that ran, the newest first."""
    newest = sa.select(RuleShadowRow).order_by(RuleShadowRow.started_at.desc(), RuleShadowRow.id.desc()).limit(most)
    return [await _status(session, row) for row in await session.scalars(newest)]


async def run_beside(session: AsyncSession, live: Live, *, graph: Graph | None = None) -> None:
    """Let the shadow of the rule set decide too, if one runs, and count the differences.

    Whatever goes wrong in it is logged, and undone by itself: the live decisions stand.
    """
    connection = await session.connection()
    running = await _running(connection, live.rule_set)
    if running is None:
        return
    try:
        async with connection.begin_nested():
            await _compare(connection, running, live, graph)
    except Exception as error:  # noqa: BLE001 # no fault of a candidate may harm a live decision
        log.warning("shadow failed", rule_set=live.rule_set, shadow=str(running.id), error=repr(error))


@dataclass(frozen=True)
class _Running:
    id: uuid.UUID
    text: str
    started_at: dt.datetime


async def _running(connection: AsyncConnection, rule_set: str) -> _Running | None:
    row = RuleShadowRow
    chosen = sa.select(row.id, row.text, row.started_at).where(row.rule_set == rule_set, row.ended_at.is_(None))
    found = (await connection.execute(chosen)).one_or_none()
    return None if found is None else _Running(*found)


async def _compare(connection: AsyncConnection, running: _Running, live: Live, graph: Graph | None) -> None:
    rule_set = candidate_of(running.id, live.rule_set, running.text)
    gathered = await _with_other_facts(connection, rule_set, live, graph)
    reads = {column.name for column in rule_set.table.inputs}
    differences, failed = [], 0
    for key, facts in gathered.each():
        said = _said(live.outcomes[key])
        if any(key in gathered.unknown.get(name, ()) for name in reads):
            shadow = REFUSED
        else:
            shadow, has_failed = _tried(rule_set, facts)
            failed += has_failed
        if _bare(said) != _bare(shadow):
            differences.append({"customer_id": key, "live": said, "shadow": shadow})
    await _write(connection, running, live, differences, failed)


async def _with_other_facts(
    connection: AsyncConnection, rule_set: RuleSet, live: Live, graph: Graph | None
) -> Gathered:
    """The facts that were gathered, and those that only the candidate reads."""
    known = live.gathered
    names = [column.name for column in rule_set.table.inputs if column.name not in known.columns]
    if not names:
        return known
    more = await gather(connection, names, Moment(live.at), known.ids, graph=graph)
    return replace(known, columns=known.columns | more.columns, unknown=known.unknown | more.unknown)


def _tried(rule_set: RuleSet, facts: Mapping[str, object]) -> tuple[str, bool]:
    """What the candidate says, and whether it failed in saying it."""
    try:
        return _said(evaluate(rule_set, facts)), False
    except Exception as error:  # noqa: BLE001 # one customer's fault is not that of the others
        return f"{REFUSED}: {error!r}", True


def _said(outcome: Outcome) -> str:
    """An outcome as it is compared: its results, or that there are none for a fault."""
    return f"{REFUSED}: {fault_text(outcome)}" if outcome.errors else results_text(outcome)


def _bare(said: str) -> str:
    """Two who refuse do not differ, whatever they complain of first."""
    return REFUSED if said.startswith(REFUSED) else said


async def _write(
    connection: AsyncConnection, running: _Running, live: Live, differences: list[dict[str, object]], failed: int
) -> None:
    known = {"id": new_id(), "shadow_id": running.id, "at": live.at}
    counts = {"decided": len(live.outcomes), "differs": len(differences), "failed": failed}
    await connection.execute(sa.insert(RuleShadowBatchRow), {**known, **counts})
    if not differences:
        return
    row = RuleShadowDifferenceRow
    kept = await connection.scalar(sa.select(sa.func.count()).select_from(row).where(row.shadow_id == running.id)) or 0
    first = [{**each, **known, "id": new_id()} for each in differences[: max(0, KEPT - kept)]]
    if first:
        await connection.execute(sa.insert(row), first)


_READ: OrderedDict[uuid.UUID, RuleSet] = OrderedDict()


def candidate_of(key: uuid.UUID, name: str, text: str) -> RuleSet:
    """What the candidate of a shadow says, read once."""
    found = _READ.get(key)
    if found is None:
        found = _READ[key] = Source(name, text, "").rule_set(f"shadow of {name}")
        if len(_READ) > _MOST_READ:
            _READ.popitem(last=False)
    return found


async def _status(session: AsyncSession, row: RuleShadowRow) -> ShadowStatus:
    batch, difference = RuleShadowBatchRow, RuleShadowDifferenceRow
    sums = [sa.func.coalesce(sa.func.sum(column), 0) for column in (batch.decided, batch.differs, batch.failed)]
    figures = (await session.execute(sa.select(*sums).where(batch.shadow_id == row.id))).one()
    kept = sa.select(difference).where(difference.shadow_id == row.id).order_by(difference.id)
    decided, differs, failed = (int(figures[place]) for place in range(3))
    return ShadowStatus(row, decided, differs, failed, (await session.scalars(kept)).all())
