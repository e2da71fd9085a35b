"""The doctor: what it finds in installations that are broken in every way that we know."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from graph.port import GraphStatus
from server.app import Application
from server.checks import database as database_checks
from server.checks import graph as graph_checks
from server.checks import program, surroundings
from server.checks.finding import Status
from server.identity.key_file import signing_key
from server.settings import Settings
from tests.factories import NOW
from tests.neo4j_server import is_here, shared_url
from tests.server.identity.issuer import issuing
from tests.server.running import running
from tests.server.running_cli import c360
from tests.server.tiny import TinyService


@pytest.fixture(autouse=True)
def free_port(monkeypatch):
    monkeypatch.setenv("C360_PORT", "0")


def examined(capsys, expected: int = 0) -> dict[str, dict]:
    done = c360(capsys, "doctor", "--json")
    assert done.code == expected, done
    findings = {each["check"]: each for each in json.loads(done.out)}
    assert all(each["cure"] for each in findings.values() if each["status"] != "ok")
    return findings


class TestInstallation:
    def test_a_fresh_one_only_lacks_a_database(self, capsys):
        findings = examined(capsys)

        assert {name: each["status"] for name, each in findings.items() if each["status"] != "ok"} == {
            "database": "warn"
        }
        assert "c360 migrate" in findings["database"]["cure"]
        assert "c360 demo" in findings["database"]["cure"]

    def test_with_a_database_all_is_well(self, capsys):
        c360(capsys, "migrate")

        assert {each["status"] for each in examined(capsys).values()} == {"ok"}

    def test_the_table_is_for_people(self, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")

        done = c360(capsys, "doctor")

        assert done.code == 0
        assert "cure: c360 migrate" in done.out

    def test_wrong_settings_are_a_finding(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_PORT", "many")

        assert "C360_PORT" in examined(capsys, 1)["settings"]["found"]

    def test_a_part_that_cannot_be_loaded_is_a_finding(self, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "server.checks.database", None)

        finding = examined(capsys, 1)["program"]

        assert finding["status"] == "fail"
        assert "server.checks.database" in finding["found"]

    @pytest.mark.parametrize("missing", ["orjson", "sqlalchemy", "strawberry", "durable", "pydantic_settings", "neo4j"])
    def test_the_doctor_needs_nothing_of_what_it_looks_at(self, tmp_path, missing):
        words = f"import sys; sys.modules[{missing!r}] = None; from server.cli import main; main(['doctor', '--json'])"

        done = subprocess.run([sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=False)

        assert done.stderr == ""
        findings = json.loads(done.stdout)
        assert done.returncode == any(each["status"] == "fail" for each in findings)


class TestProgram:
    @pytest.mark.parametrize(
        ("version", "status"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 12), "ok"), ((3, 13), "fail")]
    )
    def test_python(self, version, status):
        assert program.python(version).status == status

    def test_dependencies(self):
        assert program.dependencies(["orjson>=3", "x-lib>=1; extra == 'y'"]).status is Status.OK
        assert program.dependencies(None).status is Status.WARN

        missing = program.dependencies(["no-such-lib>=1", "orjson"])

        assert missing.status is Status.FAIL
        assert missing.cure == "pip install no-such-lib"

    def test_the_rules_engine_without_a_compiler(self, monkeypatch):
        monkeypatch.setenv("PATH", "")

        finding = program.rules_engine("durable.no_such_module")

        assert finding.status is Status.FAIL
        assert "install a C compiler" in str(finding.cure)

    def test_names_of_ours_that_others_own(self):
        finding = program.names({"schema": ["customer360-api", "schema"], "rules": ["rules"], "yaml": ["pyyaml"]})

        assert finding.status is Status.FAIL
        assert "schema belongs to schema too" in finding.found
        assert "pip uninstall rules schema" in str(finding.cure)

    def test_names_that_come_from_elsewhere(self, tmp_path):
        finding = program.names({}, root=tmp_path)

        assert finding.status is Status.FAIL
        assert "PYTHONPATH" in str(finding.cure)

    def test_data_files_that_did_not_come_along(self, tmp_path):
        (tmp_path / "schema").mkdir()
        (tmp_path / "schema/schema.graphql").touch()

        finding = program.data_files(tmp_path)

        assert finding.status is Status.FAIL
        assert finding.found == "missing: migrations, GraphiQL, examples, demo data"


class TestSurroundings:
    def test_a_slip_of_the_pen(self, monkeypatch):
        monkeypatch.setenv("C360_HOTS", "x")
        monkeypatch.setenv("C360_XYZZY", "x")

        finding = surroundings.variables()

        assert finding.status is Status.WARN
        assert "C360_HOTS (meant C360_HOST?)" in finding.found

    @pytest.mark.parametrize(
        ("host", "status"),
        [("127.0.0.1", "ok"), ("localhost", "ok"), ("::1", "ok"), ("0.0.0.0", "warn"), ("crm.example", "warn")],
    )
    def test_from_where_others_can_ask(self, host, status):
        assert surroundings.reach(Settings(host=host)).status == status
        assert surroundings.reach(Settings(host=host, environment="production")).status is Status.OK

    @pytest.mark.parametrize(
        ("settings", "status", "words"),
        [
            ({}, "ok", "c360 token"),
            ({"trust_subject_headers": True}, "ok", "by headers"),
            ({"environment": "production"}, "warn", "nobody but partners"),
            ({"environment": "production", "accept_own_tokens": True}, "ok", "c360 token"),
            (
                {"environment": "production", "oidc_issuer": "https://login.example", "oidc_audience": "crm"},
                "ok",
                "https://login.example",
            ),
        ],
    )
    def test_by_what_people_sign_in(self, settings, status, words):
        finding = surroundings.sign_in(Settings(**settings))

        assert finding.status == status
        assert words in finding.found

    def test_keys_that_others_may_read(self, tmp_path):
        keys = tmp_path / "keys.json"
        signing_key(keys, dt.datetime.now(dt.UTC))
        assert surroundings.token_keys(keys).status is Status.OK

        keys.chmod(0o644)

        finding = surroundings.token_keys(keys)
        assert finding.status is Status.WARN
        assert "sign in as anyone" in finding.found

    def test_an_issuer_is_asked_for_its_keys(self):
        with issuing() as there:
            settings = Settings(oidc_issuer=there.url, oidc_audience="crm")
            assert surroundings.issuer(settings).status is Status.OK
            there.broken = True
            assert surroundings.issuer(settings).status is Status.FAIL
        assert surroundings.issuer(settings).status is Status.FAIL

    def test_a_folder_that_is_a_file(self, tmp_path):
        (tmp_path / "var").touch()

        assert surroundings.disk(tmp_path / "var/x.db").status is Status.FAIL

    def test_a_full_disk(self, tmp_path, monkeypatch):
        usage = shutil.disk_usage(tmp_path)._replace(free=1024)
        monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda _: usage)

        assert surroundings.disk(tmp_path / "new/x.db").status is Status.WARN

    def test_a_port_where_we_are_already(self):
        with running(Application(Settings(), opener=TinyService().opened)) as url:
            finding = surroundings.port(Settings(port=int(url.rsplit(":", 1)[1])))

        assert finding.status is Status.OK
        assert "already" in finding.found

    @pytest.mark.parametrize("answer", [b"[]", b"not json", b'{"service": "other"}'])
    def test_a_port_where_another_is(self, answer):
        class Other(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                """Say nothing."""

        with HTTPServer(("127.0.0.1", 0), Other) as other:
            threading.Thread(target=other.handle_request).start()
            finding = surroundings.port(Settings(port=other.server_port))

        assert finding.status is Status.FAIL
        assert "C360_PORT" in str(finding.cure)

    def test_a_neo4j_that_is_not_there(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_NEO4J_URL", "bolt://127.0.0.1:1")
        monkeypatch.setenv("C360_NEO4J_PASSWORD", "hunter2")

        finding = examined(capsys, 1)["Neo4j"]

        assert finding["status"] == "fail"
        assert "hunter2" not in finding["found"]


class TestGraph:
    def test_a_copy_that_is_late_is_warned_of(self):
        late = GraphStatus("neo4j", 31.0, NOW, 1_234, "customer360:2")
        finding = graph_checks.kept_up(late)

        assert finding.status is Status.WARN
        assert "customer360:2, 1,234 events behind, for 31 s" in finding.found
        assert graph_checks.kept_up(dataclasses.replace(late, lag_seconds=29)).status is Status.OK
        assert "c360 graph rebuild" in str(graph_checks.kept_up(GraphStatus("neo4j", 0, None, 0)).cure)

    @pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is")
    def test_a_copy_that_is_not_there_yet(self, capsys, monkeypatch, store_url):
        monkeypatch.setenv("C360_NEO4J_URL", shared_url())
        monkeypatch.setenv("C360_NEO4J_GRAPH", "a-copy-that-nobody-makes")
        monkeypatch.setenv("C360_DATABASE_URL", store_url)

        found = examined(capsys, 0)

        assert found["Neo4j"]["status"] == "ok"
        assert found["graph copy"]["found"] == "there is none yet"


class TestDatabase:
    def test_versions_of_sqlite_and_postgresql(self):
        assert database_checks.sqlite_library((3, 37)).status is Status.FAIL
        assert database_checks.sqlite_library((3, 45)).status is Status.OK
        assert database_checks.postgresql_server(14).status is Status.FAIL
        assert database_checks.postgresql_server(17).status is Status.OK

    def test_versions_of_the_tables(self):
        assert database_checks.tables("0004", "0004").status is Status.OK
        assert database_checks.tables(None, "0004").status is Status.WARN
        assert database_checks.tables("0003", "0004").status is Status.FAIL

    def test_a_file_that_is_no_database(self, capsys, tmp_path, monkeypatch):
        (tmp_path / "notes.txt").write_text("dear diary " * 500)
        monkeypatch.setenv("C360_DATABASE_URL", "sqlite+aiosqlite:///notes.txt")

        assert "not a database" in examined(capsys, 1)["database"]["found"]

    def test_a_database_without_tables(self, capsys, tmp_path, monkeypatch):
        sqlite3.connect(tmp_path / "empty.db").close()
        (tmp_path / "empty.db").touch()
        monkeypatch.setenv("C360_DATABASE_URL", "sqlite+aiosqlite:///empty.db")

        assert examined(capsys)["database"]["status"] == "warn"

    def test_a_server_that_is_not_there(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_DATABASE_URL", "postgresql+asyncpg://me:hunter2@127.0.0.1:1/crm")

        finding = examined(capsys, 1)["database"]

        assert "hunter2" not in json.dumps(finding)
        assert "see that PostgreSQL runs" in finding["cure"]
