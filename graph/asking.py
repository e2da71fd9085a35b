"""What the search for paths asks of the relational store."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graph.hops import from_digit
from graph.port import Party, PartyKind
from graph.reach import Reach
from graph.search import Bridge, Gap, Link
from graph.sql import bridges, links, parties
from graph.sql.parts import reach_values
from store.statement import Reads

_KINDS: Final = {kind.value: kind for kind in PartyKind}


class RelationalAsk:
    """Implements `graph.search.Ask` on one day, for one reach."""

    def __init__(self, reads: Reads, day: dt.date, reach: Reach) -> None:
        self._reads, self._reach = reads, reach
        self._values = {"day": day, **reach_values(reach)}

    async def present(self, asked: Iterable[Party]) -> set[Party]:
        """Those parties that there are, and that may be met."""
        statement = parties.present(self._reach.kind, directory=self._reach.directory)
        found = await statement.rows(self._reads, **_by_kind(asked), **self._values)
        return {Party(_KINDS[kind], key) for kind, key in found}

    async def links(self, asked: Sequence[Party]) -> Mapping[uuid.UUID, Sequence[Link]]:
        """All links of parties, by their ids."""
        statement = links.adjacency(self._reach.kind, directory=self._reach.directory)
        found: dict[uuid.UUID, list[Link]] = {}
        for near, kind, far, hop in await statement.rows(self._reads, **_by_kind(asked), **self._values):
            found.setdefault(near, []).append(Link(Party(_KINDS[kind], far), from_digit(hop)))
        return found

    async def bridges(self, gaps: Sequence[Gap], hops: int) -> Sequence[Bridge]:
        """All bridges of one hop, or of two."""
        make = bridges.of_one if hops == 1 else bridges.of_two
        statement = make(self._reach.kind, directory=self._reach.directory)
        rows = await statement.rows(self._reads, **bridges.edge_values(gaps), **self._values)
        return [_bridge(*row) for row in rows]


def _bridge(
    place: int, near: uuid.UUID, hop: int, kind: str, key: uuid.UUID, far: uuid.UUID | None = None, back: int = 0
) -> Bridge:
    party = Party(_KINDS[kind], key)
    return Bridge(place, near, Link(party, from_digit(hop)), far, Link(party, from_digit(back)) if back else None)


def _by_kind(asked: Iterable[Party]) -> dict[str, list[uuid.UUID]]:
    found: dict[str, list[uuid.UUID]] = {name: [] for name in parties.LISTS.values()}
    for party in asked:
        found[parties.LISTS[party.kind]].append(party.id)
    return found
