"""A desk at which someone hands over, on every store."""

from __future__ import annotations

import pytest

from store.session import Database
from tests.commands.handover.desk import Desk


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await Desk.opened(database)
