"""Settings come from the environment, are checked, and are shown without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import PREFIX, Settings, load_settings, shown, unknown_variables
from server.settings_page import GROUPS, PRODUCTION, range_of, settings_page
from server.user_error import ExitCode, UserError
from server.workers import environment
from tests.server.running_cli import c360

ROOT = Path(__file__).parents[2]


def test_the_defaults_are_for_one_machine():
    settings = load_settings()

    assert (settings.host, settings.port, settings.environment) == ("127.0.0.1", 8360, "development")
    assert settings.takes_own_tokens
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
        ("ENVIRONMENT", "test", "production"),
        ("OIDC_ISSUER", "https://login.example", "C360_OIDC_AUDIENCE"),
        ("OIDC_ISSUER", "http://login.example", "https"),
        ("OIDC_ISSUER", "file:///etc/passwd", "https"),
        ("OIDC_JWKS_URL", "ftp://login.example/keys", "https"),
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
    ours = {"C360_PORT": "1", "C360_TEST_POSTGRES": "x", "C360_NEO4J_PORT": "57688"}
    found = dict(unknown_variables({"C360_PROT": "1", "C360_XYZZY": "", "A": "", **ours}))

    assert found == {"C360_PROT": "C360_PORT", "C360_XYZZY": None}


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("C360_METRICS_KEY", "")
    monkeypatch.setenv("C360_PORT", "")

    assert (load_settings().metrics_key, load_settings().port) == (None, 8360)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("OTLP_ENDPOINT", "localhost:4318", "http://127.0.0.1:4318"),
        ("OTLP_ENDPOINT", "ftp://collector", "http://127.0.0.1:4318"),
        ("OTLP_SHARE", "1.5", "less than or equal to 1"),
        ("METRICS_KEY", "short", "at least 16"),
        ("LOG_RETENTION_HOURS", "0", "greater than or equal to 1"),
        ("STOP_DELAY", "-1", "greater than or equal to 0"),
        ("WORKERS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_way_to_run_is_said_in_words(monkeypatch, name, value, word):
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(UserError) as caught:
        load_settings()

    assert PREFIX + name in caught.value.message
    assert word in caught.value.message


def test_workers_come_to_the_same_settings(monkeypatch, tmp_path):
    given = load_settings(
        workers=3,
        metrics_key="0123456789abcdef",
        graphiql=False,
        database_url="postgresql+asyncpg://me:hunter2@db/crm",
        token_keys_file=tmp_path / "keys.json",
    )
    for name, value in environment(given).items():
        monkeypatch.setenv(name, value)

    assert load_settings() == given


def test_the_page_holds_every_setting_once():
    names = [name for group in GROUPS for name in group.names]

    assert sorted(names) == sorted(Settings.model_fields), "put a new setting into a group of server/settings_page.py"
    assert set(PRODUCTION) <= set(names)


def test_the_page_is_up_to_date():
    stored = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert stored == settings_page(), "run `c360 settings --markdown > docs/settings.md`"


def test_the_page_shows_no_value_of_this_machine(monkeypatch, capsys):
    monkeypatch.setenv("C360_PORT", "9999")
    monkeypatch.setenv("C360_NEO4J_PASSWORD", "hunter2")

    assert c360(capsys, "settings", "--markdown").out == settings_page()
    assert "9999" not in settings_page()
    assert "hunter2" not in settings_page()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("environment", "`development`, `production`"),
        ("graphiql", "`true`, `false`"),
        ("accept_own_tokens", "`true`, `false`"),
        ("port", "0 to 65,535"),
        ("request_timeout", "above 0 to 600"),
        ("slow_ms", "0 or more"),
        ("metrics_key", "16 characters or more"),
        ("otlp_share", "0 to 1"),
        ("host", ""),
    ],
)
def test_the_page_says_what_a_setting_may_be(name, words):
    assert range_of(Settings.model_fields[name]) == words
