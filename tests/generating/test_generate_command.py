"""`c360 generate`, as a person runs it."""

from __future__ import annotations

import io
import json
import os
import signal
import time

import psutil
import pytest
import sqlalchemy as sa
from rich.console import Console

from resolvers.generating import Stage
from server.commands.generate import Pace, progress
from tests.server.running_cli import c360, start


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch, tmp_path):
    """No setting of the developer's own environment reaches a test."""
    for name in list(os.environ):
        if name.startswith("C360_") and not name.startswith("C360_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_new_file_is_made_and_filled(capsys, tmp_path):
    done = c360(capsys, "generate", "--customers", "20", "--seed", "4", "--as-of", "2026-01-31")

    assert done.code == 0, done
    assert "seed 4 as of 2026-01-31T00:00:00+00:00" in done.out
    assert "ticket_event" in done.out
    assert "customers: 20 of 20" in done.err
    with sa.create_engine(f"sqlite:///{tmp_path}/var/customer360.db").connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 20
    connection.engine.dispose()


def test_a_file_without_tables_gets_them(capsys, tmp_path):
    (tmp_path / "empty.db").touch()

    done = c360(capsys, "generate", "--customers", "3", "--database", f"sqlite+aiosqlite:///{tmp_path}/empty.db")

    assert done.code == 0, done


def test_a_worker_that_is_killed_is_said_in_words(tmp_path):
    arguments = ("--customers", "100000", "--workers", "1", "--database", f"sqlite+aiosqlite:///{tmp_path}/killed.db")
    running = start("generate", *arguments, cwd=tmp_path)
    _drawing(running.pid)[0].kill()
    _, said = running.communicate(timeout=180)

    assert running.returncode == 1
    assert "nothing was written" in said
    assert "--workers 0" in said


def test_an_interrupt_leaves_nothing_behind_and_needs_no_traceback(tmp_path):
    arguments = ("--customers", "100000", "--workers", "1", "--database", f"sqlite+aiosqlite:///{tmp_path}/cut.db")
    running = start("generate", *arguments, cwd=tmp_path)
    workers = _drawing(running.pid)
    for each in (*workers, psutil.Process(running.pid)):
        each.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=180)

    assert running.returncode == 130
    assert "Traceback" not in said
    engine = sa.create_engine(f"sqlite:///{tmp_path}/cut.db")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM staff")) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM sqlite_master WHERE name = 'ix_customer_name_id'")) == 1
    engine.dispose()


def _drawing(pid):
    """The workers of a run, as soon as they have drawn for a moment."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = psutil.Process(pid).children(recursive=True)
        workers = [each for each in children if any("spawn_main" in word for word in each.cmdline())]
        if workers and all(each.cpu_times().user > 2 for each in workers):
            return workers
        time.sleep(0.05)
    raise AssertionError("no worker started")


def test_json_tells_the_same(capsys, store_url):
    arguments = ("--database", store_url, "--as-of", "2026-01-31T08:00+08:00", "--workers", "1", "--json")
    made = json.loads(c360(capsys, "generate", "--customers", "30", *arguments).out)

    assert made["rows"]["customer"] == 30
    assert made["as_of"] == "2026-01-31T08:00:00+08:00"
    assert (made["seed"], made["seconds"] > 0) == (1, True)


def test_a_store_with_customers_is_refused_with_a_cure(capsys, store_url):
    c360(capsys, "generate", "--customers", "5", "--database", store_url)

    again = c360(capsys, "generate", "--customers", "5", "--database", store_url)

    assert again.code == 1
    assert "table customer already holds rows" in again.err
    assert "--database" in again.err


def test_a_store_of_another_version_is_not_migrated_on_the_way(capsys, tmp_path):
    c360(capsys, "migrate")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/var/customer360.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()

    done = c360(capsys, "generate", "--customers", "5")

    assert done.code == 1
    assert "c360 migrate" in done.err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--customers", "0"), "1 to 5,000,000"),
        (("--customers", "5000001"), "1 to 5,000,000"),
        (("--customers", "5", "--languages", "zh,fr"), "fr"),
        (("--customers", "5", "--languages", ","), "zh and en"),
        (("--customers", "5", "--as-of", "yesterday"), "2026-01-31"),
        (("--customers", "5", "--interactions-per-customer", "1e9"), "0 to 200"),
        (("--customers", "5", "--database", "mysql://x/y"), "drivers"),
    ],
)
def test_wrong_use_is_said_in_words(capsys, wrong, said):
    done = c360(capsys, "generate", *wrong)

    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_the_order_of_the_languages_does_not_matter(capsys, tmp_path):
    rows = []
    for name, languages in (("a", "zh,en"), ("b", "en, zh,en")):
        url = f"sqlite+aiosqlite:///{tmp_path}/{name}.db"
        c360(
            capsys,
            "generate",
            "--customers",
            "30",
            "--database",
            url,
            "--languages",
            languages,
            "--as-of",
            "2026-01-31",
        )
        engine = sa.create_engine(f"sqlite:///{tmp_path}/{name}.db")
        with engine.connect() as connection:
            rows.append(connection.execute(sa.text("SELECT id, name FROM customer ORDER BY id")).all())
        engine.dispose()

    assert rows[0] == rows[1]


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestProgress:
    def test_the_pace_says_the_rate_and_the_rest(self):
        clock = Clock()
        pace = Pace(clock)

        assert pace.words(Stage.CUSTOMERS, 0, 10_000) == ""
        clock.now = 2.0
        assert pace.words(Stage.CUSTOMERS, 100, 10_000) == "50 a second, 3 min 18 s left"
        clock.now = 200.0
        assert pace.words(Stage.CUSTOMERS, 10_000, 10_000) == "50 a second, in 3 min 20 s"
        assert pace.words(Stage.INDEXES, 3, 43) == ""

    def test_without_a_terminal_a_line_is_printed_now_and_then(self):
        clock, printed = Clock(), io.StringIO()
        with progress(Console(file=printed), clock) as report:
            for done in range(11):
                clock.now = float(done)
                report(Stage.CUSTOMERS, 1_000 * done, 10_000)

        assert printed.getvalue().splitlines() == [
            "customers: 5,000 of 10,000, 1,000 a second, 5 s left",
            "customers: 10,000 of 10,000, 1,000 a second, in 10 s",
        ]

    def test_on_a_terminal_there_is_a_bar_for_each_stage(self):
        clock, printed = Clock(), io.StringIO()
        with progress(Console(file=printed, force_terminal=True, width=100), clock) as report:
            report(Stage.CUSTOMERS, 0, 500)
            clock.now = 1.0
            report(Stage.CUSTOMERS, 250, 500)

        assert "250/500" in printed.getvalue()
        assert "250 a second, 1 s left" in printed.getvalue()
        assert "indexes" in printed.getvalue()
