"""Facts as of a ticket's opening, gathered afterwards, are those on which its service level was decided live."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
import sqlalchemy as sa

from resolvers.facts.gathering import UnknownFactError
from resolvers.facts.network import GROUP_EXPOSURE
from resolvers.facts.opening import gather_openings
from resolvers.ticket import TicketDraft, open_ticket
from rules.engine.recording import facts_of, unknown_of
from rules.facts.vocabulary import Subject, vocabulary
from store.decision import DecisionRow
from store.grade import Grade
from store.interaction import Channel
from store.session import Database
from store.ticket import Severity, TicketKind, TicketRow, TicketStatus
from tests.acting.worlds import do
from tests.commands.probes import statements
from tests.decisions.worlds import publish
from tests.factories import NOW
from tests.factories.credit import add_credit_account
from tests.factories.customer import add_customer
from tests.factories.grade import add_grade_period
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket
from tests.facts.test_customer_facts import DAY, random_life

pytestmark = pytest.mark.anyio

KEPT_BY_THE_TICKET = ("severity", "ticket_status", "reopen_count", "transfer_count", "is_disputed")
"""Facts of which no history is kept, but which are known of a ticket that is opened."""

FACTS = {name: fact for name, fact in vocabulary().about(Subject.TICKET).items() if name != GROUP_EXPOSURE}


def that_reads_everything() -> str:
    """A service level whose decisions record every fact."""
    names = list(FACTS)
    return f"""\
rule_set: service_level
title: {{zh: 全, en: All}}
owner: nobody
about: ticket
reads: [{", ".join(names)}]
outputs: {{level: {{type: enum, values: [emergency, priority, standard, basic]}}}}
hit_policy: FIRST
table: |
  | row | {" | ".join(names)} | => level |
  | all | {" | ".join("-" for _ in names)} | basic |
"""


async def opened(database: Database, customer_id: uuid.UUID, now: dt.datetime, chance: random.Random) -> uuid.UUID:
    how = {"kind": chance.choice(list(TicketKind)), "severity": chance.choice(list(Severity))}
    draft = TicketDraft(customer_id, channel=chance.choice(list(Channel)), subject="It leaks", **how)
    return await do(database, open_ticket, draft, now=now)


async def changed_since(database: Database, chance: random.Random) -> None:
    """What happens to tickets after they were opened."""
    async with database.transaction() as session:
        for row in await session.scalars(sa.select(TicketRow)):
            row.severity, row.reopen_count, row.transfer_count = chance.choice(list(Severity)), 2, 3
            if chance.random() < 0.5 and row.status is TicketStatus.NEW:
                row.status, row.resolved_at = TicketStatus.RESOLVED, NOW + chance.randint(1, 50) * DAY


@pytest.mark.parametrize("seed", range(3))
async def test_they_are_those_of_the_live_decision(database, seed):
    chance = random.Random(seed)
    await publish(database, that_reads_everything(), "service_level")
    async with database.transaction() as session:
        lives = [await random_life(session, chance) for _ in range(8)]
        for life in lives[:4]:
            await add_credit_account(session, life.customer)
            await add_grade_period(session, life.customer, Grade.KEY, since=NOW - 600 * DAY, until=NOW - 300 * DAY)
            await add_grade_period(session, life.customer, Grade.VIP, since=NOW - 300 * DAY)
        odd = await add_customer(session, currency="BHD")
        await add_entry(session, odd)
    owners = [*(life.customer for life in lives), odd]
    days = sorted(chance.choice([*range(0, 900, 30), *range(900)]) for _ in range(30))
    ids = [await opened(database, chance.choice(owners).id, NOW - (900 - day) * DAY, chance) for day in days]
    await changed_since(database, chance)

    async with database.snapshot() as connection:
        found = await gather_openings(connection, list(FACTS), ids)
        records = (await connection.execute(sa.select(DecisionRow.__table__))).all()

    assert found.ids == sorted(ids)
    told, decided = dict(found.each()), {row.subject_id: row for row in records}
    known = [name for name, fact in FACTS.items() if fact.has_history or name in KEPT_BY_THE_TICKET]
    columns = [FACTS[name].column for name in known]
    for key in ids:
        recorded = facts_of(columns, decided[key].facts)
        assert {name: told[key][name] for name in known} == recorded
        assert found.faults.get(key) == unknown_of(decided[key].facts)
    assert dict(zip(found.ids, found.customers, strict=True)) == {row.subject_id: row.customer_id for row in records}


async def test_however_many_there_are_it_takes_two_statements(database):
    async with database.transaction() as session:
        customers = [await add_customer(session) for _ in range(3)]
        tickets = [await add_ticket(session, customers[n % 3], opened_at=NOW - n * DAY) for n in range(40)]

    async with database.snapshot() as connection:
        await connection.execute(sa.select(1))
        with statements(database) as told:
            few = await gather_openings(connection, list(FACTS), [tickets[0].id])
            assert len(told) == 2
            many = await gather_openings(connection, list(FACTS), [one.id for one in tickets])

    assert (len(few.ids), len(many.ids), len(told)) == (1, 40, 4)


async def test_facts_of_the_ticket_alone_need_no_customer(database):
    async with database.transaction() as session:
        ticket = await add_ticket(session, await add_customer(session), kind=TicketKind.FAULT)

    async with database.snapshot() as connection:
        found = await gather_openings(connection, ["ticket_kind"], [ticket.id])

    assert (found.columns, found.customers) == ({"ticket_kind": ["FAULT"]}, [ticket.customer_id])


async def test_what_the_store_does_not_tell_is_refused(database):
    async with database.snapshot() as connection:
        with pytest.raises(UnknownFactError, match="group_exposure about customers"):
            await gather_openings(connection, [GROUP_EXPOSURE], [])
