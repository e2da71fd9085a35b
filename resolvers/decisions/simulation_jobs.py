"""Simulations as jobs: who runs one takes it, says now and then that it is still at it, and writes what came of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from store.rule_simulation import OPEN, RuleSimulationRow, RuleSimulationState
from store.rule_version import RuleVersionRow
from store.statement import Reads, Statement

ALIVE: Final = dt.timedelta(seconds=30)
"""Who has not been heard of for so long runs its simulation no more."""

MOST_ATTEMPTS: Final = 2
"""How often a simulation is begun before it is given up."""

LOST: Final = (
    f"The server that ran it was lost, {MOST_ATTEMPTS} times. Ask again; if that happens again, ask for fewer months,"
    " or have whoever runs the server look at its memory."
)

_ROW: Final = RuleSimulationRow.__table__.c
_UNENDED: Final = Statement(
    sa.select(_ROW.state, _ROW.heartbeat_at)
    .where(_ROW.state.in_([sa.literal_column(f"'{state}'") for state in sorted(OPEN)]))
    .order_by(_ROW.state, _ROW.asked_at)
    .limit(2)
)
"""The first that runs, if one does, and one that waits."""


@dataclass(frozen=True)
class Job:
    """A simulation that was taken: what to simulate, and which attempt this is."""

    id: uuid.UUID
    rule_set: str
    text: str
    as_of: dt.datetime
    since: dt.date | None
    output: str | None
    attempt: int


@dataclass(frozen=True)
class Progress:
    """What is being done, how much of it is, and of how much."""

    step: str
    done: int
    total: int


@dataclass(frozen=True)
class Ended:
    """What came of a simulation: JSON as `c360 rules simulate --json` has it, or what went wrong, in words.

    `against` is the number of the version that was in force beside it; None where none was. `progress` is how far it
    came.
    """

    result: str | None = None
    against: int | None = None
    problem: str | None = None
    progress: Progress | None = None


async def is_wanted(reads: Reads, now: dt.datetime) -> bool:
    """Whether there is something to do: one waits and none runs, or one that ran is lost."""
    found = await _UNENDED.rows(reads)
    running = [heard for state, heard in found if state is RuleSimulationState.RUNNING]
    return any(heard < now - ALIVE for heard in running) if running else bool(found)


async def take_next(session: AsyncSession, now: dt.datetime) -> Job | None:
    """Begin the one that waits longest; None where none waits, or one runs. What was lost waits again, once."""
    await _take_back(session, now)
    row = RuleSimulationRow
    if await session.scalar(sa.select(row.id).where(row.state == RuleSimulationState.RUNNING).limit(1)) is not None:
        return None
    waiting = sa.select(row).where(row.state == RuleSimulationState.WAITING).order_by(row.asked_at, row.id).limit(1)
    found = await session.scalar(waiting.with_for_update())
    if found is None:
        return None
    found.state, found.attempts = RuleSimulationState.RUNNING, found.attempts + 1
    found.started_at = found.heartbeat_at = now
    await session.flush()
    return Job(found.id, found.rule_set, found.text, found.as_of, found.since, found.output, found.attempts)


async def note_progress(session: AsyncSession, job: Job, now: dt.datetime, progress: Progress | None) -> bool:
    """Say that it still runs, and how far it is. False: it was stopped, or taken away, and shall run no more."""
    return await _change(session, job, heartbeat_at=now, **_told(progress))


async def end_job(session: AsyncSession, job: Job, now: dt.datetime, ended: Ended) -> bool:
    """Write what came of it. False: it was stopped meanwhile, or taken away, and what was found is dropped."""
    failed = ended.problem is not None
    version = RuleVersionRow
    against = sa.select(version.id).where(version.rule_set == job.rule_set, version.number == ended.against)
    return await _change(
        session,
        job,
        state=RuleSimulationState.FAILED if failed else RuleSimulationState.DONE,
        ended_at=now,
        problem=ended.problem,
        result=ended.result,
        against_id=None if failed else await session.scalar(against),
        **_told(ended.progress),
    )


async def give_back(session: AsyncSession, job: Job) -> None:
    """Let another server begin it anew, for this one stops in order: that attempt does not count."""
    await _change(session, job, attempts=job.attempt - 1, **_WAITING)


async def forget_simulations(session: AsyncSession, *, before: dt.datetime) -> int:
    """Throw those away that ended before an instant, and count them."""
    return await _count(session, sa.delete(RuleSimulationRow).where(_ROW.ended_at < before))


_WAITING: Final[dict[str, Any]] = {
    "state": RuleSimulationState.WAITING,
    **dict.fromkeys(("started_at", "heartbeat_at", "step", "done", "total")),
}
"""What a simulation is that has not begun."""


def _told(progress: Progress | None) -> dict[str, Any]:
    return {} if progress is None else {"step": progress.step, "done": progress.done, "total": progress.total}


async def _take_back(session: AsyncSession, now: dt.datetime) -> None:
    """What runs and was not heard of waits again; what that happened to before has failed."""
    lost = (_ROW.state == RuleSimulationState.RUNNING, _ROW.heartbeat_at < now - ALIVE)
    failed = {"state": RuleSimulationState.FAILED, "ended_at": now, "problem": LOST}
    changes = sa.update(RuleSimulationRow)
    await _count(session, changes.where(*lost, _ROW.attempts >= MOST_ATTEMPTS).values(failed))
    await _count(session, changes.where(*lost).values(_WAITING))


async def _change(session: AsyncSession, job: Job, **values: Any) -> bool:
    """Change a simulation that is still this attempt's own."""
    own = (_ROW.id == job.id, _ROW.state == RuleSimulationState.RUNNING, _ROW.attempts == job.attempt)
    return await _count(session, sa.update(RuleSimulationRow).where(*own).values(values)) == 1


async def _count(session: AsyncSession, statement: sa.Update | sa.Delete) -> int:
    """How many rows a statement changed."""
    connection = await session.connection()
    return (await connection.execute(statement)).rowcount
