"""What is around every picture: a heading, a line below it, a margin, and what the signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.drawing import svg
from graph.drawing.cards import Mark, draw_mark
from graph.drawing.geometry import Box, Line, Point, Size
from graph.drawing.style import CARDS, Look
from graph.drawing.text import cleaned, shortened, width

MARGIN: Final = 28.0
_HEADING: Final = 20.0
_BELOW: Final = 13.0
_SIGN: Final = 12.0
_TOP: Final = MARGIN + 62
_FOOT: Final = 46.0
_SAMPLE: Final = 30.0
_BETWEEN: Final = 26.0
_WIDEST: Final = 900.0
"""Pixels of a heading for whose sake a small picture is made wider."""


@dataclass(frozen=True)
class Sign:
    """One thing to be explained: the look of a card or of a line, or a mark."""

    look: Look
    meaning: str
    mark: Mark | None = None


@dataclass(frozen=True)
class Frame:
    """What is around a picture, in words: the heading, the line below, a description for those who cannot see it."""

    heading: str
    below: str
    description: str
    signs: Sequence[Sign]
    language: str


def framed(frame: Frame, content: Box) -> tuple[svg.Element, svg.Element]:
    """The picture with all but its content, and the group into which the content goes, in its own coordinates."""
    least = min(_WIDEST, width(cleaned(frame.heading), _HEADING, bold=True))
    inner = max(content.width, least, width(cleaned(frame.below), _BELOW))
    rows = _rows(frame.signs, inner)
    legend = _FOOT + 22 * (len(rows) - 1) if rows else MARGIN
    whole = Size(inner + 2 * MARGIN, _TOP + content.height + legend + (8 if rows else 0))
    title = shortened(cleaned(frame.heading), _HEADING, inner, bold=True)
    root = svg.document(whole, title=frame.heading, description=frame.description, language=frame.language)
    head = svg.group(root, "heading")
    svg.text(head, Point(MARGIN, MARGIN + 16), title, _HEADING, bold=True)
    svg.text(head, Point(MARGIN, MARGIN + 38), frame.below, _BELOW, Look.SOFT)
    _draw_signs(root, rows, _TOP + content.height + 26)
    left = MARGIN + (inner - content.width) / 2
    return root, svg.group(root, "content", at=Point(left - content.x, _TOP - content.y))


def _rows(signs: Sequence[Sign], most: float) -> list[list[Sign]]:
    """The signs in rows that are not wider than the picture."""
    rows: list[list[Sign]] = []
    taken = 0.0
    for sign in signs:
        if not rows or taken + _width(sign) > most:
            rows.append([])
            taken = 0.0
        rows[-1].append(sign)
        taken += _width(sign) + _BETWEEN
    return rows


def _width(sign: Sign) -> float:
    return _sample(sign) + 8 + width(sign.meaning, _SIGN)


def _sample(sign: Sign) -> float:
    return 9.0 if sign.mark else _SAMPLE


def _draw_signs(root: svg.Element, rows: Sequence[Sequence[Sign]], top: float) -> None:
    legend = svg.group(root, "legend")
    for row, signs in enumerate(rows):
        x, y = MARGIN, top + 22 * row
        for sign in signs:
            _draw_sample(legend, sign, Point(x, y))
            svg.text(legend, Point(x + _sample(sign) + 8, y + 4), sign.meaning, _SIGN, Look.SOFT)
            x += _width(sign) + _BETWEEN


def _draw_sample(legend: svg.Element, sign: Sign, at: Point) -> None:
    if sign.mark is not None:
        draw_mark(legend, Point(at.x + 5, at.y), sign.mark, sign.look)
    elif sign.look in CARDS:
        radius = 8 if sign.look is Look.STAFF else 2
        svg.rect(legend, Box(at.x, at.y - 8, _SAMPLE, 16), sign.look, radius=radius)
    else:
        line = Line(at, Point(at.x + _SAMPLE, at.y))
        svg.path(legend, (line.start, Point(line.end.x - 6, at.y)), sign.look)
        svg.arrow(legend, line, sign.look)
