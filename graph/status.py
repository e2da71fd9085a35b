"""How far what answers for the network is behind the record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from graph.port import GraphStatus
from outbox.event import LogEventRow
from store.statement import Reads, Statement

if TYPE_CHECKING:  # its module loads the driver, and the record needs none
    from graph.projecting.generations import Generation

_EVENT: Final = LogEventRow.__table__


PENDING: Final = 100_000
"""Events that are counted at most."""


async def status_of_record(reads: Reads) -> GraphStatus:
    """The state of the record itself, which is never behind."""
    rows = await _LAST.rows(reads)
    return GraphStatus("relational", 0.0, rows[0][0] if rows else None, 0)


async def status_of_copy(reads: Reads, generation: Generation | None, now: dt.datetime) -> GraphStatus:
    """The state of a copy of it; None stands for one that is not there yet."""
    after = 0 if generation is None else generation.position.id
    first, pending = (await _AFTER.rows(reads, after=after, most=PENDING))[0]
    lag = 0.0 if first is None else max(0.0, (now - first).total_seconds())
    known = (None, None) if generation is None else (generation.last_event_at, generation.id)
    return GraphStatus("neo4j", lag, known[0], pending, known[1])


def _after() -> sa.Select[*tuple[Any, ...]]:
    """When the first event after an id happened, and how many there are."""
    some = sa.select(_EVENT.c.id, _EVENT.c.at).where(_EVENT.c.id > sa.bindparam("after", type_=sa.BigInteger))
    found = some.order_by(_EVENT.c.id).limit(sa.bindparam("most", type_=sa.Integer)).subquery("found")
    return sa.select(sa.func.min(found.c.at), sa.func.count(found.c.id))


_AFTER: Final = Statement(_after())
_LAST: Final = Statement(sa.select(_EVENT.c.at).order_by(_EVENT.c.id.desc()).limit(sa.literal_column("1")))
