"""Boxes and lines: where they are, whether they touch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Point(NamedTuple):
    """A place; y grows downwards."""

    x: float
    y: float


class Size(NamedTuple):
    """How large a box is."""

    width: float
    height: float


class Box(NamedTuple):
    """A rectangle by its left upper corner."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(cls, middle: Point, size: Size) -> Box:
        """The box of a size that has its middle there."""
        return cls(middle.x - size.width / 2, middle.y - size.height / 2, *size)

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The place in the middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def moved(self, dx: float, dy: float) -> Box:
        """The box somewhere else."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: float) -> Box:
        """The box with so much more on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def touches(self, other: Box, gap: float = 0) -> bool:
        """Whether two boxes have less than a gap between them."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )

    def holds(self, other: Box) -> bool:
        """Whether another box lies within this one."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


class Line(NamedTuple):
    """A straight line from one place to another."""

    start: Point
    end: Point

    def at(self, share: float) -> Point:
        """The place after a share of the way."""
        return Point(
            self.start.x + (self.end.x - self.start.x) * share, self.start.y + (self.end.y - self.start.y) * share
        )

    def inside(self, box: Box) -> tuple[float, float] | None:
        """From which share of the way to which it runs within a box; None where it does not."""
        first, last = 0.0, 1.0
        for start, way, low, high in (
            (self.start.x, self.end.x - self.start.x, box.x, box.right),
            (self.start.y, self.end.y - self.start.y, box.y, box.bottom),
        ):
            if not way:
                if not low < start < high:
                    return None
                continue
            enters, leaves = sorted(((low - start) / way, (high - start) / way))
            first, last = max(first, enters), min(last, leaves)
        return (first, last) if first < last else None

    def crosses(self, box: Box) -> bool:
        """Whether it runs through a box."""
        (ax, ay), (bx, by) = self
        if (ax if ax > bx else bx) <= box.x or (ax if ax < bx else bx) >= box.x + box.width:
            return False  # most lines are far from most boxes
        if (ay if ay > by else by) <= box.y or (ay if ay < by else by) >= box.y + box.height:
            return False
        return self.inside(box) is not None


def between(one: Box, other: Box) -> Line:
    """The line from the edge of one box to the edge of another, on the way from middle to middle."""
    whole = Line(one.middle, other.middle)
    leaves, enters = whole.inside(one), whole.inside(other)
    return Line(whole.at(leaves[1] if leaves else 0), whole.at(enters[0] if enters else 1))


def bounds(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of these; there must be one at least."""
    every = list(boxes)
    x, y = min(box.x for box in every), min(box.y for box in every)
    return Box(x, y, max(box.right for box in every) - x, max(box.bottom for box in every) - y)
