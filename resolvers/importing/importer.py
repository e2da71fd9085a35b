"""One import: the whole file is read and checked first, and only then written, in one transaction.

The log of events is written last, so that its readers wait only while the events go in. A file that is broken, or a
store that fails half-way, leaves nothing behind.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from outbox.log import MAX_CHANGES, append
from resolvers.importing.form import shown
from resolvers.importing.loader import load
from resolvers.importing.record import Fact, Record, RecordKind, Rejection
from resolvers.importing.report import Report, write_rejects
from resolvers.importing.sources import Source, source_named
from resolvers.importing.spool import Spool
from resolvers.importing.textfile import read_lines
from resolvers.importing.writing import Writing
from store.session import Database

IDLE_MS: Final = 120_000
"""How long we may think between two statements, in milliseconds."""

ATTEMPTS: Final = 3
"""How often we try to write what loses to another writer."""

_LOST_RACES: Final = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a serialization failure and a deadlock."""


def _silent(stage: str, amount: int, total: int) -> None:
    del stage, amount, total


@dataclass(frozen=True, slots=True)
class ImportTask:
    """What is to be imported, and how. `progress` hears of a stage, how much more of it is done, and its total.

    The stages are "reading" in bytes, and "writing" in records.
    """

    source: str
    file: Path
    rejects: Path
    dry_run: bool = False
    progress: Callable[[str, int, int], None] = _silent


async def import_file(database: Database, task: ImportTask, *, now: dt.datetime) -> Report:
    """Import a file. Rows that cannot be imported are refused alone, and written to `task.rejects` with the reason.

    Raises:
        ImportingError: no source has this name, the file is broken, or the reject file cannot be written; then nothing
            was imported.
    """
    source = source_named(task.source)
    report = Report(task.source, task.file, task.dry_run)
    with Spool() as spool:
        read_file(source, task, spool, report, now)
        spool.begin_writing()
        attempts = itertools.count(1)
        while True:
            try:
                return await _write(database, task, spool, copy.deepcopy(report), now)
            except DBAPIError as error:
                if next(attempts) == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in _LOST_RACES:
                    raise
                spool.forget_writing()


async def _write(database: Database, task: ImportTask, spool: Spool, report: Report, now: dt.datetime) -> Report:
    """One transaction: the records, the reject file while all can still be taken back, and the events last."""
    async with database.transaction(idle_ms=IDLE_MS) as session:
        writing = Writing(await session.connection(), spool, report, now)
        await load(writing, partial(_progress, task, "writing", spool.count()))
        report.rows_refused = spool.refused_rows()
        if report.rows_refused:
            write_rejects(task.rejects, spool.rejections())
            report.rejects = task.rejects
        if task.dry_run:
            await session.rollback()
            return report
        for changes in spool.changes(MAX_CHANGES):
            await append(session, changes, at=now, actor=f"import:{task.source}")
    return report


def read_file(source: Source, task: ImportTask, spool: Spool, report: Report, now: dt.datetime) -> None:
    """Read and check the whole file into a spool.

    Raises:
        UnreadableFileError: the file is broken.
    """
    on_bytes = partial(_progress, task, "reading", _size(task.file))
    refused: set[int] = set()
    read: Counter[RecordKind] = Counter()
    for parsed in source.parse(read_lines(task.file, on_bytes), task.file.suffix.lower(), now):
        if isinstance(parsed, Fact):
            report.facts.append(parsed)
        elif isinstance(parsed, Rejection):
            spool.reject(parsed)
            refused.add(parsed.line)
        else:
            read.update([parsed.kind, *(part.kind for part in parsed.parts)])
            _keep(parsed, spool, report)
    for kind, number in read.items():
        report.of(kind).read += number
    report.of(source.row).read += len(refused)
    report.of(source.row).rejected += len(refused)


def _keep(record: Record, spool: Spool, report: Report) -> None:
    """Let a record wait, unless the file has it, or the place that it takes, already."""
    taken = None if record.only is None else spool.take(record.only, record.line)
    earlier = None if taken is not None else spool.add(record)
    if taken is not None:
        reason = f"line {taken} names the {record.only} already; there is one only"
    elif earlier is not None:
        reason = f"line {earlier} has the same {record.kind.noun}; remove one of them"
    else:
        return
    spool.reject(Rejection(record.line, "", shown(record.key), reason))
    report.of(record.kind).rejected += 1


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _progress(task: ImportTask, stage: str, total: int, amount: int) -> None:
    task.progress(stage, amount, total)
