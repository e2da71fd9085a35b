"""Rule sets of the small world: one for each thing that can be done with a version, and some that cannot be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from store.base import new_id
from store.rule_shadow import RuleShadowRow
from store.rule_simulation import RuleSimulationRow, RuleSimulationState
from store.rule_version import RuleVersionStatus
from tests.factories import NOW
from tests.factories.rule_version import FEES, add_publication, add_rule_version

TO_COME = replace(FEES, text=FEES.text.replace("from: 2026-01-01", "from: 2026-04-01"))
GONE = replace(
    FEES,
    text=FEES.text.replace("until: 2027-01-01", "until: 2026-02-01"),
    cases=FEES.cases.replace("clock: 2026-05", "clock: 2026-01"),
)
BROKEN = replace(FEES, cases=FEES.cases.replace("{fee: 0,", "{fee: 1,"))
TOLLS = replace(FEES, name="tolls", text=FEES.text.replace("rule_set: fees", "rule_set: tolls"))


@dataclass(frozen=True)
class Rules:
    """Ids of versions of `fees`, where nothing else is said submitted by someone who is no subject of the world."""

    earlier: uuid.UUID
    """Was in force."""
    in_force: uuid.UUID
    submitted: uuid.UUID
    to_reject: uuid.UUID
    to_withdraw: uuid.UUID
    own: uuid.UUID
    """Submitted by the manager."""
    approved: uuid.UUID
    behind: uuid.UUID
    """Approved; it started from the earlier one."""
    to_come: uuid.UUID
    """Approved; in effect from a later day on."""
    gone: uuid.UUID
    """Approved; was in effect until an earlier day."""
    broken: uuid.UUID
    """Submitted once, but a case fails now."""
    broken_approved: uuid.UUID
    to_come_published: uuid.UUID
    gone_published: uuid.UUID
    broken_published: uuid.UUID
    tolls: uuid.UUID
    """Of another rule set."""
    simulation: uuid.UUID
    """Waits, of `priority`; the manager asked for it."""
    simulated: uuid.UUID


async def add_rules(session: AsyncSession) -> Rules:
    """The versions, written."""
    approved = {"status": RuleVersionStatus.APPROVED}
    published = {"status": RuleVersionStatus.PUBLISHED}
    first = [await add_rule_version(session) for _ in range(2)]
    for version in first:
        await add_publication(session, version)
    open_ones = [await add_rule_version(session, **given) for given in ({}, {}, {}, {"by": "manager"}, approved)]
    behind = await add_rule_version(session, **approved, base_id=first[0].id)
    others = [await add_rule_version(session, source, **approved) for source in (TO_COME, GONE)]
    broken = [await add_rule_version(session, BROKEN), await add_rule_version(session, BROKEN, **approved)]
    old = [await add_rule_version(session, source, **published) for source in (TO_COME, GONE, BROKEN)]
    rows = [*first, *open_ones, behind, *others, *broken, *old, await add_rule_version(session, TOLLS)]
    for name in ("tolls", "priority"):
        session.add(_shadow(name))
    simulations = [simulation("priority"), simulation("priority", RuleSimulationState.DONE)]
    session.add_all(simulations)
    return Rules(*(row.id for row in (*rows, *simulations)))


def _shadow(name: str) -> RuleShadowRow:
    """A shadow that runs, of a rule set of its own."""
    texts = {"text": TOLLS.text, "cases": TOLLS.cases}
    return RuleShadowRow(id=new_id(), rule_set=name, **texts, started_by="someone", started_at=NOW)


def simulation(rule_set: str, state: RuleSimulationState = RuleSimulationState.WAITING) -> RuleSimulationRow:
    """A simulation that the manager asked for."""
    known = {"rule_set": rule_set, "text": TOLLS.text, "as_of": NOW, "asked_by": "manager", "asked_at": NOW}
    return RuleSimulationRow(id=new_id(), **known, state=state)
