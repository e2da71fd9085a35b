"""Writers that behave badly: they dawdle before and after the append, take their ids early, and change their minds."""

from __future__ import annotations

import asyncio
import random
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from outbox.event import EventKind
from outbox.log import Change, append
from outbox.outage import OUTAGES
from store.customer import CustomerRow
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer


@dataclass
class Habits:
    """How a writer behaves: chances of 0 to 1, and seconds."""

    rollback: float = 0.1
    hold: float = 0.01
    held: float = 0.4
    early: float = 0.3
    """How often a transaction has its id long before it locks the record that it changes."""
    pause: float = 0.005
    most: int = 4
    """Events of one transaction."""
    lazy: bool = False
    """Commits may be lost when the server crashes (PostgreSQL's synchronous_commit=off)."""


@dataclass
class Work:
    """What the writers of one test share: how many events are to be written, and how many have been."""

    records: Sequence[uuid.UUID]
    wanted: int
    written: int = 0
    failures: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        return self.written >= self.wanted or self.stopped.is_set()


async def records(database: Database, number: int) -> list[uuid.UUID]:
    """The records that are changed."""
    async with database.transaction() as session:
        return [(await add_customer(session)).id for _ in range(number)]


async def writer(database: Database, work: Work, seed: int, habits: Habits) -> None:
    """Write until there is enough; a cut connection is no reason to stop."""
    chance = random.Random(seed)
    while not work.over:
        try:
            number = await one_change(database, chance, habits, chance.choice(work.records))
            work.written += number
        except (DBAPIError, *OUTAGES):
            work.failures += 1
            await asyncio.sleep(0.1)


async def one_change(database: Database, chance: random.Random, habits: Habits, record: uuid.UUID) -> int:
    """One transaction: the record is locked and raised by some versions, each of which is an event."""
    on_postgresql = database.engine.dialect.name == "postgresql"
    number = chance.randint(1, habits.most)
    async with database.sessions() as session:
        if on_postgresql and habits.lazy:
            await session.execute(sa.text("SET LOCAL synchronous_commit = off"))
        if on_postgresql and chance.random() < habits.early:
            await session.execute(sa.text("SELECT txid_current()"))
            await asyncio.sleep(chance.random() * 0.02)
        raised = sa.update(CustomerRow).where(CustomerRow.id == record)
        statement = raised.values(version=CustomerRow.version + number).returning(CustomerRow.version)
        last = await session.scalar(statement)
        versions = range(last - number + 1, last + 1)
        kind = EventKind.CUSTOMER_UPDATED
        changes = [Change(kind, "Customer", record, {"version": version}) for version in versions]
        await append(session, changes, at=NOW, actor="torture")
        if on_postgresql:
            await asyncio.sleep(habits.held if chance.random() < habits.hold else chance.random() * habits.pause)
        if chance.random() < habits.rollback:
            await session.rollback()
            return 0
        await session.commit()
    return number


async def write_all(database: Database, work: Work, writers: int, habits: Habits) -> None:
    """Let them all write until there is enough."""
    await asyncio.gather(*(writer(database, work, seed, habits) for seed in range(writers)))


async def _as_a_process(url: str, wanted: int, seed: int) -> None:
    """What one of several writing processes does: the records that are there already are changed."""
    database = Database(url, pool_size=2)
    try:
        async with database.snapshot() as connection:
            known = list(await connection.scalars(sa.select(CustomerRow.id).order_by(CustomerRow.id)))
        await writer(database, Work(known, wanted), seed, Habits(hold=0))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(_as_a_process(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
