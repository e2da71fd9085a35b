from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Iterator

import pytest

from resolvers.generating import WorldPlan, generate_world
from store.session import Database
from tests import stores

AS_OF = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PLAN = WorldPlan(600, AS_OF, seed=7)


@pytest.fixture
def plan() -> WorldPlan:
    """A small world, of more than one chunk."""
    return PLAN


@pytest.fixture
def tiny_plan() -> WorldPlan:
    """A world that is made in no time."""
    return dataclasses.replace(PLAN, customers=120)


@pytest.fixture(scope="session")
def world_url(template: stores.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store of each kind with the small world in it, made once a process: for tests that only read."""
    with stores.empty_store(template, tmp_path_factory.mktemp("world")) as url:
        asyncio.run(_fill(url))
        yield url


@pytest.fixture
async def world(world_url: str) -> AsyncIterator[Database]:
    async with stores.opened(world_url) as opened:
        yield opened


async def _fill(url: str) -> None:
    async with stores.opened(url) as database:
        await generate_world(database, PLAN, at=AS_OF)
