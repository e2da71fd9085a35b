"""The network, answered by the relational store itself: the record, so never behind; needs nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from graph.asking import RelationalAsk
from graph.batches import collected, distinct, each
from graph.hops import from_code
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
from graph.ranking import Candidate, ranked
from graph.reach import Reach
from graph.search import search
from graph.shapes import group_of, influence_of
from graph.sql import customers, departments, links, staff
from graph.sql.parts import reach_values
from graph.status import status_of_record
from store.statement import Reads, Statement

Rows = Iterator[tuple[Any, Any]]


class RelationalGraph:
    """Implements `graph.port.Graph` over a reading pool of the relational store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def subtree_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        return collected(keys, await self._rows(departments.SUBTREE, Placed, keys))

    async def ancestors_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """See the port."""
        return collected(keys, await self._rows(departments.ANCESTORS, Placed, keys))

    async def escalation_by_department(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, await self._rows(departments.ESCALATION, _step, keys, day=day))

    async def escalation_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """See the port."""
        return collected(keys, await self._rows(staff.ESCALATION, _step, keys, day=day))

    async def orphans_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[uuid.UUID, ...]]:
        """See the port."""
        statement = staff.orphans(reach.kind)
        return collected(keys, await self._rows(statement, _same, keys, day=day, **reach_values(reach)))

    async def successors_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Successor, ...]]:
        """See the port."""
        return each(keys, await self._rows(staff.SUCCESSORS, _candidate, keys, day=day), ranked)

    async def group_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Group | None]:
        """See the port."""
        rows = await self._rows(customers.groups(reach.kind), _tuple, keys, day=day, **reach_values(reach))
        return each(keys, rows, group_of)

    async def neighbourhood_by_customer(
        self, keys: Keys, day: dt.date, reach: Reach
    ) -> Sequence[tuple[Neighbour, ...]]:
        """See the port."""
        statement = links.neighbourhood(reach.kind, directory=reach.directory)
        values = {"day": day, "most": NEIGHBOURS, **reach_values(reach)}
        return collected(keys, await self._rows(statement, _neighbour, keys, **values))

    async def path_by_pair(
        self, pairs: Sequence[tuple[Party, Party]], day: dt.date, reach: Reach
    ) -> Sequence[Path | None]:
        """See the port."""
        ask = RelationalAsk(self._reads, day, reach)
        present = await ask.present({party for pair in pairs for party in pair})
        able = [pair for pair in distinct(pairs) if present.issuperset(pair)]
        found = await search([pair for pair in able if pair[0] != pair[1]], ask)
        itself = {pair: Path((pair[0],), ()) for pair in able if pair[0] == pair[1]}
        return [itself.get(pair) or found.get(pair) for pair in pairs]

    async def influence_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Influence]:
        """See the port."""
        rows = await self._rows(customers.influence(reach.kind), _tuple, keys, day=day, **reach_values(reach))
        return each(keys, rows, influence_of)

    async def referrers_by_department(self, keys: Keys, first: int, reach: Reach) -> Sequence[tuple[Referrer, ...]]:
        """See the port."""
        statement = customers.referrers(reach.kind)
        return collected(keys, await self._rows(statement, Referrer, keys, first=first, **reach_values(reach)))

    async def serving_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        statement = customers.serving(reach.kind, by_staff=False)
        return collected(keys, await self._rows(statement, _serving, keys, day=day, **reach_values(reach)))

    async def serving_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """See the port."""
        statement = customers.serving(reach.kind, by_staff=True)
        return collected(keys, await self._rows(statement, _serving, keys, day=day, **reach_values(reach)))

    async def status(self, now: dt.datetime) -> GraphStatus:
        """See the port."""
        del now
        return await status_of_record(self._reads)

    async def _rows(self, statement: Statement, make: Any, keys: Keys, **values: Any) -> Rows:
        """(key, what is made of the rest) of each row."""
        found = await statement.rows(self._reads, keys=distinct(keys), **values)
        return ((key, make(*rest)) for key, *rest in found)


def _same(value: uuid.UUID) -> uuid.UUID:
    return value


def _tuple(*values: Any) -> tuple[Any, ...]:
    return values


def _step(department_id: uuid.UUID, level: int, staff_id: uuid.UUID, is_acting: object) -> Step:
    return Step(department_id, level, staff_id, bool(is_acting))


def _candidate(staff_id: uuid.UUID, same_department: object, load: int, *texts: str | None) -> Candidate:
    return Candidate(staff_id, bool(same_department), load, *texts)


def _neighbour(kind: str, key: uuid.UUID, path: int) -> Neighbour:
    via = from_code(path)
    return Neighbour(Party(PartyKind(kind), key), len(via), via)


def _serving(staff_id: uuid.UUID, customer_id: uuid.UUID, role: str, since: dt.date, until: dt.date | None) -> Serving:
    return Serving(staff_id, customer_id, str(role), since, until)
