"""How things look: colours that can be told apart and read on a light page and on a dark one, and the letters.

`tests/graph/drawing/test_style.py` measures the contrasts: 4.5 at least for texts, 3 for lines and edges.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final, NamedTuple

FONTS: Final = (
    '"Helvetica Neue", Arial, "Liberation Sans", "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)
"""Letters of Latin first, then of Chinese: a browser takes for each letter the first that has it."""


class Look(enum.StrEnum):
    """What something in a picture is: the name of its class in the style."""

    CANVAS = "canvas"
    INK = "ink"
    SOFT = "soft"
    DEPARTMENT = "department"
    STAFF = "staff"
    CUSTOMER = "customer"
    PANEL = "panel"
    BRANCH = "branch"
    SERVES = "serves"
    SUBSIDIARY_OF = "subsidiary_of"
    REFERRED_BY = "referred_by"


TEXTS: Final = (Look.INK, Look.SOFT)
CARDS: Final = (Look.DEPARTMENT, Look.STAFF, Look.CUSTOMER)
LINES: Final = (Look.BRANCH, Look.SERVES, Look.SUBSIDIARY_OF, Look.REFERRED_BY)
DASHES: Final = {Look.SUBSIDIARY_OF: "9 4", Look.REFERRED_BY: "2 4"}
"""Lines that colour alone does not tell apart."""


class Paint(NamedTuple):
    """Fill and edge of a card, or one colour twice."""

    fill: str
    edge: str


def _one(colour: str) -> Paint:
    return Paint(colour, colour)


LIGHT: Final[Mapping[Look, Paint]] = {
    Look.CANVAS: _one("#ffffff"),
    Look.INK: _one("#18212f"),
    Look.SOFT: _one("#55606f"),
    Look.DEPARTMENT: Paint("#eef2fb", "#6478b3"),
    Look.STAFF: Paint("#e6f5ee", "#2f855a"),
    Look.CUSTOMER: Paint("#fdf3e1", "#a86a12"),
    Look.PANEL: Paint("#f6f7f9", "#808b9b"),
    Look.BRANCH: _one("#7c889b"),
    Look.SERVES: _one("#2f855a"),
    Look.SUBSIDIARY_OF: _one("#4c63b6"),
    Look.REFERRED_BY: _one("#b4530a"),
}
DARK: Final[Mapping[Look, Paint]] = {
    Look.CANVAS: _one("#11151c"),
    Look.INK: _one("#e9eef5"),
    Look.SOFT: _one("#a9b4c3"),
    Look.DEPARTMENT: Paint("#1c2640", "#7f97d8"),
    Look.STAFF: Paint("#14302a", "#52b788"),
    Look.CUSTOMER: Paint("#352a15", "#d9a441"),
    Look.PANEL: Paint("#191f29", "#6d7889"),
    Look.BRANCH: _one("#7d899b"),
    Look.SERVES: _one("#52b788"),
    Look.SUBSIDIARY_OF: _one("#8fa3ee"),
    Look.REFERRED_BY: _one("#f0955a"),
}


def stylesheet() -> str:
    """The style of every picture, for both kinds of page."""
    general = f"text {{ font-family: {FONTS}; }}\n.bold {{ font-weight: 600; }}\n.faded {{ stroke-dasharray: 4 3; }}\n"
    dashes = "".join(f"path.{look} {{ stroke-dasharray: {dash}; }}\n" for look, dash in DASHES.items())
    return f"\n{general}{dashes}{_rules(LIGHT)}@media (prefers-color-scheme: dark) {{\n{_rules(DARK)}}}\n"


def _rules(paints: Mapping[Look, Paint]) -> str:
    rules = [f".{Look.CANVAS} {{ fill: {paints[Look.CANVAS].fill}; }}"]
    rules += [f".{look} {{ fill: {paints[look].fill}; }}" for look in TEXTS]
    rules += [
        f"rect.{look} {{ fill: {paints[look].fill}; stroke: {paints[look].edge}; }}" for look in (*CARDS, Look.PANEL)
    ]
    rules += [f".mark.{look} {{ fill: {paints[look].edge}; stroke: {paints[look].edge}; }}" for look in CARDS]
    rules += [f"path.{look} {{ stroke: {paints[look].edge}; }}" for look in LINES]
    rules += [f".arrow.{look}, .label.{look} {{ fill: {paints[look].edge}; }}" for look in LINES]
    return "".join(f"{rule}\n" for rule in rules)
