"""The picture of an escalation path: whom someone turns to, from their department up to the top."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.drawing import names, svg
from graph.drawing.cards import Card, draw_card, size_of
from graph.drawing.frame import Frame, Sign, framed
from graph.drawing.geometry import Box, Line, Point, Size
from graph.drawing.names import DepartmentName, StaffName
from graph.drawing.style import Look
from graph.drawing.text import width
from graph.drawing.words import Words
from graph.port import Graph
from graph.sql.staff import HOME
from store.statement import Reads

_LEVEL: Final = 12.0
_BETWEEN: Final = 36.0
_BESIDE: Final = 30.0
_AROUND: Final = 22.0
_WIDEST: Final = 260.0


class NoPlace(Exception):  # noqa: N818  # named for what is the matter
    """A person without a place in a department on the day: there is nobody above."""


@dataclass(frozen=True)
class Rung:
    """A department on the way up, its level from 0, and who leads it, if anyone does."""

    department: DepartmentName
    level: int
    leader: StaffName | None
    is_acting: bool


@dataclass(frozen=True)
class Escalation:
    """A person, and the departments from their own to the top."""

    person: StaffName
    rungs: tuple[Rung, ...]

    def turns_to(self, rung: Rung) -> bool:
        """Whether the person turns to who leads there."""
        return rung.leader is not None and rung.leader.id != self.person.id


async def ask_escalation(graph: Graph, reads: Reads, key: uuid.UUID, day: dt.date) -> Escalation:
    """The way up of a member of the staff on a day.

    The port's path of a person leaves out departments that nobody leads, and those that the person leads. The picture
    shows them, so it asks for the path of the department that the person came to last, which is the same but for that.

    Raises:
        NoPlace: the person has no place in a department.
        GraphUnavailable: what answers for the network does not answer.
    """
    homes = await HOME.rows(reads, keys=[key], day=day)
    if not homes:
        raise NoPlace
    home: uuid.UUID = homes[0][1]
    (above,) = await graph.ancestors_by_department([home])
    (steps,) = await graph.escalation_by_department([home], day)
    led = {step.department_id: step for step in steps}
    people = await names.staff(reads, {key, *(step.staff_id for step in steps)})
    known = await names.departments(reads, {home, *(one.department_id for one in above)})
    rungs = []
    for level, each in enumerate((home, *(one.department_id for one in above))):
        step = led.get(each)
        leader = people.get(step.staff_id) if step else None
        rungs.append(Rung(known[each], level, leader, step is not None and step.is_acting))
    return Escalation(people[key], tuple(rungs))


def draw_escalation(path: Escalation, words: Words, day: dt.date) -> str:
    """The picture as SVG: the top above."""
    own = Card(Look.STAFF, path.person.number, path.person.name, is_asked=True)
    is_leader = not path.turns_to(path.rungs[0]) and path.rungs[0].leader is not None
    left = [_department(rung) for rung in path.rungs]
    right = [own if is_leader and not rung.level else _leader(path, rung, words) for rung in path.rungs]
    rows = _rows(left, right if is_leader else [*right, own], words)
    content = Box(0, 0, rows.right[0].right + _AROUND, max(box.bottom for box in (*rows.left, *rows.right)))
    root, parent = framed(_frame(path, words, day), content)
    _draw_levels(parent, path, rows, words)
    for card, box in (*zip(left, rows.left, strict=True), *zip(right, rows.right, strict=False)):
        draw_card(parent, card, box)
    if not is_leader:
        draw_card(parent, own, rows.right[-1])
    for line in _steps(path, rows.right, is_leader=is_leader):
        svg.path(parent, line, Look.BRANCH)
        svg.arrow(parent, Line(line[-2], line[-1]), Look.BRANCH)
    return svg.written(root)


@dataclass(frozen=True)
class _Rows:
    """Where the cards are: those of level 0 first, which are the lowest; the person's own card may be one below."""

    left: Sequence[Box]
    right: Sequence[Box]


def _rows(left: Sequence[Card], right: Sequence[Card], words: Words) -> _Rows:
    places = _largest(left), _largest(right)
    height = max(size.height for size in places)
    x = width(words.level.format(level=len(left)), _LEVEL) + 16
    boxes: tuple[list[Box], list[Box]] = ([], [])
    for cards, size, into in zip((left, right), places, boxes, strict=True):
        for level in range(len(cards)):
            row = len(left) - 1 - level if level < len(left) else level
            y = row * (height + _BETWEEN)
            into.append(Box(x, y + (height - size.height) / 2, *size))
        x += size.width + _BESIDE
    return _Rows(*boxes)


def _largest(cards: Sequence[Card]) -> Size:
    sizes = [size_of(card, _WIDEST) for card in cards]
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _department(rung: Rung) -> Card:
    return Card(Look.DEPARTMENT, rung.department.number, rung.department.name)


def _leader(path: Escalation, rung: Rung, words: Words) -> Card:
    if rung.leader is None:
        return Card(Look.STAFF, "", words.vacant, is_faded=True)
    corner = words.acting_head if rung.is_acting else words.head
    return Card(Look.STAFF, rung.leader.number, rung.leader.name, corner, is_faded=not path.turns_to(rung))


def _draw_levels(parent: svg.Element, path: Escalation, rows: _Rows, words: Words) -> None:
    for rung, department, person in zip(path.rungs, rows.left, rows.right, strict=False):
        at = Point(0, department.middle.y + 4)
        svg.text(parent, at, words.level.format(level=rung.level), _LEVEL, Look.SOFT)
        ends = (Point(department.right, department.middle.y), Point(person.x, person.middle.y))
        svg.path(parent, ends, Look.BRANCH, faded=rung.leader is None)


def _steps(path: Escalation, boxes: Sequence[Box], *, is_leader: bool) -> Iterator[tuple[Point, ...]]:
    """The arrows from the person to the first whom they turn to, and on; around whoever is passed over."""
    goals = [rung.level for rung in path.rungs if path.turns_to(rung)]
    start = 0 if is_leader else len(path.rungs)
    for goal in goals:
        low, high = boxes[start], boxes[goal]
        passed = goal - (-1 if start == len(path.rungs) else start) > 1
        if passed:
            x = low.right + _AROUND
            yield (
                Point(low.right, low.middle.y),
                Point(x, low.middle.y),
                Point(x, high.middle.y),
                Point(high.right, high.middle.y),
            )
        else:
            yield Point(low.middle.x, low.y), Point(high.middle.x, high.bottom)
        start = goal


def _frame(path: Escalation, words: Words, day: dt.date) -> Frame:
    heading = words.escalation.format(number=path.person.number, name=path.person.name)
    steps = sum(map(path.turns_to, path.rungs))
    below = f"{words.count(words.steps, steps)} · {words.as_of.format(day=day)}"
    signs = [Sign(Look.DEPARTMENT, words.department), Sign(Look.STAFF, words.staff)]
    return Frame(heading, below, f"{heading}: {below}", signs, words.language)
