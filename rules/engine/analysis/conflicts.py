"""Rows that match together and may not: overlaps under UNIQUE and ANY, ties under PRIORITY."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from rules.engine.analysis.boxes import Box, TooMuchWorkError, meet, meeting_pairs
from rules.engine.analysis.checking_table import Subject
from rules.engine.analysis.findings import Facts, Finding, FindingKind, Severity
from rules.engine.analysis.outputs import is_constant, points, ranks
from rules.engine.kinds import Fault
from rules.engine.reference import decide
from rules.engine.table import HitPolicy, Row


def conflicts(subject: Subject) -> Iterator[Finding]:
    """The pairs of rows that the policy does not allow together, one after the other."""
    finder = {HitPolicy.UNIQUE: _of_unique, HitPolicy.ANY: _of_any, HitPolicy.PRIORITY: _of_priority}.get(
        subject.table.policy
    )
    if finder is None:
        return
    for one, other in meeting_pairs(subject.boxes):
        shared = meet(subject.boxes[one], subject.boxes[other])
        if shared is not None:
            yield from finder(subject, one, other, shared)


def _of_unique(subject: Subject, one: int, other: int, shared: Box) -> Iterator[Finding]:
    yield _finding(subject, one, other, [shared], subject.space.point(shared))


def _of_any(subject: Subject, one: int, other: int, shared: Box) -> Iterator[Finding]:
    rows = subject.table.rows[one], subject.table.rows[other]
    if rows[0].outputs == rows[1].outputs:
        return
    for facts in _candidates(subject, shared, rows):
        if _differ(subject, rows, facts):
            yield _finding(subject, one, other, [shared], facts)
            return


def _of_priority(subject: Subject, one: int, other: int, shared: Box) -> Iterator[Finding]:
    """A tie counts where no better row decides."""
    rows = subject.table.rows[one], subject.table.rows[other]
    if rows[0].outputs == rows[1].outputs:
        return
    (best, worst), (best_other, worst_other) = (ranks(subject.table, row) for row in rows)
    if worst < best_other or worst_other < best:
        return
    better = [
        box
        for box, row in zip(subject.boxes, subject.table.rows, strict=True)
        if ranks(subject.table, row)[1] < min(best, best_other)
    ]
    try:
        yield from _ties(subject, one, other, shared, better)
    except TooMuchWorkError:
        yield subject.unfinished("whether these rows, of equal priority, decide on the same facts", rows)


def _ties(subject: Subject, one: int, other: int, shared: Box, better: Sequence[Box]) -> Iterator[Finding]:
    rows = subject.table.rows[one], subject.table.rows[other]
    part = subject.outside(shared, better)
    if part is None:
        return
    for facts in _candidates(subject, part, rows):
        if _is_tie(subject, rows, facts):
            is_all = subject.outside(shared, [*better, part]) is None
            yield _finding(subject, one, other, [part], facts, is_all=is_all)
            return


def _candidates(subject: Subject, box: Box, rows: Sequence[Row]) -> Iterator[Facts]:
    """Facts at which the outputs are compared: one will do where all are constants."""
    if all(map(is_constant, rows)):
        yield subject.space.point(box)
    else:
        yield from points(subject.space, box, subject.reads)


def _differ(subject: Subject, rows: tuple[Row, Row], facts: Facts) -> bool:
    outcome = decide(dataclasses.replace(subject.table, rows=rows), facts)
    return any(error.fault is Fault.HIT_POLICY for error in outcome.errors)


def _is_tie(subject: Subject, rows: tuple[Row, Row], facts: Facts) -> bool:
    table = subject.table
    alone = [decide(dataclasses.replace(table, rows=(row,)), facts) for row in rows]
    whole = subject.answer(facts)
    if whole.errors or any(each.errors for each in alone) or alone[0].results == alone[1].results:
        return False
    return len({table.rank(each.results[0]) for each in (*alone, whole)}) == 1


def _finding(
    subject: Subject, one: int, other: int, boxes: Sequence[Box], facts: Facts, *, is_all: bool = True
) -> Finding:
    policy = subject.table.policy
    rows = subject.table.rows[one], subject.table.rows[other]
    names = f"rows {rows[0].id} and {rows[1].id}"
    if policy is HitPolicy.PRIORITY:
        kind, severity = FindingKind.TIE, Severity.WARNING
        sentence = f"{names} have the same priority and say different things; only their order decides. Part them"
    else:
        kind, severity = FindingKind.OVERLAP, Severity.ERROR
        why = "UNIQUE allows one" if policy is HitPolicy.UNIQUE else "ANY allows both only if they say the same"
        sentence = f"{names} match the same facts, and {why}. Narrow one of them"
    return subject.finding(kind, severity, sentence, rows[::-1], boxes, is_all=is_all, witness=facts)
