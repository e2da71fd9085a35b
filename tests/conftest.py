"""Fixtures for all tests: an empty store of each kind, and a moment that is now."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import is_hypothesis_test

from store.session import Database
from tests import neo4j_server, stores
from tests.factories import NOW

collect_ignore = [] if neo4j_server.is_here() else ["test_neo4j_server.py"]


ON_BOTH_STORES = (
    *(f"tests/{name}/" for name in ("acting", "commands", "decisions", "facts", "graph", "reading", "rules", "schema")),
    "tests/server/test_simulating.py",
)
"""Where a test runs on each store, and hardly any line of ours is for one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Counting lines doubles the time of a test, so each line is counted once.

    A law runs hundreds of examples: plain tests beside it count the lines. What runs on both stores counts on SQLite.
    """
    for item in items:
        is_law = is_hypothesis_test(getattr(item, "function", None))
        if is_law or (item.nodeid.startswith(ON_BOTH_STORES) and "[postgresql" in item.nodeid):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _programs_count_as_their_test(request: pytest.FixtureRequest) -> None:
    """A program that a test starts counts its lines where the test does."""
    if request.node.get_closest_marker("no_cover"):
        environment: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            environment.delenv(name)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture(scope="session", params=stores.stores_here())
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Template]:
    """The kind of store that a test runs on, made once a process. Ask for `database` or `store_url` instead."""
    with stores.template(request.param, tmp_path_factory.mktemp("template")) as made:
        yield made


@pytest.fixture(scope="session")
def shared_url(template: stores.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL database that the tests of a process use one after the other, emptied between them."""
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(stores.empty_store(template, tmp_path_factory.mktemp("shared")))


@pytest.fixture
def store_url(template: stores.Template, shared_url: str, tmp_path) -> Iterator[str]:
    """The URL of an empty store, for a test that opens it itself."""
    if template.kind == "sqlite":
        with stores.empty_store(template, tmp_path) as url:
            yield url
        return
    yield shared_url
    stores.emptied(shared_url)


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """An empty store, of each kind in turn."""
    async with stores.opened(store_url) as opened:
        yield opened
