"""Which texts may enter the store, and what is done to them on the way in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from resolvers.problems import Code

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_CONTROLS_OF_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SEEN = frozenset("LNPS")
"""Unicode's main categories of characters that leave ink: a text without any of them is blank."""


@dataclass(frozen=True)
class Text:
    """A field's rule: at most so many characters (after NFC), and whether it may run over several lines."""

    most: int
    prose: bool = False


Key = Annotated[str, Text(64)]
"""A code or number by which people know a record."""

Line = Annotated[str, Text(200)]
"""A name, a title, an address: one line."""

Prose = Annotated[str, Text(10_000, prose=True)]
"""A description, a note: lines and tabs are welcome."""


Currency = Annotated[str, Text(3)]
"""The code of a currency."""


class BadText(ValueError):  # noqa: N818  # named for what the text is
    """This text may not enter; `code` says why."""

    def __init__(self, code: Code, message: str) -> None:
        self.code = code
        super().__init__(message)


def clean_text(text: str, rule: Text) -> str | None:
    """A text as it is kept: NFC, trimmed, with plain line ends; None when nothing can be seen of it. Raises BadText."""
    if len(text) > 4 * rule.most:
        raise _too_long(rule)
    if rule.prose:
        text = text.replace("\r\n", "\n")
    if _SURROGATES.search(text):
        raise BadText(Code.INVALID_TEXT, "the text holds half of a character (a lone surrogate)")
    kept = unicodedata.normalize("NFC", text).strip()
    found = (_CONTROLS_OF_PROSE if rule.prose else _CONTROLS).search(kept)
    if found:
        raise BadText(Code.INVALID_TEXT, f"the text holds the control character U+{ord(found[0]):04X}")
    if len(kept) > rule.most:
        raise _too_long(rule)
    return kept if any(unicodedata.category(sign)[0] in _SEEN for sign in kept) else None


def _too_long(rule: Text) -> BadText:
    return BadText(Code.TOO_LONG, f"the text has more than {rule.most} characters")
