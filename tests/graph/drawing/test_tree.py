"""The laws of a tree's places: nothing overlaps, children are below, all of it is in the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.drawing.geometry import Box, Line, Point, Size
from graph.drawing.tree import SCREEN, STACKED, Node, Placing, place_tree

SIZES = st.builds(Size, st.floats(60, 240), st.floats(30, 70))


@st.composite
def trees(draw: st.DrawFn, most: int = 40) -> Node:
    """Trees of any form; each box below one of those before it."""
    above = [None, *(draw(st.integers(0, n)) for n in range(draw(st.integers(0, most))))]
    sizes = [draw(SIZES) for _ in above]

    def node(at: int) -> Node:
        below = [child for child, parent in enumerate(above) if parent == at and child > at]
        return Node(str(at), sizes[at], tuple(node(child) for child in below))

    return node(0)


def flat(count: int) -> Node:
    """Many boxes below one."""
    size = Size(200, 66)
    return Node("top", size, tuple(Node(str(n), size) for n in range(count)))


def families(node: Node) -> Iterator[tuple[Node, Node]]:
    for child in node.children:
        yield node, child
        yield from families(child)


def segments(placing: Placing) -> list[Line]:
    return [Line(*way) for way in placing.ways]


@given(trees())
@settings(deadline=None)
def test_no_two_boxes_overlap(tree):
    boxes = place_tree(tree).boxes.values()

    assert not [pair for pair in combinations(boxes, 2) if pair[0].touches(pair[1], STACKED - 0.01)]


@given(trees())
@settings(deadline=None)
def test_children_are_below_their_parent(tree):
    boxes = place_tree(tree).boxes

    assert [1 for above, below in families(tree) if boxes[below.key].y < boxes[above.key].bottom] == []


@given(trees())
@settings(deadline=None)
def test_every_box_has_its_size_and_is_in_the_picture(tree):
    placing = place_tree(tree)
    page = Box(-0.01, -0.01, placing.size.width + 0.02, placing.size.height + 0.02)
    every = [tree, *(child for _, child in families(tree))]

    assert {key: Size(*box[2:]) for key, box in placing.boxes.items()} == {node.key: node.size for node in every}
    assert all(page.holds(box) for box in placing.boxes.values())
    ends = [Box(*point, 0, 0) for way in placing.ways for point in way]
    assert all(page.holds(end) for end in ends)


@given(trees())
@settings(deadline=None)
def test_no_line_runs_through_a_box(tree):
    placing = place_tree(tree)
    inner = [box.grown(-0.5) for box in placing.boxes.values()]

    assert not [line for line in segments(placing) if any(line.crosses(box) for box in inner)]


@given(trees())
@settings(deadline=None)
def test_every_box_but_the_top_is_reached_from_its_parent_by_lines(tree):
    placing = place_tree(tree)
    joined = [Box(line.start.x, line.start.y, 0, 0) for line in segments(placing)]
    assert len(joined) >= len(list(families(tree)))

    for above, below in families(tree):
        assert reachable(placing, above.key, below.key), (above.key, below.key)


def reachable(placing: Placing, above: str, below: str) -> bool:
    """Whether lines lead from one box to another without another box between them."""
    lines, goal = segments(placing), placing.boxes[below]
    met = {line for line in lines if on_edge(line.start, placing.boxes[above])}
    while True:
        more = {line for line in lines if any(meet(line, one) for one in met)} - met
        if not more:
            return any(on_edge(line.end, goal) for line in met)
        met |= more


def on_edge(point: Point, box: Box) -> bool:
    return Box(*point, 0, 0).touches(box, 0.01) and not Box(*point, 0, 0).touches(box.grown(-0.02), 0.001)


def meet(one: Line, other: Line) -> bool:
    """Whether two lines, each level or upright, touch."""
    return upright(one).touches(upright(other), 0.01)


def upright(line: Line) -> Box:
    (ax, ay), (bx, by) = line
    return Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))


def test_a_few_children_stand_in_a_row():
    boxes = place_tree(flat(4)).boxes

    assert {boxes[str(n)].y for n in range(4)} == {boxes["0"].y}
    assert boxes["top"].middle.x == (boxes["0"].middle.x + boxes["3"].middle.x) / 2


def test_many_children_fill_a_screen_rather_than_a_street():
    size = place_tree(flat(200)).size

    assert size.width < 2.2 * SCREEN.width
    assert size.height < 2.2 * SCREEN.height


def test_the_order_of_children_is_kept():
    boxes = place_tree(flat(30)).boxes
    places = [(boxes[str(n)].x, boxes[str(n)].y) for n in range(30)]

    assert places == sorted(places)
