"""Shortest paths from both ends: for each pair, whichever side is smaller goes one hop further, until they meet.

All pairs of a batch go together, so a store is asked once for each round and never more than HOPS times. Of several
shortest paths the one of the lowest ids is told, and of several relations between two parties the first by name.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from graph.port import HOPS, Hop, Party, Path


class Link(NamedTuple):
    """A relation of a party, seen from it."""

    party: Party
    hop: Hop


Ask = Callable[[Sequence[Party]], Awaitable[Mapping[uuid.UUID, Sequence[Link]]]]
"""What gives the links of parties, by their ids."""


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
        if self.found or not self.start.edge or not self.goal.edge:
            return True
        return self.start.hops + self.goal.hops >= HOPS

    @property
    def next_side(self) -> _Side:
        """The side with fewer parties to ask about."""
        return min(self.start, self.goal, key=lambda side: len(side.edge))

    def go_on(self, links: Mapping[uuid.UUID, Sequence[Link]]) -> None:
        """One hop further on the smaller side."""
        side = self.next_side
        other = self.goal if side is self.start else self.start
        side.go_on(links)
        edge = {party.id for party in other.edge}
        self.found = [party for party in side.edge if party.id in edge]


async def search(pairs: Iterable[tuple[Party, Party]], ask: Ask) -> dict[tuple[Party, Party], Path | None]:
    """A shortest path of each pair of different parties, None where there is none."""
    searches = {pair: _Search(_Side.of(pair[0]), _Side.of(pair[1])) for pair in pairs}
    known: dict[uuid.UUID, Sequence[Link]] = {}
    while going := [one for one in searches.values() if not one.is_over]:
        wanted = {party.id: party for one in going for party in one.next_side.edge if party.id not in known}
        if wanted:
            known |= dict.fromkeys(wanted, ()) | dict(await ask(list(wanted.values())))
        for one in going:
            one.go_on(known)
    return {(first, last): _path(first, one, known) for (first, last), one in searches.items()}


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
