"""Running an import in a test, and looking at what it left."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from resolvers.importing import ImportTask, Report, import_file
from store.base import Base
from store.session import Database
from tests.factories import NOW

SHIPPED = Path(__file__).parents[2] / "server" / "demo_data"
"""The slices of the published sets that ship with the project."""

SETS = Path(os.environ.get("C360_TEST_DATA") or SHIPPED)
"""The published sets where C360_TEST_DATA names their folder, otherwise the slices of them."""

FILES = {
    "servicenow": "servicenow_incident_events.csv",
    "cfpb": "cfpb_complaints.csv",
    "online-retail": "online_retail_invoices.csv",
    "cdnow": "cdnow_sample.txt",
}


class Desk:
    """Imports texts and files into one store, and reads it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.rejects = folder / "rejects.csv"

    async def text(self, source: str, text: str | bytes, *, name: str = "rows.csv", **options: Any) -> Report:
        """Import a text as a file of this name."""
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return await self.file(source, file, **options)

    async def file(self, source: str, file: Path, *, now: dt.datetime = NOW, **options: Any) -> Report:
        """Import a file."""
        return await import_file(self.database, ImportTask(source, file, self.rejects, **options), now=now)

    def refused(self) -> list[tuple[int, str, str, str]]:
        """The lines of the reject file."""
        with self.rejects.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        assert header == ["line", "column", "value", "reason"]
        return [(int(line), column, value, reason) for line, column, value, reason in rows]

    async def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """What a select finds."""
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(statement)).all())

    async def one(self, statement: sa.Select[Any]) -> Any:
        """The one row that a select finds."""
        (row,) = await self.rows(statement)
        return row

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        async with self.database.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, await connection.execute(sa.select(table))), key=repr)
                for table in Base.metadata.sorted_tables
                if not table.info.get("view")
            }

    async def counts(self) -> dict[str, int]:
        """How many rows each table has, of those that have any; without what is there from the beginning."""
        rows = await self.everything()
        return {name: len(found) for name, found in rows.items() if found and name not in {"log_meta", "log_key"}}
