"""The picture of a department and all below it: who leads each, and how many customers it has itself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.drawing import names, svg
from graph.drawing.cards import Card, Mark, draw_card, size_of
from graph.drawing.frame import Frame, Sign, framed
from graph.drawing.geometry import Box, Size
from graph.drawing.names import DepartmentName, StaffName
from graph.drawing.style import Look
from graph.drawing.tree import Node, place_tree
from graph.drawing.words import Words
from graph.port import Graph, Step
from store.statement import Reads

MOST: Final = 500
"""Departments that one picture holds."""

_WIDEST: Final = 236.0


class TooLarge(Exception):  # noqa: N818  # named for what is the matter
    """More departments than a picture holds. `parts`: those directly below with how many each has, most first."""

    def __init__(self, count: int, parts: Sequence[tuple[DepartmentName, int]]) -> None:
        super().__init__(f"{count} departments are more than the {MOST} that a picture holds")
        self.count, self.parts = count, parts


@dataclass(frozen=True)
class Department:
    """One department of a picture. `hidden` counts those below it that are not drawn."""

    name: DepartmentName
    leader: StaffName | None
    is_acting: bool
    customers: int
    below: tuple[Department, ...]
    hidden: int

    def all(self) -> Iterator[Department]:
        """This one and all below it."""
        yield self
        for one in self.below:
            yield from one.all()


async def ask_departments(
    graph: Graph, reads: Reads, key: uuid.UUID, day: dt.date, levels: int | None = None
) -> Department:
    """A department with those below it, so many levels of them.

    Raises:
        TooLarge: more departments than a picture holds.
        GraphUnavailable: what answers for the network does not answer.
    """
    (placed,) = await graph.subtree_by_department([key])
    found = await names.departments(reads, {key, *(one.department_id for one in placed)})
    below = _below(one for one in found.values() if one.id != key)
    drawn = list(_drawn(key, below, levels))
    if len(drawn) > MOST:
        parts = ((one, _count(one.id, below)) for one in below.get(key, ()))
        raise TooLarge(len(drawn), sorted(parts, key=lambda part: (-part[1], part[0].number)))
    escalations = await graph.escalation_by_department(drawn, day)
    steps = {one: steps[0] for one, steps in zip(drawn, escalations, strict=True) if steps and not steps[0].level}
    people = await names.staff(reads, {step.staff_id for step in steps.values()})
    counts = await names.customer_counts(reads, drawn)
    return _department(found[key], below, set(drawn), steps, people, counts)


def draw_departments(top: Department, words: Words, day: dt.date) -> str:
    """The picture as SVG."""
    every = list(top.all())
    cards = {str(one.name.id): _card(one, words, day, is_asked=one is top) for one in every}
    sizes = [size_of(card, _WIDEST) for card in cards.values()]
    size = Size(max(each.width for each in sizes), max(each.height for each in sizes))
    placing = place_tree(_node(top, size))
    root, content = framed(_frame(top, words, day), Box(0, 0, *placing.size))
    for way in placing.ways:
        svg.path(content, way, Look.BRANCH)
    for key, box in placing.boxes.items():
        draw_card(content, cards[key], box)
    return svg.written(root)


Below = Mapping[uuid.UUID | None, Sequence[DepartmentName]]
"""Departments by the one that they are directly below, in the order of their numbers."""


def _below(found: Iterable[DepartmentName]) -> Below:
    below: dict[uuid.UUID | None, list[DepartmentName]] = {}
    for one in sorted(found, key=lambda one: one.number):
        below.setdefault(one.parent_id, []).append(one)
    return below


def _drawn(top: uuid.UUID, below: Below, levels: int | None) -> Iterator[uuid.UUID]:
    """The departments from one downwards, by their parents on record, of which each has one: none is met twice."""
    yield top
    if levels != 0:
        for one in below.get(top, ()):
            yield from _drawn(one.id, below, None if levels is None else levels - 1)


def _count(top: uuid.UUID, below: Below) -> int:
    return sum(1 for _ in _drawn(top, below, None))


def _department(
    name: DepartmentName,
    below: Below,
    drawn: set[uuid.UUID],
    steps: Mapping[uuid.UUID, Step],
    people: Mapping[uuid.UUID, StaffName],
    counts: Mapping[uuid.UUID, int],
) -> Department:
    step = steps.get(name.id)
    inside = [one for one in below.get(name.id, ()) if one.id in drawn]
    return Department(
        name,
        people.get(step.staff_id) if step else None,
        step is not None and step.is_acting,
        counts.get(name.id, 0),
        tuple(_department(one, below, drawn, steps, people, counts) for one in inside),
        0 if inside else _count(name.id, below) - 1,
    )


def _node(one: Department, size: Size) -> Node:
    return Node(str(one.name.id), size, tuple(_node(each, size) for each in one.below))


def _card(one: Department, words: Words, day: dt.date, *, is_asked: bool) -> Card:
    is_closed = one.name.closed_on is not None and one.name.closed_on <= day
    number = one.name.number
    if one.hidden:
        number += f" · {words.count(words.not_drawn, one.hidden)}"
    corner = words.count(words.customers, one.customers) if one.customers else ""
    note, mark = _note(one, words, is_closed=is_closed)
    return Card(Look.DEPARTMENT, number, one.name.name, corner, note, mark, is_asked=is_asked, is_faded=is_closed)


def _note(one: Department, words: Words, *, is_closed: bool) -> tuple[str, Mark | None]:
    if is_closed:
        return words.closed, None
    if one.leader is None:
        return words.vacant, Mark.VACANT
    if one.is_acting:
        return f"{one.leader.name} ({words.acting_head})", Mark.ACTING
    return one.leader.name, Mark.HEAD


def _frame(top: Department, words: Words, day: dt.date) -> Frame:
    every = list(top.all())
    count = words.count(words.departments, len(every))
    below = f"{count} · {words.as_of.format(day=day)}"
    marks = ((Mark.HEAD, words.head), (Mark.ACTING, words.acting_head), (Mark.VACANT, words.vacant))
    heading = f"{top.name.number} {top.name.name}"
    signs = [Sign(Look.DEPARTMENT, meaning, mark) for mark, meaning in marks]
    return Frame(heading, below, f"{heading}: {below}", signs, words.language)
