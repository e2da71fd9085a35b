"""Tables for the check, of any length over 6 inputs: one without a fault, the same with slips, and rows by chance."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from random import Random

from tests.bench.rules_world import COLUMNS, GRADES, REGIONS, world

SLIPS = 0.05
"""The share of rows in which somebody made a slip."""

LEVELS = ("top", "high", "usual", "low")
MOST = 200
"""Ten thousands of `value` up to which rows cut it."""

Piece = tuple[int, int | None] | frozenset[str]
"""Whole numbers from the first up to, but without, the last, where there is one; or some of the values."""

Leaf = Mapping[str, Piece]
ALL: Leaf = {
    "value": (0, None),
    "grade": frozenset(GRADES),
    "complaints": (0, None),
    "since": (2000, 2030),
    "region": frozenset(REGIONS),
    "overdue": frozenset(("true", "false")),
}
"""All facts: `value` in ten thousands, `since` in years."""


def tables(rows: int) -> dict[str, str]:
    """The texts of rule files with so many rows, by what they are."""
    random = Random(rows)
    leaves = _leaves(random, rows)
    answers = [random.choice(LEVELS) for _ in leaves]
    return {
        "no fault": _text([_cells(leaf) for leaf in leaves], answers),
        "slips": _text(_with_slips(random, leaves), answers),
        "rows by chance": world("FIRST", 0, rows=rows).text,
    }


def _leaves(random: Random, count: int) -> list[Leaf]:
    """Cut all facts into parts that do not overlap, as whoever writes a table does: a part into two, and so on."""
    leaves = [ALL]
    while len(leaves) < count:
        place = random.randrange(len(leaves))
        names = [name for name, piece in leaves[place].items() if _can_be_cut(name, piece)]
        if not names:
            continue
        name = random.choice(names)
        one, other = _cut(random, name, leaves[place][name])
        leaves[place : place + 1] = [{**leaves[place], name: one}, {**leaves[place], name: other}]
    return leaves


def _can_be_cut(name: str, piece: Piece) -> bool:
    if isinstance(piece, frozenset):
        return len(piece) > 1
    return _last(name, piece) - piece[0] > 1


def _last(name: str, piece: tuple[int, int | None]) -> int:
    """Where a cut ends at the latest."""
    return (MOST if name == "value" else 12) if piece[1] is None else piece[1]


def _cut(random: Random, name: str, piece: Piece) -> tuple[Piece, Piece]:
    if isinstance(piece, frozenset):
        some = frozenset(random.sample(sorted(piece), random.randrange(1, len(piece))))
        return some, piece - some
    at = random.randrange(piece[0] + 1, _last(name, piece))
    return (piece[0], at), (at, piece[1])


def _cells(leaf: Leaf) -> list[str]:
    return [_cell(name, piece) for name, piece in leaf.items()]


def _cell(name: str, piece: Piece) -> str:
    if piece == ALL[name]:
        return "-"
    if isinstance(piece, frozenset):
        return ", ".join(sorted(piece))
    low, high = piece
    words = {"value": "{}0000", "since": "{}-01-01", "complaints": "{}"}[name]
    if low == ALL[name][0]:  # type: ignore[index] # it is a pair as well
        return f"< {words.format(high)}"
    is_open = high is None or high == ALL[name][1]  # type: ignore[index]
    if is_open:
        return f">= {words.format(low)}"
    if name == "complaints" and high == low + 1:
        return str(low)
    return f"[{words.format(low)}..{words.format(high)})"


def _with_slips(random: Random, leaves: Sequence[Leaf]) -> list[list[str]]:
    """Some rows ask less than they should, or more: overlaps and gaps."""
    rows = [_cells(leaf) for leaf in leaves]
    asked = [number for number, cells in enumerate(rows) if any(cell != "-" for cell in cells)]
    for number in random.sample(asked, int(len(asked) * SLIPS)):
        place = random.choice([place for place, cell in enumerate(rows[number]) if cell != "-"])
        rows[number][place] = "-"
        free = [place for place, cell in enumerate(rows[number]) if cell == "-" and place in {1, 4}]
        if free and random.random() < 0.5:
            rows[number][free[0]] = GRADES[0] if free[0] == 1 else REGIONS[0]
    known = set()
    for number, cells in enumerate(rows):  # a row that is there twice is refused when it is read
        rows[number] = cells if tuple(cells) not in known else _cells(leaves[number])
        known.add(tuple(rows[number]))
    return rows


def _text(rows: Sequence[Sequence[str]], answers: Sequence[str]) -> str:
    lines = ["rule_set: bench", "title: {zh: 基准, en: Bench}", "owner: nobody", "inputs:"]
    lines += [f"  {name}: {declared}" for name, (declared, _, _) in COLUMNS.items()]
    lines += ["outputs:", f"  level: {{type: enum, values: [{', '.join(LEVELS)}]}}", "hit_policy: UNIQUE", "table: |"]
    lines += [f"  | row | {' | '.join(COLUMNS)} | => level | reason.zh | reason.en |"]
    lines += [
        f"  | r{number} | {' | '.join(cells)} | {answer} | 价值 {{value}} | {{value}} |"
        for number, cells, answer in zip(itertools.count(), rows, answers, strict=False)
    ]
    return "\n".join(lines) + "\n"
