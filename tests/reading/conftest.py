"""The nasty world in a store of each kind, all ways to answer over them, and the naive reader of the same rows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from tests import stores
from tests.factories import NOW
from tests.reading import naive_rows, world
from tests.reading.documents_values import Pools, pools_of
from tests.reading.naive import Reader
from tests.reading.real_cursors import real_cursors
from tests.reading.ways import Way, Ways, open_ways, types


@pytest.fixture(scope="session")
def world_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A store of each kind that tests run on, with the nasty world; nothing writes to it."""
    with contextlib.ExitStack() as stack:
        urls = {}
        for kind in stores.stores_here():
            template = stack.enter_context(stores.template(kind, tmp_path_factory.mktemp("world_template")))
            urls[kind] = stack.enter_context(stores.empty_store(template, tmp_path_factory.mktemp("world")))
            world.fill(urls[kind])
        yield urls


@pytest.fixture(scope="session")
def all_rows(world_urls: Mapping[str, str]) -> Mapping[str, naive_rows.Rows]:
    """The rows of each store."""
    return {kind: naive_rows.load(url) for kind, url in world_urls.items()}


@pytest.fixture(scope="session")
def rows(all_rows: Mapping[str, naive_rows.Rows]) -> naive_rows.Rows:
    """The rows of the world."""
    return next(iter(all_rows.values()))


@pytest.fixture(scope="session")
def reader(rows: naive_rows.Rows) -> Reader:
    """The naive reader of the world."""
    return Reader(types(), rows)


@pytest.fixture(scope="session")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty store in which it is written down which secrets the tests read."""
    with (
        stores.template("sqlite", tmp_path_factory.mktemp("records_template")) as template,
        stores.empty_store(template, tmp_path_factory.mktemp("records")) as url,
    ):
        yield url


@pytest.fixture(scope="session")
async def ways(world_urls: Mapping[str, str], records_url: str) -> AsyncIterator[Ways]:
    """All ways to answer, on all stores."""
    async with open_ways(world_urls, records_url) as opened:
        yield opened


@pytest.fixture(scope="session")
async def pools(ways: Ways, rows: naive_rows.Rows) -> Pools:
    """What exists in the world, with cursors from real answers."""
    codes = [customer["code"] for customer in rows.all("Customer")[:14]]
    return pools_of(rows, await real_cursors(ways.answerers["sqlite", Way.DIRECT], codes, NOW))
