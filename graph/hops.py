"""Hops as stores write them: as texts and as numbers, whose orders are one, so that both stores sort alike."""

from __future__ import annotations

from typing import Final

from graph.port import Hop, LinkKind

TEXTS: Final = tuple(sorted(text for kind in LinkKind for text in (f"<{kind}", f"{kind}>")))
"""Every hop's text: `SERVES>` in the direction of a path, `<SERVES` against it."""

BASE: Final = 16
"""By this a path's number goes up with each hop."""

_HOPS: Final = tuple(Hop(LinkKind(text.strip("<>")), text.endswith(">")) for text in TEXTS)
_BY_TEXT: Final = dict(zip(TEXTS, _HOPS, strict=True))
_CODES: Final = {hop: code for code, hop in enumerate(_HOPS, start=1)}


def code(kind: LinkKind, *, outgoing: bool) -> int:
    """The number of a hop, from 1."""
    return _CODES[Hop(kind, outgoing)]


def from_digit(number: int) -> Hop:
    """The hop of a number."""
    return _HOPS[number - 1]


def from_code(number: int) -> tuple[Hop, ...]:
    """The hops of a path's number."""
    hops: list[Hop] = []
    while number:
        number, last = divmod(number, BASE)
        hops.append(_HOPS[last - 1])
    return tuple(reversed(hops))


def from_text(text: str) -> Hop:
    """The hop of a text."""
    return _BY_TEXT[text]
