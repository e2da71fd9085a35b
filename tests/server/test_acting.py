"""Rules act by themselves while the server runs, and when somebody asks for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest
import structlog

from graph.relational import RelationalGraph
from outbox.tail import open_tail
from resolvers.acting import rounds
from resolvers.acting.duties import settle
from resolvers.acting.rounds import is_looked_at
from resolvers.reading import open_reads
from server.acting import Acting
from server.metrics import Metrics
from server.upkeep import Upkeep
from store.duty import DutyKind, DutyRow
from store.escalation import EscalationRow
from store.rule_look import RuleLookRow
from store.session import Database
from store.ticket import Severity, TicketKind
from tests.acting.worlds import add_service, rows_of
from tests.decisions.worlds import buyer
from tests.factories import NOW, TODAY
from tests.factories.ticket import add_ticket
from tests.server.running_cli import c360

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


@pytest.fixture
async def acting(store_url):
    reads = await open_reads(store_url)
    clock = {"now": NOW}

    async def once(days: int = 0):
        clock["now"] = NOW + days * DAY
        return await Acting(store_url, RelationalGraph(reads), clock=lambda: clock["now"]).once()

    yield once
    await reads.close()


async def major_fault(database) -> None:
    async with database.transaction() as session:
        service = await add_service(session)
        major = {"kind": TicketKind.FAULT, "severity": Severity.CRITICAL, "department_id": service.department.id}
        await add_ticket(session, service.customer, **major)


async def test_tickets_are_looked_at_each_time_and_the_book_once_a_day(database, acting):
    first = await buyer(database, 100)
    await acting()
    second = await buyer(database, 100)
    await major_fault(database)

    found = await acting()

    visits = await rows_of(database, DutyRow, DutyRow.kind == DutyKind.RETURN_VISIT)
    assert (found.escalated, found.opened.total()) == (3, 0)
    assert [one.customer_id for one in visits] == [first.id]

    await acting(days=1)
    visits = await rows_of(database, DutyRow, DutyRow.kind == DutyKind.RETURN_VISIT)
    assert {one.customer_id for one in visits} == {first.id, second.id}
    assert await is_looked_at(database, TODAY)
    assert [row.day for row in await rows_of(database, RuleLookRow)] == [TODAY, TODAY + DAY]


async def test_two_processes_do_not_do_it_twice(database, acting):
    await major_fault(database)

    await asyncio.gather(*(acting() for _ in range(4)))

    assert len(await rows_of(database, EscalationRow)) == 3


async def test_what_fails_is_told_and_keeps_nothing_else_back(database, acting, monkeypatch):
    birthday = {"birthday": dt.date(1980, 3, 2), "kind": "PERSON"}
    await buyer(database, 100, **birthday)

    async def fail_at_visits(unit, rules, pairs):
        if rules.kind is DutyKind.RETURN_VISIT:
            raise OSError("the disk is full")
        return await settle(unit, rules, pairs)

    monkeypatch.setattr(rounds, "settle", fail_at_visits)
    with structlog.testing.capture_logs() as logged:
        found = await acting()

    assert (found.failed, found.opened["CARE"], found.opened["RETURN_VISIT"]) == (1, 1, 0)
    assert [one["rule_set"] for one in logged if one["log_level"] == "error"] == ["return_visit"]
    monkeypatch.undo()
    assert (await acting(days=1)).opened["RETURN_VISIT"] == 1


async def test_the_upkeep_acts_and_counts(database, store_url):
    await major_fault(database)
    reads, metrics = await open_reads(store_url), Metrics()
    async with open_tail(store_url) as tail:
        upkeep = Upkeep(reads, database, tail, dt.timedelta(hours=72), acting=0.01)
        running = asyncio.create_task(upkeep.run(metrics))
        async with asyncio.timeout(60):
            while 'c360_acts_total{what="escalated"} 3.0' not in metrics.text().decode():  # noqa: ASYNC110 # a counter
                await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await reads.close()


def test_somebody_asks_for_it(store_url, capsys, monkeypatch):
    monkeypatch.setenv("C360_DATABASE_URL", store_url)
    asyncio.run(_with_a_buyer(store_url))

    shown = c360(capsys, "rules", "act")
    again = c360(capsys, "rules", "act", "--json")

    assert (shown.code, again.code) == (0, 0), shown.err
    assert "return visits 定期回访" in shown.out
    assert json.loads(again.out) == {"escalated": 0, "proposed": 0, "opened": {}, "settled": {}, "failed": 0}


async def _with_a_buyer(url: str) -> None:
    database = Database(url)
    await buyer(database, 100)
    await database.close()
