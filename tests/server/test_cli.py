"""The command line: what it says to newcomers, and what it ends with."""

from __future__ import annotations

import json
import sqlite3

import pytest

from server.cli import COMMANDS
from server.settings import Settings
from store import schema_version
from tests.server.running_cli import c360, start


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


class TestHelp:
    def test_the_list_names_every_command(self, capsys):
        done = c360(capsys, "--help")

        assert done.code == 0
        assert all(name in done.out and slot.summary in done.out for name, slot in COMMANDS.items())
        assert "c360 demo" in done.out

    def test_nothing_is_a_question_for_help(self, capsys):
        assert "Commands" in "".join(c360(capsys)[1:])

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_explains_itself(self, capsys, name):
        done = c360(capsys, name, "--help")

        assert done.code == 0
        assert f"c360 {name}" in done.out
        assert "Exit status" in done.out

    def test_listing_loads_no_command(self, tmp_path):
        done = start("--help", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
        _, err = done.communicate(timeout=60)

        assert done.returncode == 0
        assert "server.commands" not in err
        assert "strawberry" not in err


class TestWrongUse:
    @pytest.mark.parametrize("arguments", [["nope"], ["--nope"], ["migrate", "extra"], ["serve", "--port", "x"]])
    def test_it_ends_with_two(self, capsys, arguments):
        done = c360(capsys, *arguments)

        assert done.code == 2
        assert "Traceback" not in done.err

    def test_wrong_settings_end_with_two(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_PORT", "many")

        done = c360(capsys, "settings")

        assert done.code == 2
        assert "C360_PORT" in done.err
        assert "Cure:" in done.err
        assert "Traceback" not in done.err

    def test_a_command_that_cannot_be_loaded_sends_to_the_doctor(self, capsys, monkeypatch):
        monkeypatch.setitem(COMMANDS, "plan", COMMANDS["plan"]._replace(module="server.commands.missing"))

        done = c360(capsys, "plan")

        assert done.code == 1
        assert "c360 doctor" in done.err


class TestSettings:
    def test_the_table_has_value_default_and_meaning(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_PORT", "9000")
        monkeypatch.setenv("C360_DATABASE_URL", "postgresql+asyncpg://me:hunter2@db/crm")
        monkeypatch.setenv("C360_PROT", "1")

        done = c360(capsys, "settings")

        assert done.code == 0
        assert "9000" in done.out
        assert "8360" in done.out
        assert "me:***@db" in done.out
        assert "hunter2" not in done.out + done.err
        assert "did you mean C360_PORT?" in done.err

    def test_the_same_for_machines(self, capsys):
        rows = json.loads(c360(capsys, "settings", "--json").out)

        assert [row["variable"] for row in rows] == [f"C360_{name.upper()}" for name in Settings.model_fields]
        assert all(row["meaning"] and row["value"] == row["default"] for row in rows)

    def test_defaults_are_shown_whatever_the_environment(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_PORT", "many")

        assert c360(capsys, "settings", "--defaults").code == 0


class TestMigrate:
    def test_it_makes_a_database_once(self, capsys, tmp_path):
        first = c360(capsys, "migrate")
        second = c360(capsys, "migrate")

        assert (first.code, second.code) == (0, 0)
        assert f"from version none to {schema_version.head()}" in first.out
        assert "up to date" in second.out
        with sqlite3.connect(tmp_path / "var/customer360.db") as connection:
            assert connection.execute("SELECT count(*) FROM customer").fetchone() == (0,)
        connection.close()

    def test_the_same_for_machines(self, capsys):
        done = json.loads(c360(capsys, "migrate", "--json").out)

        assert done == {
            "database": "sqlite+aiosqlite:///var/customer360.db",
            "before": None,
            "after": schema_version.head(),
        }

    def test_a_file_that_is_no_database_is_left_alone(self, capsys, tmp_path):
        (tmp_path / "notes.txt").write_text("dear diary " * 500)

        done = c360_with(capsys, "sqlite+aiosqlite:///notes.txt", "migrate")

        assert done.code == 1
        assert "not a database" in done.err
        assert "Traceback" not in done.err

    def test_a_server_that_is_not_there_is_said_without_the_password(self, capsys):
        done = c360_with(capsys, "postgresql+asyncpg://me:hunter2@127.0.0.1:1/crm", "migrate")

        assert done.code == 1
        assert "me:***@127.0.0.1:1" in done.err
        assert "see that PostgreSQL runs" in done.err
        assert "hunter2" not in done.err

    def test_tables_of_another_program_are_refused(self, capsys, tmp_path):
        with sqlite3.connect(tmp_path / "other.db") as connection:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES ('zzzz')")
        connection.close()

        done = c360_with(capsys, "sqlite+aiosqlite:///other.db", "migrate")

        assert done.code == 1
        assert "zzzz" in done.err


class TestSchema:
    @pytest.fixture
    def stored(self, monkeypatch, tmp_path):
        monkeypatch.setattr("server.commands.schema.STORED", tmp_path / "schema.graphql")
        return tmp_path / "schema.graphql"

    def test_it_is_printed(self, capsys):
        done = c360(capsys, "schema")

        assert done.code == 0
        assert "type Customer implements Node" in done.out
        assert done.out.endswith("}\n")

    def test_the_stored_one_is_compared(self, capsys, stored):
        assert c360(capsys, "schema", "--check").code == 1
        assert c360(capsys, "schema", "--write").code == 0
        assert c360(capsys, "schema", "--check").code == 0

        stored.write_text(stored.read_text().replace("type Customer ", "type Client "))
        done = c360(capsys, "schema", "--check")

        assert done.code == 1
        assert "-type Client implements Node" in done.out
        assert "+type Customer implements Node" in done.out
        assert "c360 schema --write" in done.err

    def test_one_thing_at_a_time(self, capsys):
        assert c360(capsys, "schema", "--check", "--write").code == 2

    def test_the_file_in_the_repository_is_what_the_code_says(self, capsys):
        assert c360(capsys, "schema", "--check").code == 0


def c360_with(capsys, url, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATABASE_URL", url)
        return c360(capsys, *arguments)
