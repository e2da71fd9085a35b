"""What an import did: counted by kind of record, and the refused rows as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from resolvers.importing.errors import ImportingError
from resolvers.importing.record import Fact, RecordKind, Rejection


class RejectFileError(ImportingError):
    """The file for refused rows cannot be written."""


@dataclass(slots=True)
class Counts:
    """How many records of one kind were read, and what became of them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Report:
    """What one run did; in a dry run, what it would have done. `facts` are the publisher's own numbers."""

    source: str
    file: Path
    dry_run: bool
    facts: list[Fact] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    rows_refused: int = 0
    rejects: Path | None = None

    @property
    def changes(self) -> int:
        """How many records were created or updated."""
        return sum(each.created + each.updated for each in self.counts.values())

    def of(self, kind: RecordKind) -> Counts:
        """The counts of a kind."""
        return self.counts.setdefault(kind.noun, Counts())

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "source": self.source,
            "file": str(self.file),
            "dryRun": self.dry_run,
            "changes": self.changes,
            "rowsRefused": self.rows_refused,
            "rejects": None if self.rejects is None else str(self.rejects),
            "facts": [asdict(fact) for fact in self.facts],
            "records": {kind: asdict(counts) for kind, counts in self.counts.items()},
        }


def write_rejects(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write the refused rows to a CSV file, which is there as a whole or not at all.

    Raises:
        RejectFileError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("line", "column", "value", "reason"))
            writer.writerows((each.line, each.column, each.value, each.reason) for each in rejections)
        part.replace(path)
    except OSError as error:
        reason = f"{path}, the file for refused rows, cannot be written: {error.strerror}"
        raise RejectFileError(reason, "Name another with --rejects; nothing was imported") from error
