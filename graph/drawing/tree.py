"""Where the boxes of a tree go: children below their parent, in a row or in columns, as is easier to read.

Side by side, two hundred boxes would be a picture as wide as a street; one below the other, as long as one. So children
that would be too many for a row are stacked in columns, and the height that a column may have is tried out: the one
that fills a screen best is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.drawing.geometry import Box, Point, Size

BESIDE: Final = 22.0
"""Pixels between boxes side by side."""

BELOW: Final = 34.0
"""Pixels between a parent and its children in a row."""

STACKED: Final = 12.0
"""Pixels between boxes in a column."""

INDENT: Final = 26.0
"""Pixels by which a column's boxes stand to the right of its line."""

SCREEN: Final = Size(1400, 860)
"""What can be seen at once: smaller pictures are as good as this one, larger ones as bad as they are larger."""

_TRIES: Final = 24


@dataclass(frozen=True)
class Node:
    """A box of the tree, by its key, and what is below it in order."""

    key: str
    size: Size
    children: tuple[Node, ...] = ()


Way = tuple[Point, Point]
"""A straight line."""


@dataclass(frozen=True)
class Placing:
    """Where each box is, from 0, 0 on, and the lines from parents to children."""

    size: Size
    boxes: dict[str, Box]
    ways: tuple[Way, ...]


class _Block(NamedTuple):
    """A part of the tree, laid out. `own` is the box at its top."""

    size: Size
    own: Box
    boxes: tuple[tuple[str, Box], ...]
    ways: tuple[Way, ...]

    def moved(self, dx: float, dy: float) -> _Block:
        """The block somewhere else."""
        boxes = tuple((key, box.moved(dx, dy)) for key, box in self.boxes)
        ways = tuple((Point(a.x + dx, a.y + dy), Point(b.x + dx, b.y + dy)) for a, b in self.ways)
        return _Block(self.size, self.own.moved(dx, dy), boxes, ways)


class _Column(NamedTuple):
    """Blocks one below the other. From `entry`, above them, the lines go to the boxes."""

    size: Size
    entry: float
    blocks: tuple[_Block, ...]


def place_tree(root: Node) -> Placing:
    """The places that make the picture most readable."""
    least, most = _row_height(root), _list_height(root)
    best = _laid(root, least)
    for step in range(1, _TRIES + 1):
        tried = _laid(root, least * (most / least) ** (step / _TRIES))
        if _cost(tried.size) < _cost(best.size):
            best = tried
    return Placing(best.size, dict(best.boxes), best.ways)


def _cost(size: Size) -> float:
    """By how much the picture is larger than a screen; what is larger both ways is worse than what is one way."""
    wide, high = max(1.0, size.width / SCREEN.width), max(1.0, size.height / SCREEN.height)
    return round(max(wide, high) + min(wide, high) / 10, 2)


def _row_height(node: Node) -> float:
    """The height with all children side by side."""
    below = max((_row_height(child) for child in node.children), default=-BELOW)
    return node.size.height + BELOW + below


def _list_height(node: Node) -> float:
    """The height with all boxes one below the other."""
    return node.size.height + sum(BELOW + _list_height(child) for child in node.children)


def _laid(node: Node, limit: float) -> _Block:
    """A node and all below it, not higher than a limit where that can be."""
    if not node.children:
        own = Box(0, 0, *node.size)
        return _Block(node.size, own, ((node.key, own),), ())
    rest = limit - node.size.height - BELOW
    blocks = [_laid(child, rest) for child in node.children]
    return _joined(node, [_column(each) for each in _columns(blocks, rest)])


def _columns(blocks: Sequence[_Block], limit: float) -> list[list[_Block]]:
    """The blocks in as few columns as a limit allows, and those about equally high."""
    filled = _filled(blocks, limit)
    low, high = 0.0, limit
    for _ in range(12):
        tried = (low + high) / 2
        again = _filled(blocks, tried)
        if len(again) > len(filled):
            low = tried
        else:
            high, filled = tried, again
    return filled


def _filled(blocks: Sequence[_Block], limit: float) -> list[list[_Block]]:
    columns: list[list[_Block]] = []
    height = limit
    for block in blocks:
        if columns and height + STACKED + block.size.height <= limit:
            columns[-1].append(block)
            height += STACKED + block.size.height
        else:
            columns.append([block])
            height = block.size.height
    return columns


def _column(blocks: Sequence[_Block]) -> _Column:
    """Blocks one below the other; one alone stands straight below its parent."""
    if len(blocks) == 1:
        return _Column(blocks[0].size, blocks[0].own.middle.x, (blocks[0],))
    y, placed = 0.0, []
    for block in blocks:
        placed.append(block.moved(INDENT, y))
        y += block.size.height + STACKED
    width = max(block.size.width for block in blocks)
    return _Column(Size(INDENT + width, y - STACKED), INDENT / 2, tuple(placed))


def _joined(node: Node, columns: Sequence[_Column]) -> _Block:
    """A node above its columns, over the middle of where its lines go down; above one column, flush with it."""
    is_list = len(columns) == 1 and len(columns[0].blocks) > 1
    top = node.size.height + (STACKED if is_list else BELOW)
    lefts, x = [], 0.0
    for column in columns:
        lefts.append(x)
        x += column.size.width + BESIDE
    entries = [left + column.entry for left, column in zip(lefts, columns, strict=True)]
    own = Box(0 if is_list else (entries[0] + entries[-1] - node.size.width) / 2, 0, *node.size)
    shift = max(0.0, -own.x)
    own = own.moved(shift, 0)
    placed = [
        (entry + shift, len(column.blocks) > 1, [block.moved(left + shift, top) for block in column.blocks])
        for left, entry, column in zip(lefts, entries, columns, strict=True)
    ]
    below = [block for *_, blocks in placed for block in blocks]
    boxes = ((node.key, own), *(each for block in below for each in block.boxes))
    ways = (*_ways(own, placed), *(way for block in below for way in block.ways))
    width = max(own.right, *(left + shift + column.size.width for left, column in zip(lefts, columns, strict=True)))
    return _Block(Size(width, top + max(column.size.height for column in columns)), own, boxes, ways)


def _ways(own: Box, columns: Sequence[tuple[float, bool, list[_Block]]]) -> Iterator[Way]:
    """The lines from a box to those below it, none of them twice: a stem, a crossbar, and one down each column."""
    entries = [entry for entry, *_ in columns]
    bend = own.bottom + BELOW / 2 if len(columns) > 1 else own.bottom
    if len(columns) > 1:
        yield Point(own.middle.x, own.bottom), Point(own.middle.x, bend)
        yield Point(min(entries), bend), Point(max(entries), bend)
    for entry, is_stacked, blocks in columns:
        boxes = [block.own for block in blocks]
        yield Point(entry, bend), Point(entry, boxes[-1].middle.y if is_stacked else boxes[-1].y)
        if is_stacked:
            yield from ((Point(entry, box.middle.y), Point(box.x, box.middle.y)) for box in boxes)
