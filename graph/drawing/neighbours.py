"""The picture of a customer's neighbourhood: who is one relation away, who two, and by which relations."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from graph.drawing import names, svg
from graph.drawing.cards import Card, draw_card, size_of
from graph.drawing.frame import Frame, Sign, framed
from graph.drawing.geometry import Box, Line, Point, Size, bounds
from graph.drawing.names import CustomerName, StaffName
from graph.drawing.rings import Placed, Spoke, place_rings
from graph.drawing.style import LINES, Look
from graph.drawing.text import width
from graph.drawing.words import Words
from graph.port import NEIGHBOURS, Graph, Hop, LinkKind, Neighbour, Party, PartyKind, Path
from graph.reach import EVERYTHING
from store.statement import Reads

APART: Final = 4
"""Neighbours by the same relation that are drawn each by itself; more of them are put together."""

_LABEL: Final = 11.0
_WIDEST: Final = 236.0
_GAP: Final = 8.0
_PAD: Final = 10.0


@dataclass(frozen=True)
class Neighbours:
    """A customer, and those near it in the order of the port. `known`: the names of all."""

    customer: CustomerName
    near: tuple[Near, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(1 + len(one.beyond) for one in self.near)


@dataclass(frozen=True)
class Near:
    """A neighbour, the relation by which it was reached, and those that are reached through it."""

    kind: PartyKind
    name: CustomerName | StaffName
    hop: Hop
    beyond: tuple[Near, ...] = ()


@dataclass(frozen=True)
class _Bundle:
    """Neighbours that are drawn together, since one relation leads to all of them; or one alone."""

    cards: tuple[Card, ...]
    hop: Hop
    beyond: tuple[_Bundle, ...] = ()


async def ask_neighbours(graph: Graph, reads: Reads, key: uuid.UUID, day: dt.date) -> Neighbours:
    """A customer with its neighbourhood on a day.

    Raises:
        GraphUnavailable: what answers for the network does not answer.
    """
    (found,) = await graph.neighbourhood_by_customer([key], day, EVERYTHING)
    centre = Party(PartyKind.CUSTOMER, key)
    far = [one.party for one in found if one.depth > 1]
    paths = await graph.path_by_pair([(centre, party) for party in far], day, EVERYTHING) if far else ()
    known: dict[uuid.UUID, CustomerName | StaffName] = {}
    of_kind = {kind: [one.party.id for one in found if one.party.kind is kind] for kind in PartyKind}
    known |= await names.customers(reads, [key, *of_kind[PartyKind.CUSTOMER]])
    known |= await names.staff(reads, of_kind[PartyKind.STAFF])
    near = [one for one in found if one.depth == 1 and one.party.id in known]
    beyond = [path for path in paths if path is not None and len(path.via) > 1 and path.parties[-1].id in known]
    customer = CustomerName(*known[key])
    return Neighbours(customer, tuple(_near(one, beyond, known) for one in near))


def draw_neighbours(found: Neighbours, words: Words, day: dt.date) -> str:
    """The picture as SVG."""
    customer = found.customer
    centre = Card(Look.CUSTOMER, customer.number, customer.name, is_asked=True)
    bundles = _bundles(found.near)
    middle, placed = place_rings(size_of(centre, 260), [_spoke(bundle, words) for bundle in bundles])
    root, content = framed(_frame(found, words, day), bounds([middle, *_boxes(placed)]))
    for layer in (_draw_line, _draw_bundle, _draw_label):
        for bundle, one in zip(bundles, placed, strict=True):
            layer(content, bundle, one, words)
            for outer, beyond in zip(bundle.beyond, one.outer, strict=True):
                layer(content, outer, beyond, words)
    draw_card(content, centre, middle)
    return svg.written(root)


def _near(one: Neighbour, paths: Iterable[Path], known: dict[uuid.UUID, CustomerName | StaffName]) -> Near:
    through = (path for path in paths if path.parties[1] == one.party)
    beyond = (Near(path.parties[2].kind, known[path.parties[2].id], path.via[1]) for path in through)
    return Near(one.party.kind, known[one.party.id], one.via[0], tuple(beyond))


def _bundles(near: Sequence[Near]) -> list[_Bundle]:
    """What stands around the centre: who leads further, and who is one of few, alone; others together."""
    bundles = []
    for hop, those in itertools.groupby(near, lambda one: one.hop):
        every = list(those)
        last = [one for one in every if not one.beyond]
        bundles += [_Bundle((_card(one),), hop, _around(one.beyond)) for one in every if one.beyond]
        bundles += (
            [_Bundle(tuple(map(_card, last)), hop)]
            if len(last) > APART
            else [_Bundle((_card(one),), hop) for one in last]
        )
    return bundles


def _around(beyond: Iterable[Near]) -> tuple[_Bundle, ...]:
    """Those reached through one neighbour, by relation."""
    by_hop: dict[Hop, list[Near]] = {}
    for one in beyond:
        by_hop.setdefault(one.hop, []).append(one)
    return tuple(_Bundle(tuple(map(_card, those)), hop) for hop, those in by_hop.items())


def _card(one: Near) -> Card:
    look = Look.STAFF if one.kind is PartyKind.STAFF else Look.CUSTOMER
    return Card(look, one.name.number, one.name.name)


def _spoke(bundle: _Bundle, words: Words) -> Spoke:
    label = Size(width(words.links[bundle.hop.kind], _LABEL) + 10, 16)
    return Spoke(_size(bundle), label, tuple(_spoke(one, words) for one in bundle.beyond))


def _size(bundle: _Bundle) -> Size:
    card = _card_size(bundle)
    if len(bundle.cards) == 1:
        return card
    columns, rows = _grid(bundle)
    return Size(
        columns * (card.width + _GAP) - _GAP + 2 * _PAD,
        rows * (card.height + _GAP) - _GAP + 2 * _PAD,
    )


def _card_size(bundle: _Bundle) -> Size:
    sizes = [size_of(card, _WIDEST) for card in bundle.cards]
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _grid(bundle: _Bundle) -> tuple[int, int]:
    """Columns and rows of a bundle, which becomes rather wider than high."""
    count, card = len(bundle.cards), _card_size(bundle)
    columns = max(1, round((1.6 * count * card.height / card.width) ** 0.5))
    return columns, -(-count // columns)


def _boxes(placed: Iterable[Placed]) -> list[Box]:
    every = [one for each in placed for one in (each, *each.outer)]
    return [box for one in every for box in (one.box, one.label)]


def _draw_line(parent: svg.Element, bundle: _Bundle, one: Placed, words: Words) -> None:
    """The line of a relation, with its arrow as the relation reads: from who serves to who is served."""
    del words
    look = Look[bundle.hop.kind.name]
    svg.path(parent, one.line, look)
    svg.arrow(parent, one.line if bundle.hop.outgoing else Line(one.line.end, one.line.start), look)


def _draw_bundle(parent: svg.Element, bundle: _Bundle, one: Placed, words: Words) -> None:
    del words
    if len(bundle.cards) == 1:
        draw_card(parent, bundle.cards[0], one.box)
        return
    svg.rect(parent, one.box, Look.PANEL, radius=10)
    size, (columns, _) = _card_size(bundle), _grid(bundle)
    for at, card in enumerate(bundle.cards):
        row, column = divmod(at, columns)
        x = one.box.x + _PAD + column * (size.width + _GAP)
        y = one.box.y + _PAD + row * (size.height + _GAP)
        draw_card(parent, card, Box(x, y, *size))


def _draw_label(parent: svg.Element, bundle: _Bundle, one: Placed, words: Words) -> None:
    svg.rect(parent, one.label, Look.CANVAS, radius=8, edge=0)
    at = Point(one.label.middle.x, one.label.middle.y + 4)
    look = Look[bundle.hop.kind.name]
    svg.text(parent, at, words.links[bundle.hop.kind], _LABEL, look, anchor="middle", name="label")


def _frame(found: Neighbours, words: Words, day: dt.date) -> Frame:
    heading = words.around.format(number=found.customer.number, name=found.customer.name)
    counted = words.count(words.neighbours, found.count)
    if found.count >= NEIGHBOURS:
        counted = words.nearest.format(most=NEIGHBOURS)
    below = f"{counted if found.near else words.alone} · {words.as_of.format(day=day)}"
    every = [one for near in found.near for one in (near, *near.beyond)]
    hops = {one.hop.kind for one in every}
    signs = [Sign(Look.CUSTOMER, words.customer)]
    signs += [Sign(Look.STAFF, words.staff)] if any(one.kind is PartyKind.STAFF for one in every) else []
    signs += [Sign(look, words.links[LinkKind[look.name]]) for look in LINES[1:] if LinkKind[look.name] in hops]
    return Frame(heading, below, f"{heading}: {below}", signs, words.language)
