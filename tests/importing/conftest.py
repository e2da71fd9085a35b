"""A store to import into."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.session import Database
from tests.importing.running import Desk


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(database, folder)
