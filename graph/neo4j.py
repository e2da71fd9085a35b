"""The network, answered by Neo4j: a copy of the record that the projection keeps, see `graph.projection`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, cast

from graph.batches import collected, distinct, each
from graph.bolt import Bolt
from graph.cypher import NEVER, day_number, day_of, query
from graph.hops import from_text
from graph.port import (
    NEIGHBOURS,
    GraphStatus,
    GraphUnavailable,
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

Values = Sequence[Any]


class Neo4jGraph:
    """Implements `graph.port.Graph` over a Neo4j. `reads` is asked for one thing only: how far the copy is behind."""

    def __init__(self, bolt: Bolt, reads: Reads) -> None:
        self._bolt, self._reads = bolt, reads
        self._is_copied = False

    async def subtree_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        return collected(keys, map(_placed, await self._rows("subtree", keys)))

    async def ancestors_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        return collected(keys, map(_placed, await self._rows("ancestors", keys)))

    async def escalation_by_department(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, map(_step, await self._rows("escalation_by_department", keys, day=day)))

    async def escalation_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, map(_step, await self._rows("escalation_by_staff", keys, day=day)))

    async def orphans_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[uuid.UUID, ...]]:
        """See the port."""
        rows = await self._rows("orphans", keys, reach, day=day)
        return collected(keys, ((_id(key), _id(customer)) for key, customer in rows))

    async def successors_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Successor, ...]]:
        """See the port."""
        rows = await self._rows("successors", keys, day=day)
        asked = ((_id(key), _candidate(one, *own)) for key, *own, able in rows for one in able)
        return each(keys, asked, ranked)

    async def group_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Group | None]:
        """See the port."""
        rows = await self._rows("group", keys, reach, day=day)
        members = ((_id(key), (_id(root), _id(one), currency, owed)) for key, root, one, currency, owed in rows)
        return each(keys, members, group_of)

    async def neighbourhood_by_customer(
        self, keys: Keys, day: dt.date, reach: Reach
    ) -> Sequence[tuple[Neighbour, ...]]:
        """See the port."""
        rows = await self._rows("neighbourhood", keys, reach, day=day, most=NEIGHBOURS)
        return collected(keys, ((_id(key), _neighbour(*one)) for key, told in rows for one in told))

    async def path_by_pair(
        self, pairs: Sequence[tuple[Party, Party]], day: dt.date, reach: Reach
    ) -> Sequence[Path | None]:
        """See the port."""
        asked = distinct(pairs)
        apart = [pair for pair in asked if pair[0] != pair[1]]
        ends = {"firsts": [str(pair[0].id) for pair in apart], "lasts": [str(pair[1].id) for pair in apart]}
        rows = await self._told("path", reach, day=day, **ends) if apart else ()
        found = {(_id(first), _id(last)): _path(*way) for first, last, *way in rows}
        found |= await self._alone([pair[0] for pair in asked if pair[0] == pair[1]], reach)
        return [_fitting(pair, found.get((pair[0].id, pair[1].id))) for pair in pairs]

    async def influence_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Influence]:
        """See the port."""
        rows = await self._rows("influence", keys, reach, day=day)
        return each(keys, ((_id(key), (_id(other), depth)) for key, other, depth in rows), influence_of)

    async def referrers_by_department(self, keys: Keys, first: int, reach: Reach) -> Sequence[tuple[Referrer, ...]]:
        """See the port."""
        rows = await self._rows("referrers", keys, reach, first=first)
        return collected(keys, ((_id(key), Referrer(_id(customer), referred)) for key, customer, referred in rows))

    async def serving_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        return collected(keys, map(_serving, await self._rows("serving_by_customer", keys, reach, day=day)))

    async def serving_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        return collected(keys, map(_serving, await self._rows("serving_by_staff", keys, reach, day=day)))

    async def status(self, now: dt.datetime) -> GraphStatus:
        """See the port."""
        return await status_of_copy(self._reads, await live(self._bolt, seconds=self._bolt.patience), now)

    async def _alone(self, parties: Iterable[Party], reach: Reach) -> dict[tuple[uuid.UUID, uuid.UUID], Path]:
        """The paths from parties to themselves: those parties that there are."""
        keys = distinct(party.id for party in parties)
        rows = await self._rows("present", keys, reach) if keys else ()
        there = (Party(PartyKind(kind), _id(key)) for key, kind in rows)
        return {(party.id, party.id): Path((party,), ()) for party in there}

    async def _rows(
        self, name: str, keys: Iterable[uuid.UUID], reach: Reach | None = None, **values: Any
    ) -> Sequence[Values]:
        return await self._told(name, reach, keys=[str(key) for key in distinct(keys)], **values)

    async def _told(self, name: str, reach: Reach | None, **values: Any) -> Sequence[Values]:
        """The rows of a named query, as one list in one record: the driver takes its time over each record.

        Raises GraphUnavailable also where there is no copy: that nothing is found would not be true of the record.
        """
        if reach is not None:
            values |= {"reachIds": [str(key) for key in reach.ids], "reachDay": reach.day or dt.date.min}
        parameters = {key: day_number(value) if isinstance(value, dt.date) else value for key, value in values.items()}
        was_copied = self._is_copied
        [record] = await self._bolt.read(query(name, reach), parameters)
        rows: Sequence[Values] = record["rows"]
        if rows or (await self._check_copied() and was_copied):
            return rows
        [record] = await self._bolt.read(query(name, reach), parameters)  # the copy may be younger than the question
        return cast("Sequence[Values]", record["rows"])

    async def _check_copied(self) -> bool:
        """Whether there is a copy. Raises GraphUnavailable where there is none."""
        self._is_copied = await live(self._bolt, seconds=self._bolt.patience / 4) is not None  # it has just answered
        if not self._is_copied:
            raise GraphUnavailable("there is no copy of the network yet")
        return True


def _id(text: str) -> uuid.UUID:
    return uuid.UUID(text)


def _placed(row: Values) -> tuple[uuid.UUID, Placed]:
    key, department, depth = row
    return _id(key), Placed(_id(department), depth)


def _step(row: Values) -> tuple[uuid.UUID, Step]:
    key, department, level, leader, is_acting = row
    return _id(key), Step(_id(department), level, _id(leader), is_acting)


def _candidate(row: Values, wanted_skills: str, wanted_languages: str) -> Candidate:
    person, same_department, load, skills, languages = row
    return Candidate(_id(person), same_department, load, skills, languages, wanted_skills, wanted_languages)


def _neighbour(kind: str, key: str, nearest: str) -> Neighbour:
    depth, *via = nearest.split(" ")
    return Neighbour(Party(PartyKind(kind), _id(key)), int(depth), tuple(map(from_text, via)))


def _path(ids: Sequence[str], kinds: Sequence[str], via: Sequence[str]) -> Path:
    parties = zip(map(PartyKind, kinds), map(_id, ids), strict=True)
    return Path(tuple(Party(*party) for party in parties), tuple(map(from_text, via)))


def _fitting(pair: tuple[Party, Party], path: Path | None) -> Path | None:
    """The path, if its ends are of the kinds that were asked for."""
    return path if path is not None and (path.parties[0], path.parties[-1]) == pair else None


def _serving(row: Values) -> tuple[uuid.UUID, Serving]:
    key, staff, customer, role, since, until = row
    end = None if until == NEVER else day_of(until)
    return _id(key), Serving(_id(staff), _id(customer), role, day_of(since), end)
