"""Shortest paths from both ends: whichever side is smaller goes one hop further, until they meet or a gap is left.

All pairs of a batch go together, so a store is asked once for each round. The last two hops would meet most of what
lies between the ends, and need little of it: the store itself looks for what closes the gap. Of several shortest paths
the one of the lowest ids is told, and of several relations between two parties the first by name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from graph.port import HOPS, Hop, Party, Path

GAP: Final = 2
"""Hops that are left to the store."""


class Link(NamedTuple):
    """A relation of a party, seen from it."""

    party: Party
    hop: Hop


class Gap(NamedTuple):
    """What is left between the two sides of a search: the parties that each has met last, fewer of them first."""

    first: Sequence[Party]
    second: Sequence[Party]


class Bridge(NamedTuple):
    """What closes a gap: a link of one of its first parties, to one of the second, or to one that these link to too.

    `place` is that of the gap among those that were asked about; `back` is the link of the second party.
    """

    place: int
    near: uuid.UUID
    link: Link
    far: uuid.UUID | None = None
    back: Link | None = None


class Ask(Protocol):
    """What gives the links of parties, and the bridges over gaps."""

    async def links(self, asked: Sequence[Party]) -> Mapping[uuid.UUID, Sequence[Link]]:
        """All links of parties, by their ids."""
        ...

    async def bridges(self, gaps: Sequence[Gap], hops: int) -> Sequence[Bridge]:
        """All bridges of one hop, or of two."""
        ...


@dataclass(slots=True)
class _Side:
    """One end's search: each party that was met, with those before it on the shortest ways from the end."""

    before: dict[uuid.UUID, list[Party]]
    edge: list[Party]
    hops: int = 0

    @classmethod
    def of(cls, end: Party) -> _Side:
        """A search that has met nothing but its end."""
        return cls({end.id: []}, [end])

    def go_on(self, links: Mapping[uuid.UUID, Sequence[Link]]) -> None:
        """One hop further."""
        met: dict[uuid.UUID, list[Party]] = {}
        edge: dict[uuid.UUID, Party] = {}
        for party in self.edge:
            for far, _ in links.get(party.id, ()):
                if far.id not in self.before:
                    edge[far.id] = far
                    before = met.setdefault(far.id, [])
                    if party not in before:
                        before.append(party)
        self.before.update(met)
        self.edge = list(edge.values())
        self.hops += 1


@dataclass(slots=True)
class _Search:
    """The search of one pair. `found` are the parties in the middle of all shortest paths."""

    start: _Side
    goal: _Side
    found: list[Party] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether the ends have met, or cannot."""
        return bool(self.found) or not self.start.edge or not self.goal.edge

    @property
    def is_left_to_store(self) -> bool:
        """Whether so few hops are left that the store looks for them."""
        return self.start.hops + self.goal.hops >= HOPS - GAP

    @property
    def sides(self) -> tuple[_Side, _Side]:
        """Both sides, the smaller one first."""
        return (self.start, self.goal) if len(self.start.edge) <= len(self.goal.edge) else (self.goal, self.start)

    @property
    def gap(self) -> Gap:
        """What is left between the sides."""
        return Gap(*(side.edge for side in self.sides))

    def go_on(self, links: Mapping[uuid.UUID, Sequence[Link]]) -> None:
        """One hop further on each side, the smaller one first."""
        sides = self.sides
        for side, other in (sides, reversed(sides)):
            if not self.is_over and not self.is_left_to_store:
                side.go_on(links)
                edge = {party.id for party in other.edge}
                self.found = [party for party in side.edge if party.id in edge]

    def close(self, bridges: Iterable[Bridge]) -> None:
        """Take in what closes the gap."""
        sides = self.sides
        first, second = ({party.id: party for party in side.edge} for side in sides)
        middle: dict[uuid.UUID, Party] = {}
        for bridge in bridges:
            party = bridge.link.party
            middle[party.id] = party
            _add(sides[0].before, party, first[bridge.near])
            if bridge.far is not None:
                _add(sides[1].before, party, second[bridge.far])
        self.found = list(middle.values())


def _add(before: dict[uuid.UUID, list[Party]], party: Party, near: Party) -> None:
    known = before.setdefault(party.id, [])
    if near not in known:
        known.append(near)


async def search(pairs: Iterable[tuple[Party, Party]], ask: Ask) -> dict[tuple[Party, Party], Path | None]:
    """A shortest path of each pair of different parties, None where there is none."""
    searches = {pair: _Search(_Side.of(pair[0]), _Side.of(pair[1])) for pair in pairs}
    known: dict[uuid.UUID, Sequence[Link]] = {}
    while going := [one for one in searches.values() if not (one.is_over or one.is_left_to_store)]:
        wanted = {party.id: party for one in going for edge in one.gap for party in edge if party.id not in known}
        if wanted:
            known |= dict.fromkeys(wanted, ()) | dict(await ask.links(list(wanted.values())))
        for one in going:
            one.go_on(known)
    bridged: dict[uuid.UUID, list[Link]] = {}
    for hops in range(1, GAP + 1):
        await _closed([one for one in searches.values() if not one.is_over], ask, hops, bridged)
    return {(first, last): _path(first, one, {**bridged, **known}) for (first, last), one in searches.items()}


async def _closed(going: Sequence[_Search], ask: Ask, hops: int, bridged: dict[uuid.UUID, list[Link]]) -> None:
    """Close the gaps that so many hops can; `bridged` takes the links in."""
    if not going:
        return
    found: dict[int, list[Bridge]] = {}
    for bridge in await ask.bridges([one.gap for one in going], hops):
        found.setdefault(bridge.place, []).append(bridge)
        bridged.setdefault(bridge.near, []).append(bridge.link)
        if bridge.far is not None and bridge.back is not None:
            bridged.setdefault(bridge.far, []).append(bridge.back)
    for place, bridges in found.items():
        going[place].close(bridges)


def _path(first: Party, done: _Search, links: Mapping[uuid.UUID, Sequence[Link]]) -> Path | None:
    """The path of the lowest ids through the parties that were found in the middle."""
    if not done.found:
        return None
    after = _after(done)
    parties, goal = [first], done.goal.before
    while following := after.get(parties[-1].id) or goal.get(parties[-1].id):
        parties.append(min(following, key=lambda party: party.id))
    hops = [_hop(near, far, links) for near, far in pairwise(parties)]
    return Path(tuple(parties), tuple(hops))


def _after(done: _Search) -> dict[uuid.UUID, set[Party]]:
    """Of each party before the middle, those that lead on to it."""
    after: dict[uuid.UUID, set[Party]] = {}
    level = set(done.found)
    while level:
        earlier: set[Party] = set()
        for party in level:
            for before in done.start.before[party.id]:
                after.setdefault(before.id, set()).add(party)
                earlier.add(before)
        level = earlier
    return after


def _hop(near: Party, far: Party, links: Mapping[uuid.UUID, Sequence[Link]]) -> Hop:
    """The first relation between two parties, from whichever of them was asked about."""
    along = [hop for party, hop in links.get(near.id, ()) if party == far]
    back = [Hop(hop.kind, not hop.outgoing) for party, hop in links.get(far.id, ()) if party == near]
    return min(along or back, key=_text)


def _text(hop: Hop) -> str:
    return f"{hop.kind}>" if hop.outgoing else f"<{hop.kind}"
