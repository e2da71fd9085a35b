"""`c360 log` and the doctor's look at the log, as whoever runs the service uses them."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest
import sqlalchemy as sa

from outbox.checking import Holder, LogStatus
from server.checks.event_log import event_log, keeping_up
from server.checks.finding import Status
from server.settings import load_settings
from tests.outbox.events import write_versions
from tests.server.running_cli import c360, start
from tests.stores import opened

STATUS = LogStatus(epoch="abcd1234", floor=0, events=9, first=1, last=9, horizon=3, head=9, keys=1)


def written(url: str, *numbers: int) -> None:
    async def write() -> None:
        async with opened(url) as database:
            await write_versions(database, *numbers)

    asyncio.run(write())


@pytest.fixture
def log(capsys, store_url):
    def run(*arguments: str):
        return c360(capsys, "log", *arguments, "--database", store_url)

    return run


def test_status_says_where_the_log_stands(log, store_url):
    assert "events   none" in log("status").out
    written(store_url, 1, 2, 3)

    assert "events   3, from 1 to 3" in log("status").out
    told = json.loads(log("status", "--json").out)
    assert {name: told[name] for name in ("events", "first", "last", "horizon", "head", "holders")} == {
        "events": 3,
        "first": 1,
        "last": 3,
        "horizon": 3,
        "head": 3,
        "holders": [],
    }


def test_verify_says_what_is_wrong_and_ends_with_1(log, store_url):
    written(store_url, 1, 2, 3)
    assert log("verify") == (0, "the event log is whole\n", "")

    async def spoil(floor: int) -> None:
        async with opened(store_url) as database, database.transaction() as session:
            await session.execute(sa.text(f"UPDATE log_meta SET floor = {floor}"))

    asyncio.run(spoil(2))
    found = log("verify")
    asyncio.run(spoil(0))
    assert found.code == 1
    assert "floor is 2" in found.out


def test_trim_takes_what_is_old(log, store_url):
    written(store_url, 1, 2, 3)  # of a day in 2026 that is past, or not yet: the newest stays anyway

    found = log("trim", "--older-than", "1")

    assert found.code == 0
    assert "trimmed up to" in found.out
    assert log("trim", "--older-than", "0").code == 2


def test_a_new_epoch_and_a_new_key_are_made(log, store_url):
    before = json.loads(log("status", "--json").out)
    assert "readers are told to begin anew" in log("new-epoch").out
    assert "key 2 signs cursors" in log("rotate-key").out
    after = json.loads(log("status", "--json").out)

    assert after["epoch"] != before["epoch"]
    assert (before["keys"], after["keys"]) == (1, 2)

    async def forget() -> None:
        async with opened(store_url) as database, database.transaction() as session:
            await session.execute(sa.text("DELETE FROM log_key WHERE number = 2"))

    asyncio.run(forget())


def test_tail_prints_what_was_and_goes_on_from_a_cursor(log, store_url):
    written(store_url, 1, 2, 3)

    lines = [json.loads(line) for line in log("tail", "--replay", "--limit", "3", "--json").out.splitlines()]
    assert [line["data"]["version"] for line in lines] == [1, 2, 3]
    [line] = log("tail", "--after", lines[1]["cursor"], "--limit", "1").out.splitlines()
    assert line.startswith("3 2026-03-02T09:00:00+00:00 customer.updated ")


def test_tail_says_which_cursors_lead_nowhere(log, store_url):
    written(store_url, 1)
    cursor = json.loads(log("tail", "--replay", "--limit", "1", "--json").out)["cursor"]

    assert "no cursor of the event log" in log("tail", "--after", "anything").err
    assert log("tail", "--after", cursor, "--replay").code == 2
    log("new-epoch")
    found = log("tail", "--after", cursor)
    assert found.code == 1
    assert "begin anew with --replay" in found.err


def test_tail_prints_what_happens(store_url, tmp_path):
    process = start("log", "tail", "--limit", "1", "--database", store_url, cwd=tmp_path)
    timer = threading.Timer(60, process.kill)
    timer.start()
    try:
        while process.poll() is None:
            written(store_url, 1)
            time.sleep(0.2)
        out, err = process.communicate()
    finally:
        timer.cancel()

    assert (process.returncode, err) == (0, "")
    assert " customer.updated " in out


def test_the_doctor_names_a_transaction_that_holds_readers_back():
    holder = Holder(pid=4711, bound=4, seconds=12.4, state="idle in transaction", program="psql")
    found = keeping_up(STATUS, [holder])

    assert found.status is Status.WARN
    assert "wait at 3, 6 ids behind, for process 4711 of PostgreSQL (psql, idle in transaction)" in found.found
    assert "open for 12 s" in found.found
    assert "pg_terminate_backend(4711)" in found.cure


def test_the_doctor_does_not_mind_a_transaction_that_is_about_to_end():
    holder = Holder(pid=4711, bound=4, seconds=0.4, state="active", program="customer360")
    assert keeping_up(STATUS, [holder]).status is Status.OK
    assert keeping_up(STATUS, []).found == "9 events, readable up to 3 of 9"


def test_the_doctor_looks_at_the_log(store_url):
    written(store_url, 1, 2)

    [found] = event_log(load_settings(database_url=store_url))

    assert (found.status, found.found) == (Status.OK, "2 events, readable up to 2 of 2")


def test_the_doctor_says_when_the_log_cannot_be_looked_at():
    [found] = event_log(load_settings(database_url="postgresql+asyncpg://postgres@127.0.0.1:1/none"))

    assert found.status is Status.FAIL
