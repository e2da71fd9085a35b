"""Making decisions about customers: facts from the record, the rules in force, and a record of each decision."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from graph.port import Graph
from resolvers.facts.gathering import Gathered, gather
from resolvers.facts.instants import Moment
from resolvers.rule_sets.versions import Version
from rules.engine.kinds import Fault
from rules.engine.recording import facts_text, fault_text, reasons_text, results_text, rows_text
from rules.engine.reference import EvaluationError, Outcome, evaluate
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
    """What was decided about one customer; `id` is that of the record."""

    id: uuid.UUID
    customer_id: uuid.UUID
    facts: Mapping[str, Any]
    outcome: Outcome


async def decide_customers(
    session: AsyncSession, version: Version, asking: Asking, ids: Collection[uuid.UUID], *, graph: Graph | None = None
) -> list[Decided]:
    """Decide about customers by one version, and write the decisions down; in the order of the customers' ids.

    A customer whose facts cannot be known gets a decision too: that nothing was decided, and why.

    Raises:
        UnknownFactError: the version reads what nothing computes about customers.
        GraphUnavailable: it reads what the network knows, and the graph store does not answer.
    """
    names = [column.name for column in version.rule_set.table.inputs]
    gathered = await gather(await session.connection(), names, Moment(asking.now), ids, graph=graph)
    decided = [Decided(new_id(), *each) for each in outcomes(version, gathered)]
    if decided:
        await session.execute(sa.insert(DecisionRow), [_row(version, asking, one) for one in decided])
    return decided


def outcomes(version: Version, gathered: Gathered) -> list[tuple[uuid.UUID, dict[str, Any], Outcome]]:
    """What a version says of each customer, on its facts."""
    found: list[tuple[uuid.UUID, dict[str, Any], Outcome]] = []
    for key, facts in gathered.each():
        fault = gathered.faults.get(key)
        found.append((key, facts, _refused(fault) if fault else evaluate(version.rule_set, facts)))
    return found


def _refused(fault: str) -> Outcome:
    return Outcome(errors=(EvaluationError(Fault.MISSING_FACT, fault),))


def _row(version: Version, asking: Asking, one: Decided) -> dict[str, Any]:
    return {
        "id": one.id,
        "rule_set": version.rule_set.name,
        "version_id": version.id,
        "version": version.number,
        "about": version.rule_set.about,
        "subject_id": one.customer_id,
        "customer_id": one.customer_id,
        "decided_at": asking.now,
        "occasion": asking.occasion,
        "asked_by": asking.by,
        "facts": facts_text(version.rule_set.table.inputs, one.facts),
        "rows": rows_text(one.outcome),
        "results": results_text(one.outcome),
        "reasons": reasons_text(one.outcome),
        "fault": fault_text(one.outcome),
    }
