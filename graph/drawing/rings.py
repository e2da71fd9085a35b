"""Where boxes around a centre go: on two flat rings, what belongs to a box of the first ring outside of it.

The boxes are set one after the other, clockwise from the right, each at the first angle at which it touches nothing,
its line crosses no box, and its label hides nothing. Where they do not fit, the rings grow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph.drawing.geometry import Box, Line, Point, Size, between

GAP: Final = 14.0
"""Pixels between boxes at least."""

ARROW: Final = 16.0
"""Pixels between a label and the end of its line, for the arrow."""

STEP: Final = math.radians(2)
"""By what a box that does not fit is moved on."""

_GROWTH: Final = 1.12
"""By how much rings are larger than those on which the boxes did not fit."""

_FLATTEST: Final = (0.5, 0.7, 0.9)
"""How high a ring may be, measured by its width: boxes are wider than high, and so are screens."""

_EASES: Final = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1)
_SIBLINGS: Final = math.radians(50)
"""The angle between boxes outside of one at most: they belong together."""

_WIDEST: Final = math.radians(160)
"""The angle between the first and the last of them: the lines to them fan out, and do not come back."""


@dataclass(frozen=True)
class Spoke:
    """A box with the label of the line that leads to it, and what is outside of it."""

    size: Size
    label: Size
    outer: tuple[Spoke, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A box, the line that leads to it from further inside, and the line's label."""

    box: Box
    line: Line
    label: Box
    outer: tuple[Placed, ...] = ()


class _Ring(NamedTuple):
    """An ellipse around 0, 0, by the halves of its width and height."""

    x: float
    y: float


@dataclass
class _Scene:
    """What has been set so far. `walls` are the boxes with the room around them that lines and labels keep free."""

    boxes: list[Box]
    walls: list[Box]
    lines: list[Line] = field(default_factory=list)
    labels: list[Box] = field(default_factory=list)

    def has_room(self, box: Box) -> bool:
        """Whether a box touches nothing, and no line runs through it."""
        wall = box.grown(GAP / 2)
        return (
            not any(box.touches(other, GAP) for other in self.boxes)
            and not any(wall.touches(label) for label in self.labels)
            and not any(line.crosses(wall) for line in self.lines)
        )

    def takes(self, one: Placed, source: Box) -> bool:
        """Whether a box can be set, with its line from another one and the label on that."""
        return self.has_room(one.box) and self._has_way(one, source)

    def _has_way(self, one: Placed, source: Box) -> bool:
        if one.label.touches(one.box) or one.label.touches(source):
            return False
        walls = [wall for box, wall in zip(self.boxes, self.walls, strict=True) if box is not source]
        if any(one.label.touches(wall) or one.line.crosses(wall) for wall in walls):
            return False
        if any(one.label.touches(label, 2) or one.line.crosses(label) for label in self.labels):
            return False
        return not any(line.crosses(one.label) for line in self.lines)

    def add(self, one: Placed) -> None:
        """Set a box with its line and label."""
        self.boxes.append(one.box)
        self.walls.append(one.box.grown(GAP / 2))
        self.lines.append(one.line)
        self.labels.append(one.label)

    def copied(self) -> _Scene:
        """As it is now; what is set there is not set here."""
        return _Scene(list(self.boxes), list(self.walls), list(self.lines), list(self.labels))


def place_rings(centre: Size, spokes: Sequence[Spoke]) -> tuple[Box, tuple[Placed, ...]]:
    """The box in the middle, around 0, 0, and those around it in the order of the spokes."""
    middle = Box.around(Point(0, 0), centre)
    tried = (_best(middle, spokes, rings) for rings in _rings(middle, spokes))
    return middle, next(placed for placed in tried if placed is not None)


def _best(middle: Box, spokes: Sequence[Spoke], rings: tuple[_Ring, _Ring]) -> tuple[Placed, ...] | None:
    """All spokes on two rings, as evenly spread as can be; None where they do not fit."""
    closest = _Attempt(middle, rings, 0.0).all(spokes)
    if closest is None:
        return None
    even = 2 * math.pi / max(1, len(spokes))
    spread = (_Attempt(middle, rings, even * ease).all(spokes) for ease in _EASES)
    return next((placed for placed in spread if placed is not None), closest)


def _rings(middle: Box, spokes: Sequence[Spoke]) -> Iterator[tuple[_Ring, _Ring]]:
    """Rings to try, small and flat ones first. Between them is room for a box, and for a line with its label."""
    labels = [one.label for spoke in spokes for one in (spoke, *spoke.outer)]
    sizes = [spoke.size for spoke in spokes]
    line = Size(
        max((label.width for label in labels), default=0) + 3 * ARROW,
        max((label.height for label in labels), default=0) + 3 * ARROW,
    )
    box = Size(max((size.width for size in sizes), default=0), max((size.height for size in sizes), default=0))
    least = _Ring(middle.width / 2 + line.width, middle.height / 2 + line.height)
    fans, grown = any(len(spoke.outer) > 1 for spoke in spokes), 1.0  # wide boxes of one fan need a longer way to them
    while True:
        for flat in _FLATTEST:
            inner = _Ring(least.x * grown, max(least.y, least.x * grown * flat))
            for gap in dict.fromkeys((1.0, grown if fans else 1.0)):
                far = Size((line.width + box.width) * gap, (line.height + box.height) * gap)
                yield inner, _Ring(inner.x + far.width, inner.y + max(far.height, far.width * flat))
        grown *= _GROWTH


class _Attempt:
    """Setting spokes on two rings, at least an angle `even` apart."""

    def __init__(self, middle: Box, rings: tuple[_Ring, _Ring], even: float) -> None:
        self._middle, self._even = middle, even
        self._inner, self._outer = rings
        self._scene = _Scene([middle], [middle.grown(GAP / 2)])

    def all(self, spokes: Sequence[Spoke]) -> tuple[Placed, ...] | None:
        """All of them, or None where they do not fit."""
        angle = -(len(spokes[0].outer) - 1) * self._apart / 2 if spokes and spokes[0].outer else 0.0
        full, placed = angle + 2 * math.pi, list[Placed]()
        for spoke in spokes:
            found = None
            while found is None:
                if angle > full:
                    return None
                found = self._group(spoke, angle)
                angle += STEP
            one, at, last = found
            if max(at, last) > full:
                return None
            placed.append(one)
            angle = max(last, at + self._even)
        return tuple(placed)

    @property
    def _apart(self) -> float:
        """The angle between boxes outside of one."""
        return min(self._even, _SIBLINGS)

    def _group(self, spoke: Spoke, angle: float) -> tuple[Placed, float, float] | None:
        """Set a spoke so that it begins at an angle, itself or the first box outside of it.

        What was set, its own angle and the last one outside of it; None where something is in the way.
        """
        angles = self._angles(spoke.outer, angle) if spoke.outer else [angle]
        if not angles or angles[-1] - angles[0] > _WIDEST:
            return None
        at = (angles[0] + angles[-1]) / 2
        own = _placed(spoke, self._middle, _box(spoke, self._inner, at))
        if not self._scene.takes(own, self._middle):
            return None
        trial, around = self._scene.copied(), list[Placed]()
        trial.add(own)
        for one, its in zip(spoke.outer, angles, strict=False):
            far = _placed(one, own.box, _box(one, self._outer, its))
            if not trial.takes(far, own.box):
                return None
            trial.add(far)
            around.append(far)
        self._scene = trial
        return Placed(own.box, own.line, own.label, tuple(around)), at, angles[-1]

    def _angles(self, outer: Sequence[Spoke], angle: float) -> list[float]:
        """Angles at which the boxes outside of one have room, from an angle on; empty where they have not."""
        angles, boxes, at = list[float](), list[Box](), angle
        for one in outer:
            box = _box(one, self._outer, at)
            while any(box.touches(other, GAP) for other in boxes) or not self._scene.has_room(box):
                at += STEP
                if not angles or at > angle + _WIDEST:
                    return []
                box = _box(one, self._outer, at)
            angles.append(at)
            boxes.append(box)
            at += self._apart
        return angles


def _box(spoke: Spoke, ring: _Ring, angle: float) -> Box:
    """A box just outside of a ring at an angle."""
    cos, sin = math.cos(angle), math.sin(angle)
    middle = Point(cos * (ring.x + spoke.size.width / 2), sin * (ring.y + spoke.size.height / 2))
    return Box.around(middle, spoke.size)


def _placed(spoke: Spoke, source: Box, box: Box) -> Placed:
    """A box with the line to it from another one, and the label near the line's end."""
    line = between(source, box)
    return Placed(box, line, _label(line, spoke.label))


def _label(line: Line, size: Size) -> Box:
    """The label on a line, near its end but for the arrow, or in its middle where it is short."""
    dx, dy = line.end.x - line.start.x, line.end.y - line.start.y
    length = math.hypot(dx, dy) or 1.0
    half = min(
        size.width / 2 / max(abs(dx) / length, 1e-9),
        size.height / 2 / max(abs(dy) / length, 1e-9),
    )
    share = max(0.5, 1 - (half + ARROW) / length)
    return Box.around(line.at(share), size)
