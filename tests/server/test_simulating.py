"""Simulations that are asked for over HTTP are run by the server: beside all else, once, to their end or to a stop."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from resolvers.decisions.simulation_jobs import ALIVE, LOST, Ended, Progress, end_job, note_progress, take_next
from resolvers.reading import open_reads
from resolvers.rule_sets.library import shipped
from server import simulating, simulator
from server.app import Application
from server.housekeeping import Done, Housekeeping
from server.settings import Settings
from server.simulating import Simulating, Simulator
from server.simulator import answered
from store.base import new_id
from store.rule_simulation import RuleSimulationRow, RuleSimulationState
from tests.decisions.worlds import buyer
from tests.factories import NOW
from tests.factories.customer import add_crowd
from tests.server.processes import KEY, until
from tests.server.running import running
from tests.server.running_cli import c360
from tests.server.simulations import LOWER, START, Analyst
from tests.server.torture.process import ServerProcess
from tests.stores import opened

pytestmark = pytest.mark.anyio

AS_MANAGER = {"x-c360-role": "manager"}
LONG_AGO = "2016-03-02"
CROWD = 1_000
RUNNING = frozenset({"RUNNING"})


def settings_of(url: str, **values: Any) -> Settings:
    common = {"trust_subject_headers": True, "rate_points": 0, "grading_seconds": 0, "acting_seconds": 0}
    return Settings(database_url=url, **{**common, "simulating_seconds": 0.1, **values})


@contextlib.contextmanager
def served(url: str, headers: dict[str, str] | None = None, **values: Any) -> Iterator[Analyst]:
    with running(Application(settings_of(url, **values))) as address, Analyst(address, headers) as analyst:
        yield analyst


async def some_buyers(url: str, crowd: int = 0) -> None:
    async with opened(url) as database:
        for yuan in (300_000, 310_000, 600_000, 50):
            await buyer(database, yuan)
        async with database.transaction() as session:
            if crowd:
                await add_crowd(session, None, crowd)


def simulators(of: int | None = None) -> list[psutil.Process]:
    """The processes that simulate, of this process or of another."""
    return [child for child in psutil.Process(of).children(recursive=True) if is_simulator(child)]


def is_simulator(process: psutil.Process) -> bool:
    try:
        return "server.simulator" in process.cmdline()
    except psutil.NoSuchProcess:  # it has ended meanwhile
        return False


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended, also where nobody has asked yet how."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def the_simulator(of: int | None = None) -> psutil.Process:
    """The one that runs, held where it is: it goes on when it is told to."""
    until(lambda: simulators(of))
    [one] = simulators(of)
    one.suspend()
    return one


def test_what_it_finds_is_what_the_command_finds(store_url, capsys, tmp_path):
    asyncio.run(some_buyers(store_url))
    (tmp_path / "lower.yaml").write_text(LOWER, "utf-8")
    when = ("--as-of", NOW.isoformat(), "--since", "2025-12-15")
    ran = c360(capsys, "rules", "simulate", "lower.yaml", "--database", store_url, *when, "--json")

    with served(store_url, AS_MANAGER) as manager:
        found = manager.follow(manager.start(asOf=NOW.isoformat(), since="2025-12-15"))

    expected, result = json.loads(ran.out), found["result"]
    assert (found["state"], found["problem"], found["against"]["number"]) == ("DONE", None, expected["against"])
    assert (result["count"], result["changedCount"]) == (expected["customers"], expected["changed"]) == (4, 2)
    assert {(m["before"], m["after"]): load_of(m) for m in result["moves"]} == {
        (m["before"], m["after"]): told_load(m) for m in expected["moves"]
    }
    assert {each["outcome"]: (load_of(each["before"]), load_of(each["after"])) for each in result["outcomes"]} == {
        name: (told_load(sides["before"]), told_load(sides["after"])) for name, sides in expected["outcomes"].items()
    }
    assert [mover_of(mover) for mover in result["movers"]] == [told_mover(mover) for mover in expected["movers"]]
    assert [month_of(month) for month in result["history"]["months"]] == [
        told_month(month) for month in expected["history"]["months"]
    ]
    assert found["progress"] == {"step": "months", "doneCount": 12, "totalCount": 12}


def load_of(load: Any) -> Any:
    return load["count"], load["exposure"]["amount"], load["openTicketCount"], load["openComplaintCount"]


def told_load(load: Any) -> Any:
    exposure = f"{float(load['exposure']):.2f}"  # of nobody the command says 0
    return load["customers"], exposure, load["open_tickets"], load["open_complaints"]


def mover_of(mover: Any) -> Any:
    facts = {fact["name"]: fact["value"] for fact in mover["facts"]}
    reasons = mover["reasonBefore"], mover["reasonAfter"]
    return mover["customer"]["code"], mover["before"], mover["after"], facts["value_12m"], facts["exposure"], *reasons


def told_mover(mover: Any) -> Any:
    return tuple(
        mover[name] for name in ("code", "before", "after", "value_12m", "exposure", "reason_before", "reason_after")
    )


def month_of(month: Any) -> Any:
    counts = {each["outcome"]: (each["beforeCount"], each["afterCount"]) for each in month["outcomes"]}
    return month["at"], counts, month["beforeChangedCount"], month["afterChangedCount"]


def told_month(month: Any) -> Any:
    before, after = month["before"], month["after"]
    names = {*before["customers"], *after["customers"]}
    counts = {name: (before["customers"].get(name, 0), after["customers"].get(name, 0)) for name in names}
    return month["at"], counts, before["changes"], after["changes"]


def test_while_it_runs_it_tells_how_far_it_is_and_others_are_answered(store_url, monkeypatch):
    monkeypatch.setattr(simulating, "BEAT", 0.05)
    asyncio.run(some_buyers(store_url, CROWD))
    seen: list[Any] = []

    with served(store_url) as analyst:
        key = analyst.start(since=LONG_AGO, asOf=NOW.isoformat())
        while not seen or seen[-1]["state"] in ("WAITING", "RUNNING"):
            seen.append(analyst.one(key))

    progress = [(each["progress"]["step"], each["progress"]["doneCount"]) for each in seen if each["progress"]]
    assert seen[-1]["state"] == "DONE"
    assert sum(each["state"] == "RUNNING" for each in seen) > 20
    assert progress == sorted(progress)
    assert len(set(progress)) > 3
    assert progress[-1] == ("months", 120 * (CROWD + 4))


def test_without_a_server_that_runs_them_they_wait_and_are_stopped(store_url):
    with served(store_url, simulating_seconds=0) as analyst:
        key = analyst.start()
        refused = analyst.ask(START, input={"text": LOWER})
        stopped = analyst.stop(key)
        again = analyst.stop(key)
        next_one = analyst.one(analyst.start())

    assert [error["code"] for error in refused["errors"]] == ["ALREADY_RUNS"]
    assert (stopped["errors"], stopped["ruleSimulation"]["state"]) == ([], "CANCELLED")
    assert "CANCELLED" in again["errors"][0]["message"]
    assert next_one["state"] == "WAITING"


def test_one_that_is_stopped_ends_with_its_process_and_the_next_has_its_turn(store_url):
    asyncio.run(some_buyers(store_url))

    with served(store_url, metrics_key=KEY) as analyst:
        key = analyst.start()
        held = the_simulator()
        analyst.follow(key, RUNNING)
        analyst.stop(key)
        until(lambda: is_gone(held))
        after = analyst.follow(analyst.start())
        stopped = analyst.one(key)
        until(lambda: 'c360_simulations_total{how="done"} 1.0' in analyst.metrics(KEY))
        counted = analyst.metrics(KEY)

    assert (stopped["state"], stopped["endedBy"], stopped["result"]) == ("CANCELLED", "analyst", None)
    assert (after["state"], after["result"]["count"]) == ("DONE", 4)
    assert 'c360_simulations_total{how="stopped"} 1.0' in counted


def test_one_that_hangs_is_ended_and_has_failed_in_words(store_url):
    asyncio.run(some_buyers(store_url))

    with served(store_url, simulation_minutes=0.03) as analyst:
        key = analyst.start()
        held = the_simulator()
        failed = analyst.follow(key)
        until(lambda: is_gone(held))

    assert (failed["state"], failed["result"]) == ("FAILED", None)
    assert failed["problem"] == simulating.TOO_LONG.format("0.03")


def test_one_whose_process_is_killed_has_failed_in_words(store_url):
    asyncio.run(some_buyers(store_url))

    with served(store_url) as analyst:
        key = analyst.start()
        the_simulator().kill()
        failed = analyst.follow(key)

    assert (failed["state"], failed["result"]) == ("FAILED", None)
    assert failed["problem"] == "Its process was ended from outside (-9). Ask again."


def test_a_server_that_stops_gives_back_what_it_runs(store_url):
    asyncio.run(some_buyers(store_url))

    with served(store_url) as analyst:
        key = analyst.start()
        held = the_simulator()
        analyst.follow(key, RUNNING)

    assert is_gone(held)
    [row] = asyncio.run(rows_of(store_url))
    assert (row.state, row.attempts, row.started_at, row.heartbeat_at) == (RuleSimulationState.WAITING, 0, None, None)
    with served(store_url) as analyst:
        assert analyst.follow(key)["state"] == "DONE"


async def rows_of(url: str) -> list[RuleSimulationRow]:
    async with opened(url) as database, database.sessions() as session:
        return list(await session.scalars(sa.select(RuleSimulationRow).order_by(RuleSimulationRow.id)))


async def change(url: str, **values: Any) -> None:
    async with opened(url) as database, database.transaction() as session:
        await session.execute(sa.update(RuleSimulationRow).values(values))


def test_a_server_that_is_killed_takes_its_simulator_with_it_and_another_one_begins_anew(store_url, tmp_path: Path):
    asyncio.run(some_buyers(store_url))
    server = ServerProcess(store_url, tmp_path, C360_ACTING_SECONDS="0", C360_SIMULATING_SECONDS="0.1")
    server.start()
    with Analyst(server.url) as analyst:
        key = analyst.start()
        until(lambda: simulators(server.pid))
        [child] = simulators(server.pid)  # it takes a while to load what it needs
        server.kill()
        until(lambda: is_gone(child))
        asyncio.run(change(store_url, heartbeat_at=dt.datetime.now(dt.UTC) - 2 * ALIVE))
        server.start()
        ended = analyst.follow(key)
    server.stop()

    assert (ended["state"], ended["result"]["count"]) == ("DONE", 4)
    assert [row.attempts for row in asyncio.run(rows_of(store_url))] == [2]
    assert "Traceback" not in server.log


async def waiting(database, text: str = LOWER, **values: Any) -> RuleSimulationRow:
    """A simulation that waits."""
    known = {"rule_set": "grading", "text": text, "as_of": NOW, "asked_by": "ann", "asked_at": NOW}
    state = {"state": RuleSimulationState.WAITING}
    async with database.transaction() as session:
        row = RuleSimulationRow(**{"id": new_id(), **known, **state, **values})
        session.add(row)
        return row


async def taken(database, now: dt.datetime = NOW) -> Any:
    async with database.transaction() as session:
        return await take_next(session, now)


async def test_the_one_that_waits_longest_is_next_and_one_runs_at_a_time(database):
    later = await waiting(database, asked_by="bob", asked_at=NOW + ALIVE)
    first = await waiting(database)

    job, none = await taken(database), await taken(database)
    async with database.transaction() as session:
        assert await end_job(session, job, NOW, Ended("{}"))
    after = await taken(database)

    assert (job.id, none, after.id) == (first.id, None, later.id)


async def test_what_is_lost_is_begun_anew_once_and_then_has_failed(database, store_url):
    row = await waiting(database)
    lost = ALIVE + dt.timedelta(seconds=1)

    first, soon, second = await taken(database), await taken(database, NOW + ALIVE), await taken(database, NOW + lost)
    async with database.transaction() as session:
        late = await note_progress(session, first, NOW + lost, Progress("customers", 1, 2))
    third = await taken(database, NOW + 2 * lost)

    assert (first.attempt, soon, second.attempt, third) == (1, None, 2, None)
    assert second == replace(first, attempt=2)
    assert not late
    [kept] = await rows_of(store_url)
    assert (kept.id, kept.state, kept.problem) == (row.id, RuleSimulationState.FAILED, LOST)


@pytest.fixture
async def simulating_here(store_url):
    reads = await open_reads(store_url)
    told: list[str] = []

    def made() -> Simulating:
        return Simulating(settings_of(store_url), reads, clock=lambda: NOW, told=told.append)

    made.told = told
    yield made
    await reads.close()


async def test_two_servers_do_not_run_it_twice(database, store_url, simulating_here):
    await waiting(database)

    counts = await asyncio.gather(*(simulating_here().once() for _ in range(3)))

    assert sum(filter(None, counts)) == 1
    assert simulating_here.told == ["done"]
    [row] = await rows_of(store_url)
    assert (row.state, row.attempts, json.loads(row.result)["customers"]) == (RuleSimulationState.DONE, 1, 0)
    assert await simulating_here().once() is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rule_set: [", "the candidate:1"),
        (shipped()["approval_routes"].text, "nothing is on record to run it over. Mend the rule file"),
    ],
)
async def test_rules_that_do_not_run_are_told_in_words(database, store_url, simulating_here, text, words):
    await waiting(database, text)

    await simulating_here().once()

    [row] = await rows_of(store_url)
    assert simulating_here.told == ["failed"]
    assert row.state is RuleSimulationState.FAILED
    assert words in row.problem
    assert "Traceback" not in row.problem


async def test_a_fault_of_the_service_is_no_traceback(tmp_path):
    nowhere = settings_of(f"sqlite+aiosqlite:///{tmp_path}/nothing.db")

    said = await answered((nowhere, LOWER, NOW, None, None), lambda *_: None)
    with Simulator((nowhere, LOWER, NOW, None, None)) as one:
        ended = await one.ended(60)

    assert said == ("problem", ended.problem, None, None)
    assert ended.problem == "It failed by a fault of the service, whose log says more. Tell whoever runs it."


async def test_a_result_that_is_too_large_is_not_kept(database, store_url, monkeypatch):
    await buyer(database, 300_000)
    monkeypatch.setattr(simulator, "MOST_BYTES", 100)

    kind, words, *_ = await answered((settings_of(store_url), LOWER, NOW, None, None), lambda *_: None)

    assert (kind, words) == (
        "problem",
        "It found more kinds of outcomes than can be kept. Simulate an output with few values.",
    )


async def test_old_ones_are_thrown_away_and_those_that_wait_stay(database, store_url):
    for days, name in ((31, "grading"), (29, "priority")):
        ended = NOW - dt.timedelta(days=days)
        await waiting(database, rule_set=name, state=RuleSimulationState.DONE, ended_at=ended)
    await waiting(database, asked_at=NOW - dt.timedelta(days=90))
    keeping = Housekeeping(store_url, retention=dt.timedelta(hours=72), position=lambda: 0)

    done = await keeping.once(NOW)

    assert done == Done(0, 0, simulations=1)
    assert {row.rule_set: row.state for row in await rows_of(store_url)} == {
        "grading": RuleSimulationState.WAITING,
        "priority": RuleSimulationState.DONE,
    }
