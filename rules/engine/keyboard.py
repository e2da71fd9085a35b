"""Cells as a Chinese keyboard types them: ＞＝５０，００ is understood, and errors point at what was typed."""

from __future__ import annotations

from typing import Final, NamedTuple

_ASCII: Final = {
    **dict(
        zip(
            "，、；＞＜＝！（）［］【】－—–−“”〝〞＂。．％＠＋＊×／÷　\u00a0",
            ',,,><=!()[][]----"""""..%@+**//  ',
            strict=True,
        )
    ),
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "…": "..",
    "‥": "..",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
}


class Typed(NamedTuple):
    """A cell with operators in ASCII, and for each of its characters the place in what was typed."""

    text: str
    places: tuple[int, ...]

    def place(self, at: int) -> int:
        """The place in what was typed of a place in the text; the end of it for any beyond."""
        return self.places[min(at, len(self.places) - 1)]


def typed(cell: str) -> Typed:
    """Operators, digits and quotes in ASCII; what is between quotes stays as it is."""
    text: list[str] = []
    places: list[int] = []
    is_quoted = is_escaped = False
    for at, one in enumerate(cell):
        as_ascii = _ASCII.get(one, one)
        if is_quoted and as_ascii != '"':
            as_ascii = one
        if as_ascii == '"' and not is_escaped:
            is_quoted = not is_quoted
        is_escaped = one == "\\" and is_quoted and not is_escaped
        text.append(as_ascii)
        places.extend([at] * len(as_ascii))
    return Typed("".join(text), (*places, len(cell)))
