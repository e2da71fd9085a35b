"""Broken files are published in turn while a thousand decisions a second run: all are refused, and nothing changes."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import run
from resolvers.decisions.grading import RULE_SET
from resolvers.decisions.making import Asking, decide_customers
from resolvers.generating import WorldPlan, generate_world
from resolvers.problems import Refused
from resolvers.rule_sets.library import Source, shipped
from resolvers.rule_sets.publishing import RuleVersionPublication, publish_rule_version
from resolvers.rule_sets.reviewing import RuleVersionApproval, approve_rule_version
from resolvers.rule_sets.submitting import RuleVersionDraft, submit_rule_version
from resolvers.rule_sets.versions import add_version, in_force
from rules.engine.problem import RuleFileError
from rules.engine.reference import Outcome
from rules.engine.rule_file import text_of_file
from store import schema_version
from store.customer import CustomerRow
from store.rule_version import RuleVersionStatus
from store.session import Database
from tests.bench.cluster import running
from tests.bench.rules_book import AT
from tests.bench.rules_broken_files import Broken, broken_files

CUSTOMERS, BATCH, PACE = 2_000, 100, 1_100
"""Of the world; decisions of one transaction; decisions that are asked for in a second, a few more than must be."""

EVERY = 0.4
"""Seconds from one file to the next, at the least."""

READING = "read"
ASKING = Asking("bench", AT)


@dataclass
class Decisions:
    """What came of the decisions that ran meanwhile. Times are in seconds."""

    made: int = 0
    failed: int = 0
    changed: int = 0
    """Otherwise than before."""
    seconds: float = 0.0
    longest: float = 0.0
    """From when a batch was due until it was written down."""

    @property
    def rate(self) -> float:
        """How many were made in a second."""
        return self.made / self.seconds


@dataclass
class Found:
    """What came of the files on one store: the steps that refused them, and which were not refused at all."""

    store: str
    refused: dict[str, int] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)

    def refuse(self, step: str) -> None:
        """Count a file that this step refused."""
        self.refused[step] = self.refused.get(step, 0) + 1


def measured() -> list[Found]:
    """Publish every file on each store."""
    with _stores() as urls:
        return [asyncio.run(_measured(name, url)) for name, url in urls.items()]


@contextlib.contextmanager
def _stores() -> Iterator[dict[str, str]]:
    with running() as cluster, tempfile.TemporaryDirectory(prefix="c360-broken-") as folder:
        dsn = cluster.recreate("c360_bench_broken")
        try:
            yield {
                "PostgreSQL": dsn.replace("postgresql:", "postgresql+asyncpg:"),
                "SQLite": f"sqlite+aiosqlite:///{folder}/broken.db",
            }
        finally:
            cluster.run("DROP DATABASE c360_bench_broken WITH (FORCE)")


async def _measured(store: str, url: str) -> Found:
    await schema_version.upgrade(url)
    database, found = Database(url), Found(store)
    try:
        await generate_world(database, WorldPlan(CUSTOMERS, AT, 1, 10.0), at=AT)
        deciding = Deciding(database, found.decisions, await _before(database))
        running_on = asyncio.create_task(deciding.go_on())
        await _publish_all(database, found)
        deciding.is_over = True
        await running_on
    finally:
        await database.close()
    return found


async def _before(database: Database) -> Mapping[uuid.UUID, Outcome]:
    """What is decided about each customer by what ships."""
    async with database.transaction() as session:
        ids = (await session.scalars(sa.select(CustomerRow.id).order_by(CustomerRow.id))).all()
        version = await in_force(session, RULE_SET, AT)
        decided = await decide_customers(session, version, ASKING, ids)
    return {one.customer_id: one.outcome for one in decided}


class Deciding:
    """Decides about all customers again and again, at its pace, by whatever is in force."""

    def __init__(self, database: Database, found: Decisions, before: Mapping[uuid.UUID, Outcome]) -> None:
        self._database, self._found, self._before = database, found, before
        self._batches = [sorted(before)[start : start + BATCH] for start in range(0, len(before), BATCH)]
        self.is_over = False

    async def go_on(self) -> None:
        """Until it is over."""
        began, number = time.monotonic(), 0
        while not self.is_over:
            due = began + number * BATCH / PACE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._decide(self._batches[number % len(self._batches)])
            self._found.longest = max(self._found.longest, time.monotonic() - due)
            number += 1
        self._found.seconds = time.monotonic() - began

    async def _decide(self, ids: list[uuid.UUID]) -> None:
        try:
            async with self._database.transaction() as session:
                version = await in_force(session, RULE_SET, AT)
                decided = await decide_customers(session, version, ASKING, ids)
        except Exception as error:  # noqa: BLE001 # whatever it is, it is counted
            print(f"decisions failed: {error!r}")
            self._found.failed += len(ids)
            return
        self._found.made += len(decided)
        self._found.failed += len(ids) - len(decided)
        self._found.changed += sum(one.outcome != self._before[one.customer_id] for one in decided)


async def _publish_all(database: Database, found: Found) -> None:
    with tempfile.TemporaryDirectory(prefix="c360-files-") as folder:
        for broken in broken_files():
            began = time.monotonic()
            await _publish(database, found, Path(folder), broken)
            await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))


async def _publish(database: Database, found: Found, folder: Path, broken: Broken) -> None:
    """Submit, approve and publish a file; and once more as if it had been approved long ago, by an older program."""
    try:
        source = await asyncio.to_thread(_read, folder, broken)
    except RuleFileError:
        found.refuse(READING)
        return
    step = await _step_that_refuses(database, source)
    if step is None or not await _is_refused_on_record(database, source):
        found.accepted.append(broken.what)
    else:
        found.refuse(step)


def _read(folder: Path, broken: Broken) -> Source:
    """The texts of both files, as `c360 rules submit` reads them."""
    rules, cases = folder / "grading.yaml", folder / "grading_test.yaml"
    rules.write_bytes(broken.text)
    cases.write_bytes(broken.cases)
    return Source(RULE_SET, text_of_file(rules), text_of_file(cases))


async def _step_that_refuses(database: Database, source: Source) -> str | None:
    step = "submitted"
    try:
        key = await run(database, _who("ann"), AT, submit_rule_version, RuleVersionDraft(source.text, source.cases))
        step = "approved"
        await run(database, _who("bob"), AT, approve_rule_version, RuleVersionApproval(key))
        step = "published"
        await run(database, _who("ann"), AT, publish_rule_version, RuleVersionPublication(key))
    except Refused:
        return step
    return None


async def _is_refused_on_record(database: Database, source: Source) -> bool:
    if "\0" in source.text:  # no store holds it
        return True
    async with database.transaction() as session:
        said = shipped()[RULE_SET].rule_set()
        approved = RuleVersionStatus.APPROVED
        row = await add_version(session, source, said, status=approved, by="ann", now=AT, note=None)
    try:
        await run(database, _who("ann"), AT, publish_rule_version, RuleVersionPublication(row.id))
    except Refused:
        return True
    return False


def _who(name: str) -> Subject:
    return Subject(name, Role.ANALYST, Clearance.INTERNAL, Scope.ALL)
