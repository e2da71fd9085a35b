"""The pictures of a report, as SVG: a heat map of who moves, bars before and after, and lines over months."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.drawing import svg
from graph.drawing.geometry import Point
from graph.drawing.style import Look
from resolvers.decisions.simulation import Simulation, Step
from rules.engine.table import Words
from server.simulation_report.words import AFTER, BEFORE, both, outcome

_LETTERS: Final = 13.0
_DARKEST: Final = 0.45
"""How strong the colour of a cell may be: the number on it must stay readable."""


def heat_map(found: Simulation) -> ET.Element:
    """Who would move: a row for each outcome in force, a column for each of the candidate."""
    rows = found.in_order({before for before, _ in found.pairs})
    columns = found.in_order({after for _, after in found.pairs})
    left, top, wide, high = 190.0, 52.0, 104.0, 40.0
    root = _picture(
        left + wide * len(columns) + 8, top + high * len(rows) + 8, "flow", both(BEFORE) + " → " + both(AFTER)
    )
    svg.text(root, Point(8, 20), f"{both(BEFORE)} ↓   {both(AFTER)} →", _LETTERS, Look.SOFT)
    for place, column in enumerate(columns):
        middle = Point(left + wide * (place + 0.5), top - 10)
        svg.text(root, middle, outcome(column), _LETTERS, anchor="middle", bold=True, most=wide - 6)
    for line, row in enumerate(rows):
        y = top + high * line
        total = sum(load.count for (before, _), load in found.pairs.items() if before == row)
        svg.text(root, Point(8, y + 25), outcome(row), _LETTERS, bold=True, most=left - 16)
        for place, column in enumerate(columns):
            load = found.pairs.get((row, column))
            count = load.count if load else 0
            cell = _Cell(left + wide * place, y, wide, high, count, count / total if total else 0.0)
            _draw_cell(root, cell, is_same=row == column)
    return root


@dataclass(frozen=True)
class _Cell:
    x: float
    y: float
    width: float
    height: float
    count: int
    share: float


def _draw_cell(root: ET.Element, cell: _Cell, *, is_same: bool) -> None:
    sides = {"x": cell.x + 1, "y": cell.y + 1, "width": cell.width - 2, "height": cell.height - 2}
    strength = (0.08 + (_DARKEST - 0.08) * cell.share) if cell.count else 0.0
    look = "before" if is_same else "after"
    _rect(root, look, sides, **{"fill-opacity": f"{strength:.2f}", "rx": "3"})
    if cell.count:
        middle = Point(cell.x + cell.width / 2, cell.y + 18)
        svg.text(root, middle, f"{cell.count:,}", _LETTERS, anchor="middle", bold=not is_same)
        svg.text(root, Point(middle.x, cell.y + 33), f"{cell.share:.1%}", 11, anchor="middle")


def pair_of_bars(name: str, words: Words, bars: Sequence[tuple[str, float, float]]) -> ET.Element:
    """For each outcome two bars: in force, and the candidate. All begin at zero."""
    left, wide, high, top = 130.0, 230.0, 46.0, 40.0
    root = _picture(left + wide + 110, top + high * len(bars) + 4, name, both(words))
    svg.text(root, Point(8, 20), both(words), _LETTERS, bold=True)
    most = max((max(before, after) for _, before, after in bars), default=0) or 1
    for line, (label, before, after) in enumerate(bars):
        y = top + high * line
        svg.text(root, Point(8, y + 22), outcome(label), _LETTERS, most=left - 16)
        for look, amount, at in (("before", before, y + 2), ("after", after, y + 20)):
            length = wide * amount / most
            _rect(root, look, {"x": left, "y": at, "width": max(length, 0.0), "height": 15}, rx="2")
            svg.text(root, Point(left + length + 6, at + 12), f"{amount:,.0f}", 11, Look.SOFT)
    return root


def lines_over_months(
    name: str, title: str, steps: Sequence[Step], values: Sequence[tuple[float, float]], *, width: float = 460.0
) -> ET.Element:
    """Two lines over the months: in force, and the candidate, which is dashed."""
    left, high, top = 64.0, 110.0, 36.0
    root = _picture(width, top + high + 34, name, title)
    svg.text(root, Point(8, 18), title, _LETTERS, bold=True, most=width - 16)
    most = max((max(pair) for pair in values), default=0) or 1
    step = (width - left - 24) / max(1, len(values) - 1)
    for share in (0.0, 0.5, 1.0):
        y = top + high * (1 - share)
        svg.path(root, (Point(left, y), Point(width - 12, y)), Look.BRANCH, faded=True)
        svg.text(root, Point(left - 6, y + 4), f"{most * share:,.0f}", 11, Look.SOFT, anchor="end")
    for side, look in ((0, "before"), (1, "after")):
        points = [Point(left + step * at, top + high * (1 - pair[side] / most)) for at, pair in enumerate(values)]
        _line(root, points, look)
    for at in sorted({0, len(values) // 2, len(values) - 1}) if values else ():
        anchor = "start" if at == 0 else "end" if at == len(values) - 1 else "middle"
        day = f"{steps[at].at:%Y-%m-%d}"
        svg.text(root, Point(left + step * at, top + high + 20), day, 11, Look.SOFT, anchor=anchor)
    return root


def _line(root: ET.Element, points: Sequence[Point], look: str) -> None:
    way = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in points)
    ET.SubElement(root, "polyline", {"class": f"line {look}", "points": way})
    for point in points:
        ET.SubElement(
            root, "circle", {"class": f"dot {look}", "cx": svg.number(point.x), "cy": svg.number(point.y), "r": "2.5"}
        )


def _picture(width: float, height: float, name: str, title: str) -> ET.Element:
    """An empty picture that says to a screen reader what it shows."""
    sides = {"width": svg.number(width), "height": svg.number(height)}
    box = f"0 0 {sides['width']} {sides['height']}"
    told = {"role": "img", "aria-labelledby": f"{name}-title"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **sides, "viewBox": box, **told})
    ET.SubElement(root, "title", {"id": f"{name}-title"}).text = title
    return root


def _rect(root: ET.Element, look: str, sides: dict[str, float], **more: str) -> None:
    ET.SubElement(root, "rect", {"class": f"bar {look}", **{key: svg.number(at) for key, at in sides.items()}, **more})
