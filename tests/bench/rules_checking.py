"""How long a check takes: reading a rule file, and proving what is wrong in its table."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rules.engine.analysis.check import check
from rules.engine.analysis.findings import FindingKind, Report
from rules.engine.rule_file import load_rule_set
from tests.bench.rules_tables import tables

SIZES = (200, 2_000)


@dataclass(frozen=True)
class Figure:
    """The medians of some runs, in seconds: the file read and checked, and only read, which no check can do without."""

    rows: int
    table: str
    seconds: float
    floor_seconds: float
    findings: dict[str, int]
    """How many, by their kind."""

    @property
    def ratio(self) -> float:
        """How many times the time of reading alone."""
        return self.seconds / self.floor_seconds


def measured(runs: int) -> list[Figure]:
    """Every table, in turns of reading and of checking."""
    with tempfile.TemporaryDirectory(prefix="c360-check-") as folder:
        return [
            _figure(_file(Path(folder), text), rows, table, runs)
            for rows in SIZES
            for table, text in tables(rows).items()
        ]


def _file(folder: Path, text: str) -> Path:
    path = folder / "bench.yaml"
    path.write_text(text)
    return path


def _figure(path: Path, rows: int, table: str, runs: int) -> Figure:
    reading, checking, report = [], [], _checked(path)
    for _ in range(runs):
        reading.append(_seconds(lambda: load_rule_set(path)))
        checking.append(_seconds(lambda: _checked(path)))
    if len(report.rule_set.table.rows) != rows or bool(report.errors) == (table == "no fault"):
        raise RuntimeError(f"the table of {rows} rows with {table} is not what it should be: {report.findings}")
    counts = Counter(each.kind.value for each in report.findings)
    if FindingKind.UNFINISHED in counts:
        raise RuntimeError(f"the check of {rows} rows with {table} gave questions up")
    return Figure(rows, table, statistics.median(checking), statistics.median(reading), dict(counts))


def _checked(path: Path) -> Report:
    return check(load_rule_set(path))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
