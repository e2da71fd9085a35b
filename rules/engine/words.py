"""Texts in two languages, with places for values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
LOCALES: Final = ("zh", "en")


@dataclass(frozen=True)
class Words:
    """A text in Chinese and in English. Either may be empty."""

    zh: str = ""
    en: str = ""

    def filled(self, values: Mapping[str, Any]) -> Words:
        """The texts with a value in place of each `{name}`."""
        return Words(*(_filled(text, values) for text in (self.zh, self.en)))

    def names(self) -> Iterator[str]:
        """The names of the placeholders."""
        for text in (self.zh, self.en):
            yield from PLACEHOLDER.findall(text)


NO_WORDS: Final = Words()


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: _shown(values.get(found[1])), text)


def _shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "–"
    return format(value, ",f") if isinstance(value, Decimal) else str(value)
