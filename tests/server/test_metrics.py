"""Metrics: what is counted, that clients cannot blow them up, who may read them, and that workers add up."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.app import Application
from server.metrics import MAX_CODES, MAX_NAMES, Metrics
from server.settings import Settings
from tests.server.processes import AS_MANAGER, KEY, both_serving, serving, until
from tests.server.running import running
from tests.server.running_cli import c360
from tests.server.tiny import TinyService

BEARER = {"authorization": f"Bearer {KEY}"}


def samples(text: str) -> dict[tuple, float]:
    """Every number by its name and labels (`le` and `pid` apart)."""
    return {
        (sample.name, *sorted(pair for pair in sample.labels.items() if pair[0] != "pid")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "le" not in sample.labels
    }


def told(metrics: Metrics) -> dict[tuple, float]:
    return samples(metrics.text().decode())


def observe(metrics: Metrics, **more) -> None:
    usual = {"kind": "query", "name": "View", "way": "direct", "outcome": "ok", "codes": (), "seconds": 0.02, "cost": 7}
    metrics.observed(**usual | more)


def test_a_request_is_counted():
    metrics = Metrics()
    observe(metrics)
    observe(metrics, seconds=0.03, outcome="errors", codes=("INTERNAL", "INTERNAL"))

    found = told(metrics)

    labels = (("kind", "query"), ("outcome", "ok"), ("way", "direct"))
    assert found["c360_request_seconds_count", *labels] == 1
    assert found["c360_request_seconds_sum", *labels] == pytest.approx(0.02)
    assert found["c360_operations_total", ("operation", "View"), ("outcome", "errors")] == 1
    assert found["c360_operation_seconds_total", ("operation", "View")] == pytest.approx(0.05)
    assert found["c360_cost_points_total",] == 14
    assert found["c360_errors_total", ("code", "INTERNAL")] == 2


def test_names_that_clients_make_up_are_few():
    metrics = Metrics()
    metrics.know(["Ours"])
    for number in range(500):
        observe(metrics, name=f"Made{number}", codes=(f"CODE{number}",))
    observe(metrics, name="Ours")

    found = told(metrics)
    operations = [key for key in found if key[0] == "c360_operations_total"]
    codes = [key for key in found if key[0] == "c360_errors_total"]
    assert len(operations) == MAX_NAMES + 2
    assert found["c360_operations_total", ("operation", "other"), ("outcome", "ok")] == 500 - MAX_NAMES
    assert found["c360_operations_total", ("operation", "Ours"), ("outcome", "ok")] == 1
    assert len(codes) == MAX_CODES + 1


def test_what_is_refused_uses_no_names_up():
    metrics = Metrics()
    for number in range(500):
        observe(metrics, name=f"Made{number}", outcome="refused", way=None, codes=("LIMIT_DEPTH",))
    observe(metrics, name="Real")

    found = told(metrics)
    assert found["c360_operations_total", ("operation", "Real"), ("outcome", "ok")] == 1
    assert found["c360_operations_total", ("operation", "none"), ("outcome", "refused")] == 500


def test_sockets_and_subscriptions_are_counted():
    metrics = Metrics()
    metrics.sockets.inc()
    metrics.subscriptions.inc(2)
    metrics.updates.inc(5)
    metrics.socket_closed(4403)

    found = told(metrics)
    assert found["c360_sockets_open",] == 1
    assert found["c360_subscriptions_running",] == 2
    assert found["c360_updates_delivered_total",] == 5
    assert found["c360_socket_closes_total", ("code", "4403")] == 1


def test_gauges_are_as_of_now():
    metrics = Metrics()
    numbers = iter([1, 2])
    metrics.collect(lambda all_of_them: all_of_them.log_lag.set(next(numbers)))

    assert told(metrics)["c360_log_lag_seconds",] == 1
    assert told(metrics)["c360_log_lag_seconds",] == 2


def test_the_process_is_looked_at():
    found = told(Metrics())

    assert 20_000_000 < found["c360_process_resident_bytes",] < 4_000_000_000
    assert found["c360_process_cpu_seconds",] > 0


def test_counting_is_quick():
    metrics = Metrics()
    observe(metrics)
    began = time.perf_counter()
    for _ in range(10_000):
        observe(metrics)

    assert (time.perf_counter() - began) / 10_000 < 100e-6


@pytest.fixture(scope="module")
def keyed() -> Iterator[str]:
    with running(Application(Settings(metrics_key=KEY), opener=TinyService().opened)) as url:
        yield url


def test_whoever_has_the_key_reads_them(keyed):
    httpx.post(f"{keyed}/graphql", json={"query": "{ echo }"})
    response = httpx.get(f"{keyed}/metrics", headers=BEARER)

    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert response.headers["cache-control"] == "no-store"
    assert any(key[0] == "c360_request_seconds_count" for key in samples(response.text))


@pytest.mark.parametrize("given", [None, "", "Bearer", f"Basic {KEY}", f"Bearer {KEY}x", KEY, "Bearer ü"])
def test_without_the_key_they_are_refused(keyed, given):
    headers = {} if given is None else {"authorization": given.encode()}
    response = httpx.get(f"{keyed}/metrics", headers=headers)

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert "c360_" not in response.text.replace("C360_METRICS_KEY", "")


def test_without_a_key_in_the_settings_there_are_none():
    with running(Application(Settings(), opener=TinyService().opened)) as url:
        assert httpx.get(f"{url}/metrics", headers=BEARER).status_code == 404


def test_the_numbers_of_all_workers_add_up(capsys, tmp_path):
    c360(capsys, "migrate")
    with serving(tmp_path, workers=2) as (process, port, log):
        both_serving(log)
        url = f"http://127.0.0.1:{port}"
        for number in range(60):  # each on a connection of its own, so that both workers get some
            query = {"query": "query Sum { viewer { role } }" if number % 3 else "query Sum { viewer { nothing } }"}
            httpx.post(f"{url}/graphql", json=query, headers=AS_MANAGER)
        refreshed = {}

        def both_told() -> bool:
            text = httpx.get(f"{url}/metrics", headers=BEARER).text
            refreshed.update(samples(text))
            return text.count("c360_process_resident_bytes{") == 2

        until(both_told)
        again = samples(httpx.get(f"{url}/metrics", headers=BEARER).text)
        process.terminate()
        assert process.wait(20) == 0

    for found in (refreshed, again):
        assert found["c360_operations_total", ("operation", "Sum"), ("outcome", "ok")] == 40
        assert found["c360_operations_total", ("operation", "none"), ("outcome", "refused")] == 20
        assert found["c360_pool_connections", ("pool", "read"), ("state", "most")] == 8
        assert 0 <= found["c360_log_lag_seconds",] < 30
        assert found["c360_log_id", ("which", "position")] == 0


def test_the_event_log_and_the_pools_are_told_of(store_url, tmp_path):
    with serving(tmp_path, C360_DATABASE_URL=store_url) as (_process, port, _log):
        found = samples(httpx.get(f"http://127.0.0.1:{port}/metrics", headers=BEARER).text)

    assert {key[1][1] for key in found if key[0] == "c360_log_id"} == {"head", "horizon", "position", "floor"}
    assert found["c360_log_reads", ("what", "looks")] >= 1
    assert {key[1][1] for key in found if key[0] == "c360_pool_connections"} == (
        {"read", "write"} if "sqlite" in store_url else {"read", "read_replanning", "write"}
    )
