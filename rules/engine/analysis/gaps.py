"""Facts that no row takes, as the few largest boxes that a person can read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from rules.engine.analysis.boxes import Box, TooMuchWorkError, grown
from rules.engine.analysis.checking_table import Subject
from rules.engine.analysis.findings import Finding, FindingKind, Severity
from rules.engine.table import HitPolicy

MOST_BOXES: Final = 10
_ORDERS: Final = 8
_ONE_ANSWER: Final = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)


def gaps(subject: Subject) -> Iterator[Finding]:
    """One finding with all gaps: an error where one answer is due, a warning of a policy that lists answers."""
    table = subject.table
    if table.defaults is not None or table.policy.is_total:
        return
    try:
        boxes, is_all = largest_gaps(subject, subject.boxes)
    except TooMuchWorkError:
        yield subject.unfinished("whether every fact is taken by a row")
        return
    if not boxes:
        return
    is_due = table.policy in _ONE_ANSWER
    yield subject.finding(
        FindingKind.GAP,
        Severity.ERROR if is_due else Severity.WARNING,
        "no row takes these facts. Add a row for them, or a default to each output",
        boxes=boxes,
        is_all=is_all,
        witness=subject.space.point(boxes[0]),
    )


def largest_gaps(subject: Subject, rows: Sequence[Box], most: int = MOST_BOXES) -> tuple[list[Box], bool]:
    """Boxes that no row meets, each as large as can be; and whether they are all.

    Raises:
        TooMuchWorkError: not even one was found in time.
    """
    found: list[Box] = []
    while len(found) <= most:
        try:
            part = subject.outside(subject.space.full, [*rows, *found])
        except TooMuchWorkError:
            if not found:
                raise
            return found, False
        if part is None:
            return found, True
        if len(found) < most:
            found.append(_largest_around(subject, part, rows))
        else:
            break
    return found, False


def _largest_around(subject: Subject, box: Box, rows: Sequence[Box]) -> Box:
    """The box around a point of this one with the fewest conditions; of equal ones, the largest."""
    space = subject.space
    point = tuple(mask & -mask for mask in box)
    candidates = (grown(point, rows, space, order) for order in orders(len(point)))
    return min(candidates, key=lambda each: (space.conditions(each), -space.size(each)))


def orders(columns: int) -> list[tuple[int, ...]]:
    """A few orders of columns, as different as can be: the same ones each time."""
    straight = tuple(range(columns))
    turned = (straight[at:] + straight[:at] for at in range(columns))
    both = itertools.chain.from_iterable((each, each[::-1]) for each in turned)
    return list(dict.fromkeys(both))[: max(_ORDERS, 2 * columns)]
