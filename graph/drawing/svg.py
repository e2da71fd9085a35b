"""Writing SVG: the few elements that the pictures are made of. The library that writes XML sees to the escaping."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

from graph.drawing.geometry import Box, Line, Point, Size
from graph.drawing.style import Look, stylesheet
from graph.drawing.text import cleaned, runs_left, shortened

Element = ET.Element

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_ARROW: Final = Size(9, 8)


def document(size: Size, *, title: str, description: str, language: str) -> Element:
    """An empty picture that says to a screen reader what it shows."""
    told = {"role": "img", "aria-labelledby": "title description", "xml:lang": language}
    sides = {"width": number(size.width), "height": number(size.height)}
    root = Element("svg", {"xmlns": _NAMESPACE, **sides, "viewBox": f"0 0 {sides['width']} {sides['height']}", **told})
    ET.SubElement(root, "title", {"id": "title"}).text = cleaned(title)
    ET.SubElement(root, "desc", {"id": "description"}).text = cleaned(description)
    ET.SubElement(root, "style").text = stylesheet()
    ET.SubElement(root, "rect", {"class": Look.CANVAS, "width": "100%", "height": "100%", "fill": "#ffffff"})
    return root


def group(parent: Element, name: str, *, at: Point | None = None, title: str = "") -> Element:
    """A group of elements, which shows its title under the pointer."""
    moved = {"transform": f"translate({number(at.x)} {number(at.y)})"} if at else {}
    made = ET.SubElement(parent, "g", {"class": name, **moved})
    if title:
        ET.SubElement(made, "title").text = cleaned(title)
    return made


def rect(parent: Element, box: Box, look: Look, *, radius: float = 0, edge: float = 1.2, faded: bool = False) -> None:
    """A rectangle."""
    names = f"{look} faded" if faded else look
    sides = {name: number(value) for name, value in zip(("x", "y", "width", "height"), box, strict=True)}
    ET.SubElement(parent, "rect", {"class": names, **sides, "rx": number(radius), "stroke-width": number(edge)})


def text(
    parent: Element,
    at: Point,
    content: str,
    size: float,
    look: Look = Look.INK,
    *,
    most: float = math.inf,
    anchor: str = "start",
    bold: bool = False,
    name: str = "",
) -> None:
    """One line of text that stands on a point, shortened to a width."""
    shown = shortened(cleaned(content), size, most, bold=bold)
    names = " ".join(filter(None, (name, look, "bold" if bold else "")))
    given = {"class": names, "x": number(at.x), "y": number(at.y), "font-size": number(size)}
    if runs_left(shown):
        given |= {"direction": "rtl"}
        anchor = {"start": "end", "end": "start"}.get(anchor, anchor)  # these words follow the direction of reading
    if anchor != "start":
        given |= {"text-anchor": anchor}
    ET.SubElement(parent, "text", given).text = shown


def path(parent: Element, corners: Iterable[Point], look: Look, *, faded: bool = False) -> None:
    """A line with corners."""
    way = "L".join(f"{number(x)} {number(y)}" for x, y in corners)
    names = f"{look} faded" if faded else look
    shape = {"fill": "none", "stroke-width": "1.6", "stroke-linejoin": "round"}
    ET.SubElement(parent, "path", {"class": names, "d": f"M{way}", **shape})


def arrow(parent: Element, line: Line, look: Look) -> None:
    """The head of an arrow at the end of a line."""
    dx, dy = line.end.x - line.start.x, line.end.y - line.start.y
    length = math.hypot(dx, dy) or 1.0
    x, y = dx / length, dy / length
    back = Point(line.end.x - x * _ARROW.width, line.end.y - y * _ARROW.width)
    half = _ARROW.height / 2
    corners = (line.end, Point(back.x - y * half, back.y + x * half), Point(back.x + y * half, back.y - x * half))
    points = " ".join(f"{number(px)},{number(py)}" for px, py in corners)
    ET.SubElement(parent, "polygon", {"class": f"arrow {look}", "points": points})


def circle(parent: Element, at: Point, radius: float, look: Look, *, is_filled: bool) -> None:
    """A small round mark."""
    given = {"cx": number(at.x), "cy": number(at.y), "r": number(radius), "stroke-width": "1.4"}
    hollow = {} if is_filled else {"style": "fill: none"}
    ET.SubElement(parent, "circle", {"class": f"mark {look}", **given, **hollow})


def shape(parent: Element, way: str, look: Look) -> None:
    """A filled mark of any form, by the commands of its outline."""
    ET.SubElement(parent, "path", {"class": f"mark {look}", "d": way, "stroke-width": "0"})


def written(root: Element) -> str:
    """The picture as text."""
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def number(value: float) -> str:
    """A number with one place at most."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 100_000 else f"{value:.0f}"
