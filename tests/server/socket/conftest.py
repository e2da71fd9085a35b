"""A server over a world whose tickets change, in a thread of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from server.app import Application
from server.settings import Settings
from tests import stores
from tests.commands.worlds import Office, World, built
from tests.server.running import running


def settings_for(store_url: str, **changes) -> Settings:
    """A server that is impatient in all things."""
    usual = {
        "trust_subject_headers": True,
        "patience_ms": 0,
        "bookmark_seconds": 0.5,
        "sockets": 40,
        "sockets_per_address": 30,
        "sockets_per_caller": 5,
        "send_seconds": 1.0,
    }
    return Settings(database_url=store_url, **usual | changes)


async def built_in(store_url: str) -> World:
    """The world, in a store."""
    async with stores.opened(store_url) as database:
        return await built(database)


@pytest.fixture
def world(store_url: str) -> World:
    return asyncio.run(built_in(store_url))


@pytest.fixture
def url(store_url: str, world: World) -> Iterator[str]:
    with running(Application(settings_for(store_url))) as address:
        yield address


@pytest.fixture
async def office(database, world: World) -> Office:
    return Office(database, world)
