"""The network, answered by Neo4j: a copy of the record that the projection keeps, see `graph.projection`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from graph.batches import collected, distinct, each
from graph.bolt import Bolt, Row
from graph.cypher import NEVER, query
from graph.hops import from_text
from graph.port import (
    NEIGHBOURS,
    GraphStatus,
    Group,
    Influence,
    Keys,
    Neighbour,
    Party,
    PartyKind,
    Path,
    Placed,
    Referrer,
    Serving,
    Step,
    Successor,
)
from graph.projecting.generations import live
from graph.ranking import Candidate, ranked
from graph.reach import Reach
from graph.shapes import group_of, influence_of
from graph.status import status_of_copy
from store.statement import Reads


class Neo4jGraph:
    """Implements `graph.port.Graph` over a Neo4j. `reads` is asked for one thing only: how far the copy is behind."""

    def __init__(self, bolt: Bolt, reads: Reads) -> None:
        self._bolt, self._reads = bolt, reads

    async def subtree_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        rows = await self._rows("subtree", keys)
        return collected(keys, ((_id(row["key"]), Placed(_id(row["id"]), row["depth"])) for row in rows))

    async def ancestors_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        rows = await self._rows("ancestors", keys)
        return collected(keys, ((_id(row["key"]), Placed(_id(row["id"]), row["depth"])) for row in rows))

    async def escalation_by_department(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, map(_step, await self._rows("escalation_by_department", keys, day=day)))

    async def escalation_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, map(_step, await self._rows("escalation_by_staff", keys, day=day)))

    async def orphans_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[uuid.UUID, ...]]:
        """See the port."""
        rows = await self._rows("orphans", keys, reach, day=day)
        return collected(keys, ((_id(row["key"]), _id(row["id"])) for row in rows))

    async def successors_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Successor, ...]]:
        """See the port."""
        return each(keys, map(_candidate, await self._rows("successors", keys, day=day)), ranked)

    async def group_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Group | None]:
        """See the port."""
        rows = await self._rows("group", keys, reach, day=day)
        members = ((row["key"], row["root"], row["id"], row["currency"], row["owed"]) for row in rows)
        told = ((_id(key), (_id(root), _id(one), currency, owed)) for key, root, one, currency, owed in members)
        return each(keys, told, group_of)

    async def neighbourhood_by_customer(
        self, keys: Keys, day: dt.date, reach: Reach
    ) -> Sequence[tuple[Neighbour, ...]]:
        """See the port."""
        rows = await self._rows("neighbourhood", keys, reach, day=day, most=NEIGHBOURS)
        return collected(keys, ((_id(row["key"]), _neighbour(row)) for row in rows))

    async def path_by_pair(
        self, pairs: Sequence[tuple[Party, Party]], day: dt.date, reach: Reach
    ) -> Sequence[Path | None]:
        """See the port."""
        asked = distinct(pairs)
        apart = [pair for pair in asked if pair[0] != pair[1]]
        ends = {"firsts": [str(pair[0].id) for pair in apart], "lasts": [str(pair[1].id) for pair in apart]}
        found = {
            (_id(row["first"]), _id(row["last"])): _path(row)
            for row in (await self._told("path", reach, day=day, **ends) if apart else ())
        }
        found |= await self._alone([pair[0] for pair in asked if pair[0] == pair[1]], reach)
        return [_fitting(pair, found.get((pair[0].id, pair[1].id))) for pair in pairs]

    async def influence_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Influence]:
        """See the port."""
        rows = await self._rows("influence", keys, reach, day=day)
        return each(keys, ((_id(row["key"]), (_id(row["id"]), row["depth"])) for row in rows), influence_of)

    async def referrers_by_department(self, keys: Keys, first: int, reach: Reach) -> Sequence[tuple[Referrer, ...]]:
        """See the port."""
        rows = await self._rows("referrers", keys, reach, first=first)
        return collected(keys, ((_id(row["key"]), Referrer(_id(row["id"]), row["referred"])) for row in rows))

    async def serving_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        return collected(keys, map(_serving, await self._rows("serving_by_customer", keys, reach, day=day)))

    async def serving_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        return collected(keys, map(_serving, await self._rows("serving_by_staff", keys, reach, day=day)))

    async def status(self, now: dt.datetime) -> GraphStatus:
        """See the port."""
        return await status_of_copy(self._reads, await live(self._bolt), now)

    async def _alone(self, parties: Iterable[Party], reach: Reach) -> dict[tuple[uuid.UUID, uuid.UUID], Path]:
        """The paths from parties to themselves: those parties that there are."""
        keys = distinct(party.id for party in parties)
        rows = await self._rows("present", keys, reach) if keys else ()
        there = (Party(PartyKind(row["kind"]), _id(row["key"])) for row in rows)
        return {(party.id, party.id): Path((party,), ()) for party in there}

    async def _rows(
        self, name: str, keys: Iterable[uuid.UUID], reach: Reach | None = None, **values: Any
    ) -> Sequence[Row]:
        return await self._told(name, reach, keys=[str(key) for key in distinct(keys)], **values)

    async def _told(self, name: str, reach: Reach | None, **values: Any) -> Sequence[Row]:
        """The rows of a named query."""
        if reach is not None:
            values |= {"reachIds": [str(key) for key in reach.ids], "reachDay": str(reach.day)}
        parameters = {key: str(value) if isinstance(value, dt.date) else value for key, value in values.items()}
        return await self._bolt.read(query(name, reach), parameters)


def _id(text: str) -> uuid.UUID:
    return uuid.UUID(text)


def _step(row: Row) -> tuple[uuid.UUID, Step]:
    return _id(row["key"]), Step(_id(row["department"]), row["level"], _id(row["staff"]), row["acting"])


def _candidate(row: Row) -> tuple[uuid.UUID, Candidate]:
    texts = (row["skills"], row["languages"], row["wantedSkills"], row["wantedLanguages"])
    return _id(row["key"]), Candidate(_id(row["id"]), row["same"], row["load"], *texts)


def _neighbour(row: Row) -> Neighbour:
    depth, *via = row["nearest"].split(" ")
    return Neighbour(Party(PartyKind(row["kind"]), _id(row["id"])), int(depth), tuple(map(from_text, via)))


def _path(row: Row) -> Path:
    parties = zip(map(PartyKind, row["kinds"]), map(_id, row["ids"]), strict=True)
    return Path(tuple(Party(*party) for party in parties), tuple(map(from_text, row["via"])))


def _fitting(pair: tuple[Party, Party], path: Path | None) -> Path | None:
    """The path, if its ends are of the kinds that were asked for."""
    return path if path is not None and (path.parties[0], path.parties[-1]) == pair else None


def _serving(row: Row) -> tuple[uuid.UUID, Serving]:
    until = None if row["until"] == NEVER else dt.date.fromisoformat(row["until"])
    since = dt.date.fromisoformat(row["since"])
    return _id(row["key"]), Serving(_id(row["staff"]), _id(row["customer"]), row["role"], since, until)
