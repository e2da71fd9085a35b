"""`c360 import`: what it prints, what it ends with, and where refused rows go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from server.commands.import_data import shown_progress
from tests.importing.running import FILES, SHIPPED
from tests.server.running_cli import c360

GOOD = "code,kind,name\nC-1,PERSON,Ann\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Path:
    """A folder to work in, and a database that the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("C360_DATABASE_URL", store_url)
    return tmp_path


def test_it_prints_the_publishers_numbers_and_what_became_of_the_records(capsys):
    ended = c360(capsys, "import", "servicenow", str(SHIPPED / FILES["servicenow"]))

    assert ended.code == 0
    assert "748 events" in ended.out
    assert "48 assignees (47 known, and '?' for unknown)" in ended.out
    assert "1,282 changes" in ended.out
    assert [cell.strip() for cell in ended.out.split("ticket event")[1].split("│")[1:6]] == [
        "748",
        "748",
        "0",
        "0",
        "0",
    ]
    assert ended.err.splitlines() == ["reading 249,800 bytes", "writing 336 records"]


def test_the_second_time_it_says_0_changes(capsys, folder):
    (folder / "people.csv").write_text(GOOD)
    c360(capsys, "import", "customers", "people.csv")

    ended = c360(capsys, "import", "customers", "people.csv")

    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "0 changes"


def test_refused_rows_go_to_a_file_here_and_the_status_is_3(capsys, folder):
    (folder / "people.csv").write_text(GOOD + "C-2,ROBOT,Bob\n")

    ended = c360(capsys, "import", "customers", "people.csv")

    assert ended.code == 3
    assert "1 rows refused; see people.csv.rejects.csv" in ended.out
    rejects = (folder / "people.csv.rejects.csv").read_text().splitlines()
    assert rejects[0] == "line,column,value,reason"
    assert rejects[1].startswith("3,kind,ROBOT,")


def test_a_dry_run_says_that_it_kept_nothing(capsys, folder):
    (folder / "people.csv").write_text(GOOD)

    dry = c360(capsys, "import", "customers", "people.csv", "--dry-run")
    wet = c360(capsys, "import", "customers", "people.csv", "--json")

    assert dry.code == 0
    assert "1 changes, none of them kept: a dry run" in dry.out
    assert json.loads(wet.out)["changes"] == 1


def test_machines_get_json(capsys, folder):
    (folder / "people.csv").write_text(GOOD + "C-2,ROBOT,Bob\n")

    ended = c360(capsys, "import", "customers", "people.csv", "--rejects", "bad.csv", "--json")

    assert ended.code == 3
    assert json.loads(ended.out) == {
        "source": "customers",
        "file": "people.csv",
        "dryRun": False,
        "changes": 1,
        "rowsRefused": 1,
        "rejects": "bad.csv",
        "facts": [],
        "records": {"customer": {"read": 2, "created": 1, "updated": 0, "unchanged": 0, "rejected": 1}},
    }


@pytest.mark.parametrize(
    ("arguments", "error", "cure"),
    [
        (("customers", "missing.csv"), "missing.csv: cannot be opened: No such file", "Check its path"),
        (("customers", "broken.csv"), "broken.csv: line 1: the header lacks code", "The columns are: code"),
        (("clients", "broken.csv"), "There is no source 'clients'", "the sources are servicenow"),
    ],
)
def test_what_cannot_be_read_ends_with_status_2_and_the_cure(capsys, folder, arguments, error, cure):
    (folder / "broken.csv").write_text("a,b\n")

    ended = c360(capsys, "import", *arguments)

    assert ended.code == 2
    assert error in ended.err
    assert cure in ended.err


def test_another_database_can_be_named_and_must_be_there(capsys, folder):
    (folder / "people.csv").write_text(GOOD)

    ended = c360(capsys, "import", "customers", "people.csv", "--database", "sqlite+aiosqlite:///none.db")

    assert ended.code == 1
    assert "There is no database at none.db" in ended.err


def test_a_terminal_sees_a_bar_with_rate_and_rest():
    console = Console(force_terminal=True, width=120, record=True)
    with shown_progress(console) as progress:
        for amount in (400_000, 600_000):
            progress("reading", amount, 1_000_000)
        for amount in (1, 2):
            progress("writing", amount, 4)

    shown = console.export_text()
    assert "reading" in shown
    assert "100%" in shown
    assert "75%" in shown
    assert "MB/s" in shown
    assert "records/s" in shown
