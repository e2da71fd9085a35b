"""A small world on every store."""

from __future__ import annotations

import pytest

from store.session import Database
from tests.commands.worlds import Office, World, built


@pytest.fixture
async def world(database: Database) -> World:
    return await built(database)


@pytest.fixture
def office(database: Database, world: World) -> Office:
    return Office(database, world)
