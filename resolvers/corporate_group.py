"""Corporate groups: which customer belongs to which, one parent at a time, and never a cycle."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from resolvers.access_rows import access_customer, access_customers
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import CustomerId
from resolvers.edits import Unique, save
from resolvers.problems import Code, Problem, refuse
from resolvers.relations import begin_relation, end_relation, lasting
from store.relation import RelationKind, RelationRow


@dataclass(frozen=True)
class GroupEntry:
    """A customer is to belong to another one's group from a day on (today, when none is given).

    `replace` ends what it belonged to on that day; without it a second parent is refused.
    """

    customer_id: CustomerId
    parent_id: CustomerId
    since: dt.date | None = None
    replace: bool = False


@dataclass(frozen=True)
class GroupExit:
    """A customer is to leave its group: `until` is the first day without; today, if none is given."""

    customer_id: CustomerId
    until: dt.date | None = None


class JoinGroupErrorCode(enum.StrEnum):
    """Why a customer did not join a group."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    OVERLAP = Code.OVERLAP
    CYCLE = Code.CYCLE


class LeaveGroupErrorCode(enum.StrEnum):
    """Why a customer did not leave its group."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    BAD_PERIOD = Code.BAD_PERIOD


@dataclass(frozen=True)
class Belonging:
    """That one customer belongs to another, from `since` until the day before `until`."""

    from_id: uuid.UUID
    to_id: uuid.UUID
    since: dt.date
    until: dt.date


_FOREST_LOCK: Final = 3_600_002
"""The advisory lock that whoever joins customers to groups holds until the commit."""

_ONE_PARENT: Final = Unique(
    "uq_customer_relation_one_parent",
    "customer_relation.from_id",
    Problem(Code.OVERLAP, "since", "the customer belongs to a group already"),
)

_BELONGS: Final = RelationRow.kind == RelationKind.SUBSIDIARY_OF


@command(Action.JOIN_GROUP, JoinGroupErrorCode)
async def join_group(unit: Unit, draft: GroupEntry) -> uuid.UUID:
    """Let a customer belong to another one; both are within reach, and the other does not belong to the first."""
    await _hold_forest(unit)
    await access_customers(unit, {"customer_id": draft.customer_id, "parent_id": draft.parent_id})
    since = draft.since or unit.today
    for earlier in await _parents(unit, draft.customer_id, since):
        _give_way(unit, earlier, draft, since)
    await unit.session.flush()
    above = await _belongings_above(unit, draft.parent_id, since)
    if closes_cycle(above, draft.customer_id, draft.parent_id, since):
        raise refuse(Code.CYCLE, "parent_id", "the parent is this customer, or belongs to it at that time")
    row = begin_relation(unit, RelationKind.SUBSIDIARY_OF, draft.customer_id, draft.parent_id, since)
    await save(unit, row, _ONE_PARENT)
    return draft.customer_id


@command(Action.LEAVE_GROUP, LeaveGroupErrorCode)
async def leave_group(unit: Unit, draft: GroupExit) -> uuid.UUID:
    """Let a customer within reach belong to no one from a day on."""
    customer = await access_customer(unit, draft.customer_id, "customer_id")
    until = draft.until or unit.today
    belongs = await _parents(unit, customer.id, until)
    if not belongs:
        raise refuse(Code.NOT_FOUND, "customer_id", f"the customer belongs to no group on {until}, nor after it")
    if belongs[0].since > until:
        raise refuse(Code.BAD_PERIOD, "until", f"the customer joins the group on {belongs[0].since}")
    end_relation(unit, belongs[0], until)
    return customer.id


def closes_cycle(belongings: Iterable[Belonging], customer_id: uuid.UUID, parent_id: uuid.UUID, since: dt.date) -> bool:
    """Whether on some day from `since` on the parent is the customer, or belongs to it at any depth."""
    upwards: dict[uuid.UUID, list[Belonging]] = {}
    for one in belongings:
        upwards.setdefault(one.from_id, []).append(one)
    seen, waiting = set(), [(parent_id, since, dt.date.max)]
    while waiting:
        place = key, start, end = waiting.pop()
        if key == customer_id:
            return True
        if place not in seen:
            seen.add(place)
            both = ((one.to_id, max(start, one.since), min(end, one.until)) for one in upwards.get(key, ()))
            waiting.extend(above for above in both if above[1] < above[2])
    return False


async def _hold_forest(unit: Unit) -> None:
    """Let others join groups only after us, before anything of them is read.

    Two customers that join each other, each right by itself, would close a cycle together. SQLite has one writer at a
    time anyway.
    """
    if unit.session.get_bind().dialect.name == "postgresql":
        await unit.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOREST_LOCK)))


async def _parents(unit: Unit, customer_id: uuid.UUID, since: dt.date) -> list[RelationRow]:
    """To whom a customer belongs on a day, or later, in order."""
    found = sa.select(RelationRow).where(RelationRow.from_id == customer_id, _BELONGS, lasting(since))
    return list(await unit.session.scalars(found.order_by(RelationRow.since, RelationRow.id)))


def _give_way(unit: Unit, earlier: RelationRow, draft: GroupEntry, since: dt.date) -> None:
    """End what the customer belonged to. Raises Refused (OVERLAP) where that is not wanted."""
    if not draft.replace or earlier.to_id == draft.parent_id or earlier.since > since:
        ends = "with no end" if earlier.until is None else f"until {earlier.until}"
        raise refuse(Code.OVERLAP, "since", f"the customer belongs to a group from {earlier.since}, {ends}, already")
    end_relation(unit, earlier, since)


async def _belongings_above(unit: Unit, customer_id: uuid.UUID, since: dt.date) -> list[Belonging]:
    """All belongings from a customer upwards that last beyond a day. UNION: it ends even where there is a cycle."""
    row = RelationRow
    columns = (row.from_id, row.to_id, row.since, row.until)
    up = sa.select(*columns).where(row.from_id == customer_id, _BELONGS, lasting(since)).cte("up", recursive=True)
    above = sa.select(*columns).join(up, row.from_id == up.c.to_id).where(_BELONGS, lasting(since))
    found = await unit.session.execute(sa.select(up.union(above)))
    return [Belonging(one.from_id, one.to_id, one.since, one.until or dt.date.max) for one in found]
