"""The colours can be read and told apart, on a light page and on a dark one (WCAG 2.1)."""

from __future__ import annotations

import pytest

from graph.drawing.style import CARDS, DARK, LIGHT, LINES, TEXTS, Look, stylesheet

pages = pytest.mark.parametrize("paints", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pages
def test_texts_can_be_read_on_the_page_and_on_every_card(paints):
    grounds = [paints[look].fill for look in (Look.CANVAS, *CARDS)]

    assert min(contrast(paints[text].fill, ground) for text in TEXTS for ground in grounds) >= 4.5


@pages
def test_the_words_on_lines_can_be_read(paints):
    labels = [look for look in LINES if look is not Look.BRANCH]

    assert min(contrast(paints[look].edge, paints[Look.CANVAS].fill) for look in labels) >= 4.5


@pages
def test_edges_and_lines_can_be_seen(paints):
    grounds = [paints[Look.CANVAS].fill, paints[Look.PANEL].fill]

    assert min(contrast(paints[look].edge, ground) for look in (*CARDS, *LINES) for ground in grounds) >= 3
    assert min(contrast(paints[look].edge, paints[look].fill) for look in CARDS) >= 3


def test_every_look_has_a_rule_for_both_pages():
    light, dark = stylesheet().split("prefers-color-scheme")

    assert [look for look in Look if f".{look} " not in light or f".{look} " not in dark] == []
