"""Texts without a font at hand: how wide they are about, how they are shortened, and which way they run.

A Chinese character is as wide as it is high. The widths of Latin letters are those of Arial, a little generous.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

ELLIPSIS: Final = "…"

_NARROW: Final = frozenset("iljtfrI.,:;'`|!()[]{}-/\\\" ")
_BROAD: Final = frozenset("mwMW@%—…")
_JOINER: Final = "\u200d"
_SKINS: Final = range(0x1F3FB, 0x1F400)
_FLAGS: Final = range(0x1F1E6, 0x1F200)
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf"})
_BOLD: Final = 1.08


def width(text: str, size: float, *, bold: bool = False) -> float:
    """About how many pixels a text takes at a size of letters."""
    return sum(map(_ems, text)) * size * (_BOLD if bold else 1)


def shortened(text: str, size: float, most: float, *, bold: bool = False) -> str:
    """The text, or what of its beginning fits into so many pixels, with an ellipsis. No emoji or accent is cut off."""
    if width(text, size, bold=bold) <= most:
        return text
    most -= width(ELLIPSIS, size, bold=bold)
    taken, whole = 0.0, 0
    for at, letter in enumerate(text):
        if at and not _belongs(text, at):
            whole = at
        taken += width(letter, size, bold=bold)
        if taken > most:
            break
    return text[:whole].rstrip() + ELLIPSIS


def cleaned(text: str) -> str:
    """The text on one line, with what XML cannot hold made visible."""
    seen = "".join(letter if _may_be_written(letter) else "\ufffd" for letter in text)
    return " ".join(seen.split())


def runs_left(text: str) -> bool:
    """Whether a text is written from right to left: by its first letter that has a direction."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


@lru_cache(maxsize=4096)
def _ems(letter: str) -> float:
    if unicodedata.category(letter) in _UNSEEN or ord(letter) in _SKINS:
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.36
    if letter in _BROAD:
        return 1.0
    return 0.72 if letter.isupper() else 0.58


def _belongs(text: str, at: int) -> bool:
    """Whether the letter at a place is one with the letter before it: an accent, a part of an emoji, half a flag."""
    before, letter = text[at - 1], text[at]
    if unicodedata.category(letter) in _UNSEEN or before == _JOINER or ord(letter) in _SKINS:
        return True
    flags = 0
    while flags < at and ord(text[at - 1 - flags]) in _FLAGS:
        flags += 1
    return ord(letter) in _FLAGS and flags % 2 == 1


def _may_be_written(letter: str) -> bool:
    code = ord(letter)
    return letter in "\t\n\r" or (code >= 0x20 and not 0xD800 <= code <= 0xDFFF and code not in {0xFFFE, 0xFFFF})
