"""The image and the compose file: what they set is known, and a stop has the time that it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from server.listening import FINISH_SECONDS
from server.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICE = COMPOSE["services"]["service"]
OWN = {"C360_POSTGRES_PASSWORD"}
"""What the compose file puts into others: the database's URL."""


def defaults() -> dict[str, str]:
    """The service's variables, as they are when nobody sets any."""
    return {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        for name, value in SERVICE["environment"].items()
        if name.startswith(PREFIX)
    }


def test_every_variable_is_a_setting():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"\bC360_[A-Z0-9_]+\b", (ROOT / "docker-compose.yml").read_text() + DOCKERFILE))

    assert named - known == OWN


def test_it_runs_as_in_production_without_any_variable(monkeypatch):
    settings = loaded(monkeypatch)

    assert settings.environment == "production"
    assert settings.allowed_hosts == "localhost,127.0.0.1"
    assert not settings.takes_own_tokens
    assert settings.metrics_key is None
    assert settings.database.host == "postgres"


@pytest.mark.parametrize("name", ["C360_METRICS_KEY", "C360_OIDC_ISSUER", "C360_ALLOWED_HOSTS", "C360_WORKERS"])
def test_what_an_installation_decides_comes_from_outside(name):
    assert SERVICE["environment"][name].startswith(f"${{{name}:-")


def test_no_secret_is_written_down():
    assert "C360_METRICS_KEY: ${C360_METRICS_KEY:-}" in (ROOT / "docker-compose.yml").read_text()
    assert "KEY=" not in DOCKERFILE
    assert "PASSWORD" not in DOCKERFILE


def test_a_stop_has_the_time_that_it_needs(monkeypatch):
    seconds = int(SERVICE["stop_grace_period"].removesuffix("s"))

    assert seconds > loaded(monkeypatch).stop_delay + FINISH_SECONDS + 5


def loaded(monkeypatch) -> Settings:
    for name, value in defaults().items():
        monkeypatch.setenv(name, value)
    return Settings()
