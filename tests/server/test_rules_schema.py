"""`c360 rules schema`: what is printed, and whether the stored files are true."""

from __future__ import annotations

import json

import pytest

from tests.server.running_cli import c360


@pytest.fixture
def stored(monkeypatch, tmp_path):
    monkeypatch.setattr("server.commands.rules_schema.STORED", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "name", "key"),
    [((), "rule_file.schema.json", "hit_policy"), (("--cases",), "case_file.schema.json", "clock")],
)
def test_it_is_printed(capsys, arguments, name, key):
    done = c360(capsys, "rules", "schema", *arguments)
    schema = json.loads(done.out)

    assert (done.code, schema["$id"]) == (0, name)
    assert key in schema["properties"]


def test_the_stored_ones_are_compared(capsys, stored):
    assert c360(capsys, "rules", "schema", "--check").code == 1
    assert c360(capsys, "rules", "schema", "--write").code == 0
    assert c360(capsys, "rules", "schema", "--check").code == 0

    file = stored / "case_file.schema.json"
    file.write_text(file.read_text("utf-8").replace('"clock"', '"clocks"'), "utf-8")
    done = c360(capsys, "rules", "schema", "--check")

    assert done.code == 1
    assert '-    "clocks": {' in done.out
    assert "c360 rules schema --write" in done.err


@pytest.mark.parametrize("pair", [("--check", "--write"), ("--cases", "--check"), ("--cases", "--write")])
def test_one_thing_at_a_time(capsys, pair):
    assert c360(capsys, "rules", "schema", *pair).code == 2


def test_the_files_in_the_repository_are_what_the_code_says(capsys):
    assert c360(capsys, "rules", "schema", "--check").code == 0
