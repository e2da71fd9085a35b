"""The fuzz of both engines in a process of its own, so that a crash or a hang is counted and not suffered."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from rules.engine.deciding import DecisionRefusedError
from tests.rules.contracts.fuzzing import counted

PART = 25_000
"""Pairs of one process."""

PATIENCE = 300.0
"""Seconds after which a process hangs."""


@dataclass
class Fuzz:
    """What so many pairs came to."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)
    """Each crash, hang and difference, with the seed that brings it about again."""


def fuzzed(pairs: int, seed: int) -> Fuzz:
    """Decide so many pairs by both engines."""
    found, began = Fuzz(), time.perf_counter()
    for number, start in enumerate(range(0, pairs, PART)):
        for counts in _part(found, seed + number, min(PART, pairs - start)):
            found.counts += counts
    found.seconds = time.perf_counter() - began
    return found


def _part(found: Fuzz, seed: int, pairs: int) -> Iterator[Counter[str]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_decide, args=(theirs, seed, pairs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE):
            found.troubles.append(f"seed {seed} hangs")
            return
        said = ours.recv()
    except EOFError:
        process.join()
        said = f"the process ended with {process.exitcode}"
    finally:
        process.kill()
        process.join()
    if isinstance(said, str):
        found.troubles.append(f"seed {seed}: {said}")
    else:
        yield said


def _decide(answer: Connection, seed: int, pairs: int) -> None:
    try:
        answer.send(counted(seed, pairs))
    except DecisionRefusedError as refused:
        answer.send(f"{refused}: {refused.difference}"[:2_000])
