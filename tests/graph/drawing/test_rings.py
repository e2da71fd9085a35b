"""The laws of places around a centre: nothing overlaps, no line runs through what it does not belong to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.drawing.geometry import Box, Size
from graph.drawing.rings import GAP, Placed, Spoke, place_rings

CENTRE = Size(220, 46)
SIZES = st.one_of(
    st.builds(Size, st.floats(90, 240), st.just(46.0)), st.builds(Size, st.floats(100, 500), st.floats(100, 700))
)
LABELS = st.builds(Size, st.floats(30, 90), st.just(16.0))
OUTER = st.lists(st.builds(Spoke, SIZES, LABELS), max_size=3).map(tuple)
SPOKES = st.lists(st.builds(Spoke, SIZES, LABELS, OUTER), max_size=8)

laws = settings(deadline=None, max_examples=40)


def every(placed: Sequence[Placed]) -> Iterator[Placed]:
    for one in placed:
        yield one
        yield from every(one.outer)


@given(SPOKES)
@laws
def test_no_two_boxes_overlap(spokes):
    middle, placed = place_rings(CENTRE, spokes)
    boxes = [middle, *(one.box for one in every(placed))]

    assert not [pair for pair in combinations(boxes, 2) if pair[0].touches(pair[1], GAP - 0.01)]


@given(SPOKES)
@laws
def test_no_label_hides_a_box_or_another_label(spokes):
    middle, placed = place_rings(CENTRE, spokes)
    boxes = [middle, *(one.box for one in every(placed))]
    labels = [one.label for one in every(placed)]

    assert not [label for label in labels if any(label.touches(box) for box in boxes)]
    assert not [pair for pair in combinations(labels, 2) if pair[0].touches(pair[1])]


@given(SPOKES)
@laws
def test_no_line_runs_through_a_box_or_under_the_label_of_another(spokes):
    middle, placed = place_rings(CENTRE, spokes)
    inner = [box.grown(-0.5) for box in (middle, *(one.box for one in every(placed)))]

    for one in every(placed):
        assert not any(one.line.crosses(box) for box in inner)
        assert not any(one.line.crosses(other.label) for other in every(placed) if other is not one)


@given(SPOKES)
@laws
def test_each_line_leads_from_its_source_to_its_box_with_its_label_on_it(spokes):
    middle, placed = place_rings(CENTRE, spokes)

    inner, outer = [(middle, one) for one in placed], [(one.box, far) for one in placed for far in one.outer]
    for source, one in inner + outer:
        assert source.grown(0.1).holds(Box(*one.line.start, 0, 0))
        assert one.box.grown(0.1).holds(Box(*one.line.end, 0, 0))
        assert one.line.crosses(one.label)


@given(SPOKES)
@laws
def test_all_are_there_with_their_sizes(spokes):
    _, placed = place_rings(CENTRE, spokes)

    assert [Size(*one.box[2:]) for one in placed] == [spoke.size for spoke in spokes]
    outer = [[Size(*far.box[2:]) for far in one.outer] for one in placed]
    assert outer == [[far.size for far in spoke.outer] for spoke in spokes]


def test_a_few_are_spread_evenly_clockwise_from_the_right():
    spoke = Spoke(Size(120, 46), Size(40, 16))
    middle, placed = place_rings(CENTRE, [spoke] * 4)

    x, y = middle.middle
    assert placed[0].box.middle.x > x
    assert placed[1].box.middle.y > y
    assert placed[2].box.middle.x < x
    assert placed[3].box.middle.y < y


def test_fifty_have_room():
    """As many as the port tells at most, each by itself."""
    far = Spoke(Size(200, 46), Size(70, 16))
    _, placed = place_rings(CENTRE, [Spoke(Size(200, 46), Size(70, 16), (far,))] * 25)

    farthest = max(math.hypot(*one.box.middle) for one in every(placed))
    assert farthest < 1_500
    angles = [math.atan2(one.box.middle.y, one.box.middle.x) % (2 * math.pi) for one in placed]
    assert sum(later < earlier for earlier, later in pairwise(angles)) <= 1
