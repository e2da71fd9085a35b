"""Publishing a rule set again and again in one process: how long it takes, and whether memory stays."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import psutil

from rules.engine.case_file import Case, Expected
from rules.engine.deciding import Version
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from tests.bench.rules_world import world
from tests.bench.usage import resident_mb

WARM = 50
CASES = 20


@dataclass(frozen=True)
class Publishing:
    """Milliseconds of one publish, and the megabytes by which the process grew over all of them."""

    publishes: int
    milliseconds: float
    growth_mb: float


def published(publishes: int) -> Publishing:
    """Build, test, swap and free a table of 100 rows so many times, in turns of two that differ."""
    worlds = [world("FIRST", CASES, seed=seed) for seed in (5, 6)]
    rule_sets = [read_rule_set(each.text, "bench.yaml") for each in worlds]
    cases = [Case(f"case {number}", 1, facts, Expected()) for number, facts in enumerate(worlds[0].facts)]
    process = psutil.Process()
    for number in range(WARM):
        _publish(rule_sets[number % 2], cases)
    gc.collect()
    before, began = resident_mb(process), time.perf_counter()
    for number in range(publishes):
        _publish(rule_sets[number % 2], cases)
    milliseconds = (time.perf_counter() - began) * 1_000 / publishes
    gc.collect()
    return Publishing(publishes, milliseconds, resident_mb(process) - before)


def _publish(rule_set: RuleSet, cases: Sequence[Case]) -> None:
    """Build its engine, decide its cases, and free it, as the next publication would."""
    with closing(Version(rule_set)) as engine:
        assert not engine.failures(cases)
