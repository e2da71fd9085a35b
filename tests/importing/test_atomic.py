"""A store that fails half-way keeps nothing of a file, and one that only lost a race is tried again."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from outbox.event import LogEventRow
from outbox.log import MAX_CHANGES
from store.customer import CustomerRow
from store.session import Database
from tests.importing.running import FILES, SHIPPED

pytestmark = pytest.mark.anyio

FAIL = {
    "sqlite": (
        """CREATE TRIGGER disk_full BEFORE INSERT ON ticket_event WHEN new.kind = 'CLOSED'
        BEGIN SELECT RAISE(ABORT, 'disk full'); END""",
    ),
    "postgresql": (
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$",
        """CREATE TRIGGER disk_full BEFORE INSERT ON ticket_event FOR EACH ROW WHEN (new.kind = 'CLOSED')
        EXECUTE FUNCTION disk_full()""",
    ),
}
MEND = {
    "sqlite": ("DROP TRIGGER disk_full",),
    "postgresql": ("DROP FUNCTION disk_full CASCADE",),
}
LOSE_ONCE = {
    "sqlite": (),  # one writer at a time: there is no race to lose
    "postgresql": (
        "CREATE SEQUENCE attempts",
        """CREATE FUNCTION lose_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('attempts') < 2 THEN RAISE EXCEPTION USING ERRCODE = '40P01'; END IF; RETURN NULL; END $$""",
        "CREATE TRIGGER lose_once AFTER INSERT ON ticket FOR EACH STATEMENT EXECUTE FUNCTION lose_once()",
    ),
}
WIN = {"sqlite": (), "postgresql": ("DROP FUNCTION lose_once CASCADE", "DROP SEQUENCE attempts")}


async def execute(database: Database, statements: dict[str, tuple[str, ...]]) -> None:
    async with database.engine.begin() as connection:
        for statement in statements[database.engine.dialect.name]:
            await connection.exec_driver_sql(statement)


async def test_when_the_store_fails_in_the_middle_nothing_stays(desk):
    await execute(desk.database, FAIL)
    try:
        with pytest.raises(DBAPIError, match="disk full"):
            await desk.file("servicenow", SHIPPED / FILES["servicenow"])
        left = await desk.counts()
    finally:
        await execute(desk.database, MEND)

    assert left == {}
    assert (await desk.file("servicenow", SHIPPED / FILES["servicenow"])).counts["ticket"].created == 127


async def test_what_loses_a_race_is_written_again_and_counted_once(desk):
    await execute(desk.database, LOSE_ONCE)
    rows = [*(SHIPPED / FILES["cfpb"]).read_text("utf-8").splitlines()[:20], "broken"]
    try:
        report = await desk.text("cfpb", "\n".join(rows) + "\n")
    finally:
        await execute(desk.database, WIN)

    assert (report.counts["ticket"].read, report.counts["ticket"].created, report.rows_refused) == (20, 19, 1)
    assert len(desk.refused()) == 1
    counts = await desk.counts()
    assert counts["log_event"] == counts["ticket"] + counts["customer"]


async def test_one_event_tells_of_each_record_and_all_of_the_same_moment(desk, now):
    report = await desk.file("online-retail", SHIPPED / FILES["online-retail"])
    await desk.file("cfpb", SHIPPED / FILES["cfpb"], now=now + dt.timedelta(hours=1))

    kinds = sa.select(LogEventRow.kind, LogEventRow.actor, LogEventRow.at, sa.func.count())
    found = await desk.rows(kinds.group_by(LogEventRow.kind, LogEventRow.actor, LogEventRow.at))
    assert {tuple(row) for row in found} == {
        ("ledger.entered", "import:online-retail", now, report.counts["ledger entry"].created),
        ("customer.created", "import:online-retail", now, report.counts["customer"].created),
        ("ticket.opened", "import:cfpb", now + dt.timedelta(hours=1), 646),
        ("customer.created", "import:cfpb", now + dt.timedelta(hours=1), 27),
    }


async def test_events_hold_codes_and_ids_and_no_names(desk):
    await desk.file("servicenow", SHIPPED / FILES["servicenow"])

    told: dict[str, set[str]] = {}
    for row in await desk.rows(sa.select(LogEventRow.kind, LogEventRow.data)):
        told.setdefault(row.kind, set()).update(row.data)
    assert told == {
        "department.created": {"number", "parentId"},
        "staff.created": {"number"},
        "customer.created": {"code", "departmentId"},
        "ticket.opened": {"number", "customerId", "departmentId", "kind", "severity"},
        "interaction.recorded": {"customerId", "kind", "channel", "staffId"},
    }


async def test_more_events_than_one_append_takes_are_all_told(desk):
    rows = "".join(f"C-{number},PERSON,Person {number}\n" for number in range(MAX_CHANGES + 10))

    report = await desk.text("customers", "code,kind,name\n" + rows)

    assert report.changes == MAX_CHANGES + 10
    assert await desk.one(sa.select(sa.func.count()).select_from(LogEventRow)) == (MAX_CHANGES + 10,)


async def test_progress_hears_of_every_byte_and_every_record(desk):
    heard: list[tuple[str, int, int]] = []
    file = SHIPPED / FILES["cdnow"]

    report = await desk.file("cdnow", file, progress=lambda *said: heard.append(said))

    size, records = file.stat().st_size, 606 * 2 + 18
    assert {(stage, total) for stage, _, total in heard} == {("reading", size), ("writing", records)}
    assert sum(amount for stage, amount, _ in heard if stage == "reading") == size
    assert sum(amount for stage, amount, _ in heard if stage == "writing") == records == report.changes
    assert await desk.one(sa.select(sa.func.count()).select_from(CustomerRow)) == (18,)
