"""Cards: a department, a member of the staff or a customer as a box with a few lines of text."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from graph.drawing import svg
from graph.drawing.geometry import Box, Point, Size
from graph.drawing.style import Look
from graph.drawing.text import cleaned, width

PAD: Final = 12.0
SMALL: Final = 11.0
NAME: Final = 14.0
NOTE: Final = 12.0

_FIGURE: Final = 22.0
"""Pixels that the figure of a person takes."""

_MARK: Final = 14.0
"""Pixels that the mark before a note takes."""

_LINES: Final = {False: 46.0, True: 66.0}
"""Heights without a note and with one."""

LEAST: Final = 96.0


class Mark(enum.StrEnum):
    """What stands before a note: a full dot for a head, half of one for an acting head, a ring for nobody."""

    HEAD = "head"
    ACTING = "acting"
    VACANT = "vacant"


@dataclass(frozen=True)
class Card:
    """What a box says: the number, small, and what stands opposite; the name; and a note with a mark before it.

    Without a number it stands for nobody, and the name says so.
    """

    look: Look
    number: str
    name: str
    corner: str = ""
    note: str = ""
    mark: Mark | None = None
    is_asked: bool = False
    is_faded: bool = False

    @property
    def whole(self) -> str:
        """All that it says, nothing shortened."""
        return " · ".join(filter(None, (self.number, self.name, self.note, self.corner)))


def size_of(card: Card, most: float) -> Size:
    """How large a card must be for its texts, at most so wide."""
    side = 2 * PAD + _figure(card)
    gap = 12 if card.corner else 0
    first = width(cleaned(card.number), SMALL) + gap + width(cleaned(card.corner), SMALL)
    name = width(cleaned(card.name), NAME, bold=True)
    note = _mark(card) + width(cleaned(card.note), NOTE) if card.note else 0
    return Size(min(most, max(LEAST, side + max(first, name, note))), _LINES[bool(card.note)])


def draw_card(parent: svg.Element, card: Card, box: Box) -> None:
    """Draw a card into a box."""
    made = svg.group(parent, f"card {card.look}", title=card.whole)
    radius = box.height / 2 if card.look is Look.STAFF else 4 if card.look is Look.CUSTOMER else 8
    svg.rect(made, box, card.look, radius=radius, edge=2.6 if card.is_asked else 1.2, faded=card.is_faded)
    left, room = box.x + PAD + _figure(card), box.width - 2 * PAD - _figure(card)
    if _figure(card):
        _draw_figure(made, Point(box.x + PAD + 7, box.middle.y))
    corner = width(cleaned(card.corner), SMALL)
    svg.text(made, Point(left, box.y + 18), card.number, SMALL, Look.SOFT, most=room - corner)
    if card.corner:
        svg.text(made, Point(box.right - PAD, box.y + 18), card.corner, SMALL, Look.SOFT, anchor="end")
    height = 36 if card.number else box.height / 2 + 5
    svg.text(made, Point(left, box.y + height), card.name, NAME, most=room, bold=True)
    if card.note:
        draw_mark(made, Point(left + 4, box.y + 50), card.mark, card.look)
        at, indent = Point(left + _mark(card), box.y + 54), _mark(card)
        svg.text(made, at, card.note, NOTE, Look.SOFT, most=room - indent)


def draw_mark(parent: svg.Element, at: Point, mark: Mark | None, look: Look) -> None:
    """Draw the mark that stands before a note."""
    if mark is None:
        return
    svg.circle(parent, at, 4, look, is_filled=mark is Mark.HEAD)
    if mark is Mark.ACTING:
        x, y = svg.number(at.x), at.y
        svg.shape(parent, f"M{x} {svg.number(y - 4)}A4 4 0 0 0 {x} {svg.number(y + 4)}Z", look)


def _draw_figure(parent: svg.Element, at: Point) -> None:
    """A head and shoulders: this card is a person of ours."""
    svg.circle(parent, Point(at.x, at.y - 5), 3.4, Look.STAFF, is_filled=True)
    left, right, foot = svg.number(at.x - 7), svg.number(at.x + 7), svg.number(at.y + 9)
    svg.shape(parent, f"M{left} {foot}A7 8 0 0 1 {right} {foot}Z", Look.STAFF)


def _figure(card: Card) -> float:
    return _FIGURE if card.look is Look.STAFF and card.number else 0.0


def _mark(card: Card) -> float:
    return _MARK if card.mark else 0.0
