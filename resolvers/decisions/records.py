"""Recorded decisions, read back: by id, the last one about each customer, or all about one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from store.customer import CustomerRow
from store.decision import DecisionOccasion, DecisionRow
from store.lists import ListOf, items, member
from store.statement import Reads, Statement
from store.ticket import TicketRow
from store.types import Prose, Uid


class Record(NamedTuple):
    """A decision as it was written down; the texts are canonical JSON, see `rules.engine.recording`."""

    id: uuid.UUID
    rule_set: str
    version_id: uuid.UUID
    version: int
    about: str
    customer_id: uuid.UUID | None
    decided_at: dt.datetime
    occasion: DecisionOccasion
    asked_by: str
    facts: str
    rows: str
    results: str
    reasons: str
    fault: str | None


_DECISION: Final = DecisionRow.__table__
_CUSTOMER: Final = CustomerRow.__table__
_TICKET: Final = TicketRow.__table__
COLUMNS: Final = tuple(_DECISION.c[name] for name in Record._fields)
"""The columns of a record, in its order."""

_BY_IDS: Final = Statement(sa.select(*COLUMNS).where(member(_DECISION.c.id, sa.bindparam("ids", type_=ListOf(Uid())))))


def _last() -> sa.Select[Any]:
    """The last decision of a rule set about each subject, each found by the index."""
    asked, other = items("ids", Uid()), _DECISION.alias("other")
    latest = (
        sa.select(other.c.id)
        .where(other.c.subject_id == asked.c.value, other.c.rule_set == sa.bindparam("rule_set", type_=Prose()))
        .order_by(other.c.decided_at.desc(), other.c.id.desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    return sa.select(asked.c.value, *COLUMNS).join_from(asked, _DECISION, _DECISION.c.id == latest)


def _of_customer() -> sa.Select[Any]:
    """The latest decisions about the customer of a code."""
    ours = sa.select(_CUSTOMER.c.id).where(_CUSTOMER.c.code == sa.bindparam("code", type_=Prose())).scalar_subquery()
    chosen = sa.select(*COLUMNS).where(_DECISION.c.customer_id == ours)
    latest = chosen.order_by(_DECISION.c.decided_at.desc(), _DECISION.c.id.desc())
    return latest.limit(sa.bindparam("most", type_=sa.Integer()))


_LAST: Final = Statement(_last())
_OF_CUSTOMER: Final = Statement(_of_customer())
_ID_OF: Final = Statement(sa.select(_CUSTOMER.c.id).where(_CUSTOMER.c.code == sa.bindparam("code", type_=Prose())))
_TICKET_ID_OF: Final = Statement(
    sa.select(_TICKET.c.id).where(_TICKET.c.number == sa.bindparam("number", type_=Prose()))
)


async def records_by_id(reads: Reads, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Record]:
    """These decisions, in one statement."""
    found = [Record(*row) for row in await _BY_IDS.rows(reads, ids=sorted(set(ids)))]
    return {one.id: one for one in found}


async def last_records(reads: Reads, rule_set: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Record]:
    """The last decision of a rule set about each of these subjects, in one statement; none where there is none."""
    found = await _LAST.rows(reads, rule_set=rule_set, ids=sorted(set(ids)))
    return {key: Record(*row) for key, *row in found}


async def records_of(reads: Reads, code: str, most: int) -> Sequence[Record]:
    """The decisions about the customer of a code, the latest first."""
    return [Record(*row) for row in await _OF_CUSTOMER.rows(reads, code=code, most=most)]


async def customer_id_of(reads: Reads, code: str) -> uuid.UUID | None:
    """The id of the customer of a code; None where there is none."""
    return next((key for (key,) in await _ID_OF.rows(reads, code=code)), None)


async def ticket_id_of(reads: Reads, number: str) -> uuid.UUID | None:
    """The id of the ticket of a number; None where there is none."""
    return next((key for (key,) in await _TICKET_ID_OF.rows(reads, number=number)), None)
