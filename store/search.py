"""How people and customers are found by what someone types: names in Chinese and Latin letters, pinyin, and codes.

A row stores `tokens(name, code, ...)`; a search asks that every word of `query_tokens(text)` begins some token of it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

MAX_TOKEN: Final = 64
"""Characters of a token or a word; the rest is cut off."""

MAX_TEXT: Final = 256
"""Characters of a text that are looked at, so that neither a row nor a query can grow without bound."""

MAX_WORDS: Final = 8
"""Words of a query that count; more would narrow the search hardly, and cost."""

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n"})

_SURNAMES: Final = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "长孙": ("zhang", "sun"),
    "单于": ("chan", "yu"),
    "单": ("shan",),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "解": ("xie",),
    "区": ("ou",),
    "查": ("zha",),
    "盖": ("ge",),
    "朴": ("piao",),
    "任": ("ren",),
    "缪": ("miao",),
    "乐": ("yue",),
    "冼": ("xian",),
    "召": ("shao",),
    "翟": ("zhai",),
    "折": ("she",),
    "黑": ("he",),
    "繁": ("po",),
    "种": ("chong",),
    "员": ("yun",),
    "洗": ("xian",),
    "祭": ("zhai",),
    "秘": ("bi",),
    "覃": ("qin",),
    "华": ("hua",),
    "纪": ("ji",),
}
"""Characters that sound otherwise when they are a surname; such a name is found by both readings."""


def tokens(*texts: str) -> frozenset[str]:
    """The prefixes under which a row with these texts (names, codes) is found."""
    found: set[str] = set()
    for text in texts:
        for chunk in _fold(text).split():
            parts = _PARTS.findall(chunk)
            for part in parts:
                found.update(_han_tokens(part) if _HAN_RUN.match(part) else (part[:MAX_TOKEN],))
            if len(parts) > 1 and not _HAN_RUN.search(chunk):
                found.add(_EDGE.sub("", chunk)[:MAX_TOKEN])
    return frozenset(found)


def query_tokens(text: str) -> tuple[str, ...]:
    """The words that someone typed, folded, each once; empty when there is nothing to search for.

    A word may hold `%` and `_`: escape them for LIKE.
    """
    words: dict[str, None] = {}
    for chunk in _fold(text).split():
        whole = not _HAN_RUN.search(chunk)
        for word in (_EDGE.sub("", chunk),) if whole else _PARTS.findall(chunk):
            words[word[:MAX_TOKEN]] = None
    words.pop("", None)
    return tuple(itertools.islice(words, MAX_WORDS))


def _fold(text: str) -> str:
    """Lower case, width and accents taken away, nothing that a store refuses."""
    text = _UNPRINTABLE.sub("", text[:MAX_TEXT])
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text).translate(_LETTERS))
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=4096)
def _han_tokens(name: str) -> tuple[str, ...]:
    """Every suffix of a Chinese name, as written and as it sounds, and the initials of its syllables."""
    written = (name[start : start + MAX_TOKEN] for start in range(len(name)))
    spoken = (token for reading in _readings(name) for token in _sounds(reading))
    return tuple(dict.fromkeys(itertools.chain(written, spoken)))


def _readings(name: str) -> Iterator[list[str]]:
    """The syllables of a name, as words and, where that differs, as a surname; also with u for ü, as many type it."""
    usual = _syllables(name)
    yield usual
    surname = next((surname for surname in (name[:2], name[:1]) if surname in _SURNAMES), "")
    if surname:
        yield [*_SURNAMES[surname], *usual[len(surname) :]]
    if any("v" in syllable for syllable in usual):
        yield [syllable.replace("v", "u") for syllable in usual]


def _sounds(syllables: list[str]) -> Iterator[str]:
    """The pinyin of every suffix, and the initials of every suffix of two syllables or more."""
    for start, syllable in enumerate(syllables):
        if syllable:
            yield "".join(syllables[start:])[:MAX_TOKEN]
            if start + 1 < len(syllables):
                yield "".join(one[:1] for one in syllables[start:])[:MAX_TOKEN]


def _syllables(name: str) -> list[str]:
    """One syllable for each character, without tones; an empty one where a character has no known reading."""
    from pypinyin.seg import mmseg  # noqa: PLC0415 - 50 MB of dictionaries, which only writers of Chinese names need

    return [syllable for word in mmseg.seg.cut(name) for syllable in _word_syllables(word)]


@lru_cache(maxsize=8192)
def _word_syllables(word: str) -> tuple[str, ...]:
    """The syllables of one word of the dictionary: what a character sounds like depends on its word."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - as above

    syllables = tuple(lazy_pinyin(word, errors="ignore"))
    return syllables if len(syllables) == len(word) else ("",) * len(word)
