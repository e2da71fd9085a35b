"""Settings come from the environment, are checked, and are shown without secrets."""

from __future__ import annotations

import pytest

from server.settings import PREFIX, Settings, load_settings, shown, unknown_variables
from server.user_error import ExitCode, UserError


def test_the_defaults_are_for_one_machine():
    settings = load_settings()

    assert (settings.host, settings.port, settings.viewer_role) == ("127.0.0.1", 8360, "manager")
    assert not settings.trust_subject_headers
    assert str(settings.sqlite_path) == "var/customer360.db"


def test_every_setting_says_what_it_means():
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("C360_PORT", "9000")
    monkeypatch.setenv("C360_LOG_LEVEL", " Debug ")
    monkeypatch.setenv("C360_DATABASE_URL", "postgresql+asyncpg://me:secret@db.example:5433/crm")

    settings = load_settings()

    assert (settings.port, settings.log_level, settings.sqlite_path) == (9000, "debug", None)


def test_what_is_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("C360_PORT", "9000")

    assert load_settings(port=9001).port == 9001


def test_a_file_may_hold_them(tmp_path):
    (tmp_path / ".env").write_text("C360_PORT=9002\nOTHER=1\n")

    assert load_settings().port == 9002


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("PORT", "x", "integer"),
        ("PORT", "70000", "65535"),
        ("VIEWER_ROLE", "king", "manager"),
        ("REQUEST_TIMEOUT", "0", "greater than 0"),
        ("DATABASE_URL", "nonsense", "no database URL"),
        ("DATABASE_URL", "mysql://me:hunter2@host/db", "postgresql+asyncpg"),
        ("DATABASE_URL", "postgresql+asyncpg://me@host", "names no database"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "names no database"),
    ],
)
def test_a_wrong_value_is_said_in_words(monkeypatch, name, value, word):
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(UserError) as caught:
        load_settings()

    assert PREFIX + name in caught.value.message
    assert word in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.exit_code is ExitCode.WRONG_USE


def test_secrets_are_masked(monkeypatch):
    monkeypatch.setenv("C360_DATABASE_URL", "postgresql+asyncpg://me:hunter2@db/crm")
    monkeypatch.setenv("C360_NEO4J_PASSWORD", "hunter2")

    settings = load_settings()

    assert "hunter2" not in repr(settings)
    assert all("hunter2" not in shown(settings, name) for name in Settings.model_fields)


def test_a_slip_of_the_pen_is_found():
    found = dict(
        unknown_variables({"C360_PROT": "1", "C360_PORT": "1", "C360_TEST_POSTGRES": "x", "C360_XYZZY": "", "A": ""})
    )

    assert found == {"C360_PROT": "C360_PORT", "C360_XYZZY": None}
