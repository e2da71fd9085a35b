from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.app import Application
from server.demo import prepare, url_of
from server.settings import Settings
from tests.server.running import running
from tests.server.tiny import TinyService


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """No setting of the developer's own environment, and no `.env`, reaches a test."""
    for name in list(os.environ):
        if name.startswith("C360_") and not name.startswith("C360_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    asyncio.run(prepare(path, Settings(database_url=url_of(path)), lambda _: None))
    return path


@pytest.fixture(scope="module")
def tiny() -> TinyService:
    return TinyService()


@pytest.fixture(scope="module")
def url(tiny: TinyService) -> Iterator[str]:
    settings = Settings(body_limit=20_000, request_timeout=1.0, body_seconds=0.5, patience_ms=0)
    with running(Application(settings, opener=tiny.opened)) as address:
        yield address


@pytest.fixture
def client(url: str, tiny: TinyService) -> Iterator[httpx.Client]:
    tiny.failure = tiny.ping_failure = None
    tiny.calls.clear()
    with httpx.Client(base_url=url, timeout=10) as opened:
        yield opened
