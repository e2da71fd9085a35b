"""Making decisions about customers and tickets: facts from the record, the rules in force, a record of each one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from graph.port import Graph
from resolvers.decisions.shadowing import Live, run_beside
from resolvers.facts.gathering import Facts, gather, gather_tickets
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from resolvers.rule_sets.engines import LIVE
from resolvers.rule_sets.versions import Version
from rules.engine.kinds import Fault
from rules.engine.recording import facts_text, fault_text, reasons_text, results_text, rows_text
from rules.engine.reference import EvaluationError, Outcome
from store.base import new_id
from store.decision import DecisionOccasion, DecisionRow


@dataclass(frozen=True)
class Asking:
    """Who asks the rules, when, and on what occasion."""

    by: str
    now: dt.datetime
    occasion: DecisionOccasion = DecisionOccasion.ASKED


@dataclass(frozen=True)
class Decided:
    """What was decided about one subject, and whose it is; `id` is that of the record."""

    id: uuid.UUID
    subject_id: uuid.UUID
    customer_id: uuid.UUID
    facts: Facts
    outcome: Outcome
    unknown: str | None = None
    """Why a fact of it cannot be known."""


async def decide_customers(
    session: AsyncSession, version: Version, asking: Asking, ids: Collection[uuid.UUID], *, graph: Graph | None = None
) -> list[Decided]:
    """Decide about customers by one version, and write the decisions down; in the order of the customers' ids.

    A customer whose facts cannot be known gets a decision too: that nothing was decided, and why. A shadow of the rule
    set runs beside, and changes nothing.

    Raises:
        UnknownFactError: the version reads what nothing computes about customers.
        GraphUnavailable: it reads what the network knows, and the graph store does not answer.
    """
    names = facts_read(version)
    gathered = await gather(await session.connection(), names, Moment(asking.now), ids, graph=graph)
    decided = await decide_gathered(session, version, asking, gathered)
    if decided:
        live = Live(version.rule_set.name, asking.now, {one.subject_id: one.outcome for one in decided}, gathered)
        await run_beside(session, live, graph=graph)
    return decided


async def decide_tickets(
    session: AsyncSession, version: Version, asking: Asking, ids: Collection[uuid.UUID], *, graph: Graph | None = None
) -> list[Decided]:
    """Decide about tickets by one version, and write the decisions down; as `decide_customers` does."""
    names = facts_read(version)
    gathered = await gather_tickets(await session.connection(), names, Moment(asking.now), ids, graph=graph)
    return await decide_gathered(session, version, asking, gathered)


async def decide_at_hand(
    session: AsyncSession,
    version: Version,
    asking: Asking,
    facts: Facts,
    *,
    subject_id: uuid.UUID,
    customer_id: uuid.UUID,
    fault: str | None = None,
) -> Decided:
    """Decide about one subject on facts that are at hand, or on a fault that says why they are not; written down."""
    decided = Decided(new_id(), subject_id, customer_id, facts, outcome_of(version, facts, fault), fault)
    await session.execute(sa.insert(DecisionRow), [_row(version, asking, decided)])
    return decided


def facts_read(version: Version) -> list[str]:
    """The names of the facts that a version reads."""
    return [column.name for column in version.rule_set.body.inputs]


async def decide_gathered(session: AsyncSession, version: Version, asking: Asking, gathered: Gathered) -> list[Decided]:
    """Decide on what was gathered, and write it down."""
    found = zip(outcomes(version, gathered), gathered.customers, strict=True)
    decided = [
        Decided(new_id(), key, customer, facts, outcome, gathered.faults.get(key))
        for (key, facts, outcome), customer in found
    ]
    if decided:
        await session.execute(sa.insert(DecisionRow), [_row(version, asking, one) for one in decided])
    return decided


def outcomes(version: Version, gathered: Gathered) -> list[tuple[uuid.UUID, dict[str, Any], Outcome]]:
    """What a version says of each subject, on its facts."""
    found: list[tuple[uuid.UUID, dict[str, Any], Outcome]] = []
    for key, facts in gathered.each():
        found.append((key, facts, outcome_of(version, facts, gathered.faults.get(key))))
    return found


def outcome_of(version: Version, facts: Facts, unknown: str | None) -> Outcome:
    """What a version says of facts; where one of them cannot be known, that nothing is decided, and why."""
    if unknown is None:
        return LIVE.decide(version.id, version.rule_set, facts)
    return Outcome(errors=(EvaluationError(Fault.MISSING_FACT, unknown),))


def _row(version: Version, asking: Asking, one: Decided) -> dict[str, Any]:
    return {
        "id": one.id,
        "rule_set": version.rule_set.name,
        "version_id": version.id,
        "version": version.number,
        "about": version.rule_set.about,
        "subject_id": one.subject_id,
        "customer_id": one.customer_id,
        "decided_at": asking.now,
        "occasion": asking.occasion,
        "asked_by": asking.by,
        "facts": facts_text(version.rule_set.body.inputs, one.facts, one.unknown),
        "rows": rows_text(one.outcome),
        "results": results_text(one.outcome),
        "reasons": reasons_text(one.outcome),
        "fault": fault_text(one.outcome),
    }
