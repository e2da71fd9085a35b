"""Rows that change nothing: they can never match, others always decide before them, or they say what others say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.engine.analysis.boxes import TooMuchWorkError, meet
from rules.engine.analysis.checking_table import Subject
from rules.engine.analysis.findings import Finding, FindingKind, Severity
from rules.engine.analysis.outputs import constants, is_constant, ranks
from rules.engine.analysis.words import listed, test_in_words
from rules.engine.table import DecisionTable, HitPolicy, Row


def dead_rows(subject: Subject) -> Iterator[Finding]:
    """The rows that match and could be taken out, and no answer would change."""
    policy = subject.table.policy
    if policy in (HitPolicy.FIRST, HitPolicy.PRIORITY):
        yield from _shadowed(subject)
    elif policy in (HitPolicy.ANY, HitPolicy.MIN, HitPolicy.MAX):
        yield from _outdone(subject)
    elif policy is not HitPolicy.UNIQUE:
        yield from _twice(subject)


def unreachable(subject: Subject) -> Iterator[Finding]:
    """The rows with a cell that admits no value."""
    for row, box in zip(subject.table.rows, subject.boxes, strict=True):
        if all(box):
            continue
        place = box.index(0)
        column = subject.space.columns[place].column
        cell = test_in_words(column, row.tests[place])
        sentence = f"row {row.id} can never match: no value of {column.name} is admitted by {cell}. Mend the cell"
        yield subject.finding(FindingKind.UNREACHABLE, Severity.ERROR, sentence, [row])


def _shadowed(subject: Subject) -> Iterator[Finding]:
    table, boxes = subject.table, subject.boxes
    before = earlier_deciders(table)
    for number, row in enumerate(table.rows):
        if not all(boxes[number]):
            continue
        deciders = [each for each in before[number] if meet(boxes[each], boxes[number])]
        try:
            if subject.outside(boxes[number], [boxes[each] for each in deciders]) is None:
                yield _shadow(subject, row, number, deciders)
        except TooMuchWorkError:
            yield subject.unfinished(f"whether row {row.id} ever decides", [row])


def _shadow(subject: Subject, row: Row, number: int, deciders: Sequence[int]) -> Finding:
    box = subject.boxes[number]
    alone = next((each for each in deciders if meet(box, subject.boxes[each]) == box), None)
    others = [subject.table.rows[each] for each in (deciders if alone is None else [alone])]
    names = listed([each.id for each in others])
    verb = "decides" if len(others) == 1 else "decide"
    plural = "" if len(others) == 1 else "s"
    sentence = (
        f"row {row.id} never decides: row{plural} {names} always {verb} before it. Move it, narrow them, or take it out"
    )
    witness = subject.space.point(box)
    return subject.finding(FindingKind.SHADOWED, Severity.ERROR, sentence, [row, *others], [box], witness=witness)


def earlier_deciders(table: DecisionTable) -> list[list[int]]:
    """For each row those that always decide before it where both match, under FIRST or PRIORITY."""
    count = len(table.rows)
    if table.policy is HitPolicy.FIRST:
        return [list(range(number)) for number in range(count)]
    bounds = [ranks(table, row) for row in table.rows]
    return [
        [
            other
            for other in range(count)
            if bounds[other][1] < bounds[number][0] or (bounds[other][1] == bounds[number][0] and other < number)
        ]
        for number in range(count)
    ]


def _outdone(subject: Subject) -> Iterator[Finding]:
    """From the last row on, so that of two rows that say the same the first one stays."""
    table, boxes = subject.table, subject.boxes
    kept = [number for number in range(len(table.rows)) if all(boxes[number])]
    for number in reversed(kept.copy()):
        row = table.rows[number]
        others = [
            each
            for each in kept
            if each != number and _says_as_much(table, table.rows[each], row) and meet(boxes[each], boxes[number])
        ]
        try:
            if subject.outside(boxes[number], [boxes[each] for each in others]) is None:
                kept.remove(number)
                yield _repetition(subject, row, number, [table.rows[each] for each in others])
        except TooMuchWorkError:
            yield subject.unfinished(f"whether row {row.id} says anything of its own", [row])


def _says_as_much(table: DecisionTable, other: Row, row: Row) -> bool:
    """Whether the other row leaves nothing for this one to say where both match."""
    if table.policy is HitPolicy.ANY or not (is_constant(row) and is_constant(other)):
        return other.outputs == row.outputs
    [its], [mine] = constants(other), constants(row)
    if its is None or mine is None:
        return its is None
    return bool(its <= mine if table.policy is HitPolicy.MIN else its >= mine)


def _twice(subject: Subject) -> Iterator[Finding]:
    seen: dict[object, Row] = {}
    for number, (row, box) in enumerate(zip(subject.table.rows, subject.boxes, strict=True)):
        earlier = seen.setdefault((box, row.outputs), row)
        if earlier is not row and all(box):
            yield _repetition(subject, row, number, [earlier])


def _repetition(subject: Subject, row: Row, number: int, others: Sequence[Row]) -> Finding:
    policy = subject.table.policy
    names = f"row{'s' if len(others) > 1 else ''} {listed([each.id for each in others])}"
    if policy in (HitPolicy.MIN, HitPolicy.MAX):
        sentence = f"row {row.id} adds nothing to {policy}: {names} always outdo it. Take it out"
    elif policy is HitPolicy.ANY:
        sentence = f"row {row.id} says only what is said already, by {names}. Take it out"
    else:
        effect = "it counts twice" if policy.is_total else "its answer comes twice"
        sentence = f"row {row.id} says the same as {names}, so {effect}. Take it out, or say what differs"
    box = subject.boxes[number]
    return subject.finding(
        FindingKind.REPEATED, Severity.WARNING, sentence, [row, *others], [box], witness=subject.space.point(box)
    )
