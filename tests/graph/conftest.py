"""Stores for the graph's tests: the record of each kind, and a copy of it in Neo4j."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import stores
from tests.graph.adapters import ADAPTERS


@pytest.fixture(scope="module", params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    """Which adapter answers; Neo4j copies a record on SQLite."""
    return request.param


@pytest.fixture(scope="module")
def record(adapter: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Gives the URL of an empty record, again and again."""
    kind = "sqlite" if adapter == "neo4j" else adapter
    folder = tmp_path_factory.mktemp("graph")
    with stores.template(kind, folder) as made, stores.empty_store(made, folder) as first:

        def empty() -> str:
            if kind == "postgresql":
                stores.emptied(first)
                return first
            return stores.copied(made, folder)

        yield empty
