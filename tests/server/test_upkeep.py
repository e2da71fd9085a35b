"""Whether the process is ready: the database answers, its tables are ours, the event log is read, nobody stops it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from dataclasses import dataclass, field

import httpx
import pytest
import structlog

from outbox.tail import open_tail
from resolvers.reading import open_reads
from server.app import Application
from server.health import Health
from server.metrics import Metrics
from server.settings import Settings
from server.upkeep import LONGEST_LAG, NotReadyError, Upkeep
from store import schema_version
from tests.server.running import running
from tests.server.tiny import TinyService

pytestmark = pytest.mark.anyio


@pytest.fixture
async def upkeep(database, store_url):
    reads = await open_reads(store_url)
    async with open_tail(store_url) as tail:
        yield Upkeep(reads, database, tail, dt.timedelta(hours=72))
    await reads.close()


@dataclass
class LateTail:
    """A tail that has not been able to read for a while."""

    lag_seconds: float = LONGEST_LAG + 1


async def test_a_good_store_is_ready(upkeep):
    await upkeep.check()


async def test_tables_of_another_version_are_not_ready(upkeep):
    older = dataclasses.replace(upkeep, version="9999")

    with pytest.raises(NotReadyError, match="9999 is needed: run `c360 migrate`"):
        await older.check()


async def test_a_log_that_cannot_be_read_is_not_ready(upkeep):
    late = dataclasses.replace(upkeep, tail=LateTail())

    with pytest.raises(NotReadyError, match="event log could not be read for 31 s"):
        await late.check()


async def test_the_gauges_tell_what_holds(upkeep):
    metrics = Metrics()
    metrics.collect(upkeep.gauges)
    text = metrics.text().decode()

    assert 'c360_log_id{which="position"} 0.0' in text
    assert 'c360_log_reads{what="resyncs"} 0.0' in text
    assert 'c360_pool_connections{pool="write",state="in_use"} 0.0' in text
    assert 'c360_pool_connections{pool="read",state="in_use"} 0.0' in text


async def test_it_keeps_house(upkeep):
    metrics = Metrics()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(dataclasses.replace(upkeep, interval=0.01).run(metrics), 1.5)

    assert 'c360_housekeeping_rows_total{what="events"} 0.0' in metrics.text().decode()


async def test_the_newest_version_is_what_is_needed(upkeep):
    assert upkeep.version == schema_version.head()


@dataclass
class NotReady(TinyService):
    """Says why it is not ready."""

    ping_failure: Exception | None = field(default_factory=lambda: NotReadyError("The event log could not be read"))


def test_the_reason_is_told():
    with running(Application(Settings(), opener=NotReady().opened)) as url:
        response = httpx.get(f"{url}/readyz")
        alive = httpx.get(f"{url}/healthz")

    assert (response.status_code, alive.status_code) == (503, 200)
    assert response.json()["errors"][0]["message"] == "The event log could not be read"


def test_gauges_that_cannot_be_set_end_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr("server.health.REFRESH_SECONDS", 0.01)
    metrics = Metrics()
    calls = iter([OSError("disk full"), OSError("disk full"), asyncio.CancelledError()])

    def failing(_metrics):
        raise next(calls)

    metrics.collect(failing)
    with structlog.testing.capture_logs() as logged, pytest.raises(asyncio.CancelledError):
        asyncio.run(Health(metrics, key=None, headers={}).refresh())

    assert [each["event"] for each in logged] == ["metrics could not be refreshed"] * 2
