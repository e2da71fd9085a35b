"""Replaying: every recorded decision is made again of its recorded facts, by its version, and must be the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.decisions.making import outcome_of
from resolvers.decisions.records import COLUMNS, Record
from resolvers.rule_sets.versions import Version, known_version, read_version
from rules.engine.recording import facts_of, facts_text, fault_text, reasons_text, results_text, rows_text, unknown_of
from store.decision import DecisionRow
from store.lists import ListOf, member
from store.rule_version import RuleVersionRow
from store.session import Database
from store.types import Uid

CHUNK: Final = 1_000
"""Decisions that are in memory at once."""

SHOWN: Final = 20
"""Differences that are kept to be shown; all are counted."""


@dataclass(frozen=True)
class Difference:
    """A part of a decision that comes out otherwise than it is recorded."""

    decision_id: uuid.UUID
    rule_set: str
    version: int
    part: str
    recorded: str
    again: str


@dataclass
class Replayed:
    """How many decisions were made again, how many came out otherwise, and the first differences."""

    decisions: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, found: Sequence[Difference]) -> None:
        """Count one decision in, with what differs in it."""
        self.decisions += 1
        self.different += bool(found)
        self.differences += found[: SHOWN - len(self.differences)]


async def rule_sets_with_versions(database: Database) -> list[str]:
    """The names of the rule sets that there are, which alone can have decided."""
    names = sa.select(RuleVersionRow.rule_set).distinct().order_by(RuleVersionRow.rule_set)
    async with database.snapshot() as connection:
        return list(await connection.scalars(names))


async def count_decisions(database: Database, rule_set: str | None = None, since: dt.datetime | None = None) -> int:
    """How many decisions there are to replay."""
    counted = sa.select(sa.func.count()).select_from(DecisionRow).where(*_chosen(rule_set, since))
    async with database.snapshot() as connection:
        return await connection.scalar(counted) or 0


async def replay(
    database: Database,
    *,
    rule_set: str | None = None,
    since: dt.datetime | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Make the decisions again, of one rule set and from an instant on if they are given; `told` hears of each chunk.

    All of one snapshot: what is decided meanwhile is left out. Memory does not grow with their number.
    """
    row, found = DecisionRow, Replayed()
    chosen = sa.select(*COLUMNS).where(*_chosen(rule_set, since)).order_by(row.rule_set, row.decided_at, row.id)
    async with database.snapshot(idle_ms=0) as connection:
        rows = await connection.stream(chosen, execution_options={"yield_per": CHUNK})
        async for partition in rows.partitions(CHUNK):
            records = [Record(*each) for each in partition]
            versions = await _versions(connection, {record.version_id for record in records})
            for record in records:
                found.add(list(_differences(record, versions[record.version_id])))
            told(len(records))
    return found


def _chosen(rule_set: str | None, since: dt.datetime | None) -> Iterator[sa.ColumnElement[bool]]:
    if rule_set is not None:
        yield DecisionRow.rule_set == rule_set
    if since is not None:
        yield DecisionRow.decided_at >= since


async def _versions(connection: AsyncConnection, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Version]:
    """These versions; those that are not in memory are read in the snapshot."""
    known = {key: version for key in ids if (version := known_version(key)) is not None}
    table = RuleVersionRow.__table__
    wanted = member(table.c.id, sa.bindparam("ids", type_=ListOf(Uid())))
    if missing := sorted(ids - known.keys()):
        for row in (await connection.execute(sa.select(table).where(wanted), {"ids": missing})).mappings():
            known[row["id"]] = read_version(RuleVersionRow(**row))
    return known


def _differences(record: Record, version: Version) -> Iterator[Difference]:
    """What of a decision comes out otherwise; of facts that cannot be read, that they cannot."""
    try:
        again = _again(record, version)
    except Exception as error:  # noqa: BLE001 # whatever was done to the record, it is told and the replay goes on
        yield _difference(record, "facts", f"cannot be read: {type(error).__name__}: {error}")
        return
    for part, text in again.items():
        if text != getattr(record, part):
            yield _difference(record, part, text)


def _again(record: Record, version: Version) -> dict[str, Any]:
    """The texts of the decision as it comes out now."""
    inputs, unknown = version.rule_set.table.inputs, unknown_of(record.facts)
    facts = facts_of(inputs, record.facts)
    outcome = outcome_of(version, facts, unknown)
    return {
        "facts": facts_text(inputs, facts, unknown),
        "rows": rows_text(outcome),
        "results": results_text(outcome),
        "reasons": reasons_text(outcome),
        "fault": fault_text(outcome),
    }


def _difference(record: Record, part: str, again: str | None) -> Difference:
    recorded = getattr(record, part)
    return Difference(record.id, record.rule_set, record.version, part, recorded or "nothing", again or "nothing")
