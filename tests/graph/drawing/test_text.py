"""Widths and shortening of texts of any script."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.drawing.text import ELLIPSIS, cleaned, runs_left, shortened, width

FAMILY = "👩‍👩‍👧‍👦"
GERMANY, CHINA = "🇩🇪", "🇨🇳"


def test_a_chinese_character_is_as_wide_as_two_narrow_letters_and_an_accent_takes_nothing():
    assert width("客户", 10) == 20
    assert width("a", 10) < 10 < width("aa", 10) + 1
    assert width("e\N{COMBINING ACUTE ACCENT}", 10) == width("e", 10)
    assert width("Name", 10, bold=True) > width("Name", 10)


@given(st.text(max_size=60), st.floats(30, 400))
def test_a_shortened_text_fits_and_is_a_beginning(text, most):
    found = shortened(text, 14, most)

    assert width(found, 14) <= most
    assert found == text or (found.endswith(ELLIPSIS) and text.startswith(found.removesuffix(ELLIPSIS)))


@given(st.text(max_size=60), st.floats(30, 400))
def test_nothing_is_shortened_that_fits(text, most):
    if width(text, 14) <= most:
        assert shortened(text, 14, most) == text


@given(st.text(alphabet=f"ab客{FAMILY}e\u0301\u0308👍🏽", max_size=30), st.floats(30, 200))
def test_what_is_one_sign_is_not_cut(text, most):
    kept = shortened(text, 14, most).removesuffix(ELLIPSIS)
    rest = text[len(kept) :].lstrip()

    assert kept == text or not rest or not unicodedata.combining(rest[0])
    assert kept == text or not kept.endswith("\u200d")


@pytest.mark.parametrize("sign", [FAMILY, GERMANY, "👍🏽", "e\N{COMBINING ACUTE ACCENT}"])
def test_a_sign_of_several_letters_stays_whole(sign):
    text = sign * 40

    for most in range(40, 200, 7):
        kept = shortened(text, 14, most).removesuffix(ELLIPSIS)
        assert kept.replace(sign, "") == ""


@given(st.text(max_size=80))
def test_whatever_a_name_holds_xml_can_hold_it_cleaned(text):
    element = ET.Element("text")
    element.text = cleaned(text)

    assert (ET.fromstring(ET.tostring(element)).text or "") == cleaned(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("شركة الخليج", True),
        ("משרד", True),
        ("12 شركة", True),
        ("Contoso شركة", False),
        ("客户", False),
        ("123", False),
    ],
)
def test_the_direction_is_that_of_the_first_letter(text, expected):
    assert runs_left(text) is expected
