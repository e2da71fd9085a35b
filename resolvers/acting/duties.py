"""Duties open when the rules ask for something, and end when it is done or not asked for any more."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from resolvers.acting.looking import Look
from resolvers.acting.owing import DutyRules, Slot, worked_day
from resolvers.commands import Unit
from resolvers.decisions.locking import locked_customers
from resolvers.decisions.making import Asking, Decided, decide_customers, decide_tickets
from resolvers.decisions.reasons import reason_of
from resolvers.edits import born, touch
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import Version, in_force
from rules.facts.calendar import working_calendar
from rules.facts.vocabulary import Level, Subject
from store.base import new_id
from store.decision import DecisionOccasion
from store.duty import DutyKind, DutyRow, DutyStatus
from store.interaction import InteractionKind, InteractionRow
from store.lists import ListOf, member
from store.types import Uid

EVIDENCE: Final[Mapping[InteractionKind, DutyKind]] = {
    InteractionKind.CALLBACK: DutyKind.CALLBACK,
    InteractionKind.RETURN_VISIT: DutyKind.RETURN_VISIT,
    InteractionKind.VISIT: DutyKind.RETURN_VISIT,
    InteractionKind.CARE: DutyKind.CARE,
}
"""Duties to speak with a customer are done by a journal entry of such a kind, and by nothing else."""


@dataclass(frozen=True)
class Opened:
    """How many duties of a kind were opened, and how many settled, in one transaction."""

    kind: DutyKind
    opened: int
    settled: int


async def to_change(
    session: AsyncSession, rules: DutyRules, look: Look, found: Gathered
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Of which of these subjects a duty is to be opened or settled: their ids, with their customers'."""
    known = await _slots(session, rules, found.ids)
    customers = dict(zip(found.ids, found.customers, strict=True))
    changing = []
    for key, outcome in look.outcomes(found):
        owed, there = rules.slots(key, outcome).keys(), known.get(key, _NOTHING)
        if owed - there.known or there.open - owed:
            changing.append((key, customers[key]))
    return changing


async def settle(unit: Unit, rules: DutyRules, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> Opened:
    """Decide about these subjects, and open and settle their duties. `pairs` are as `to_change` gives them."""
    await locked_customers(unit.session, {customer for _, customer in pairs})
    version = await in_force(unit.session, rules.rule_set, unit.now)
    decided = await _decided(unit, rules, version, [key for key, _ in pairs])
    rows = await _rows(unit.session, rules, [one.subject_id for one in decided])
    opened = settled = 0
    for one in decided:
        if one.outcome.errors:
            continue
        owed = rules.slots(one.subject_id, one.outcome)
        there = rows.get(one.subject_id, [])
        for row in there:
            if row.status is DutyStatus.OPEN and _slot(row) not in owed:
                end_duty(unit, row, DutyStatus.SETTLED, reason_of(version, one, Level.INTERNAL))
                settled += 1
        taken = {_slot(row) for row in there if rules.once or row.status is DutyStatus.OPEN}
        for slot in [slot for slot in owed if slot not in taken]:
            _open(unit, rules, version, one, slot, owed[slot])
            opened += 1
    return Opened(rules.kind, opened, settled)


def open_duty(unit: Unit, kind: DutyKind, customer_id: uuid.UUID, *, reason: str, decision_id: uuid.UUID) -> None:
    """Open a duty that follows from what somebody did; due on the next working day."""
    due_on = worked_day(working_calendar(), unit.today, 1)
    row = DutyRow(
        **born(unit, new_id()),
        kind=kind,
        customer_id=customer_id,
        subject_id=customer_id,
        occasion=str(decision_id),
        due_on=due_on,
        status=DutyStatus.OPEN,
        reason=reason,
        decision_id=decision_id,
    )
    _add(unit, row)


async def fulfil(unit: Unit, entry: InteractionRow) -> None:
    """End the open duties that a journal entry is the evidence of; a callback for a ticket ends that ticket's only."""
    kind = EVIDENCE.get(entry.kind)
    if kind is not None:
        row = DutyRow
        chosen = sa.select(row).where(row.customer_id == entry.customer_id, row.kind == kind)
        of_ticket = row.ticket_id == entry.ticket_id if kind is DutyKind.CALLBACK else sa.true()
        for duty in await unit.session.scalars(chosen.where(row.status == DutyStatus.OPEN, of_ticket)):
            duty.interaction_id = entry.id
            end_duty(unit, duty, DutyStatus.DONE, entry.subject)


async def fulfil_kind(unit: Unit, kind: DutyKind, customer_id: uuid.UUID, note: str) -> None:
    """End the open duties of a kind that a customer is owed, as what they ask for was done elsewhere."""
    row = DutyRow
    chosen = sa.select(row).where(row.customer_id == customer_id, row.kind == kind, row.status == DutyStatus.OPEN)
    for duty in await unit.session.scalars(chosen):
        end_duty(unit, duty, DutyStatus.DONE, note)


def end_duty(unit: Unit, row: DutyRow, status: DutyStatus, note: str | None) -> None:
    """Let an open duty end, and note the event."""
    row.status, row.note = status, note
    row.ended_at, row.ended_by = unit.now, unit.subject.name
    touch(unit, row)
    unit.changed(EventKind.DUTY_ENDED, "Duty", row.id, **_told(row), status=status.value)


@dataclass(frozen=True)
class _There:
    """The slots of a subject's duties: those that keep others from being opened, and those that are open."""

    known: frozenset[Slot] = frozenset()
    open: frozenset[Slot] = frozenset()


_NOTHING: Final = _There()


async def _slots(session: AsyncSession, rules: DutyRules, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, _There]:
    row = DutyRow
    wanted = _of(rules, ids)
    known: dict[uuid.UUID, tuple[set[Slot], set[Slot]]] = {}
    columns = sa.select(row.subject_id, row.kind, row.occasion, row.status)
    for key, kind, occasion, status in await session.execute(columns.where(*wanted.where), wanted.values):
        taken, is_open = known.setdefault(key, (set(), set()))
        slot = Slot(key, kind, occasion)
        taken.add(slot)
        if status is DutyStatus.OPEN:
            is_open.add(slot)
    return {key: _There(frozenset(taken), frozenset(is_open)) for key, (taken, is_open) in known.items()}


async def _rows(
    session: AsyncSession, rules: DutyRules, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[DutyRow]]:
    wanted = _of(rules, ids)
    found: dict[uuid.UUID, list[DutyRow]] = {}
    for row in await session.scalars(sa.select(DutyRow).where(*wanted.where), wanted.values):
        found.setdefault(row.subject_id, []).append(row)
    return found


@dataclass(frozen=True)
class _Wanted:
    where: Sequence[sa.ColumnElement[bool]]
    values: Mapping[str, object]


def _of(rules: DutyRules, ids: Collection[uuid.UUID]) -> _Wanted:
    """The duties of a kind that subjects have: the open ones, or all where they are opened once only."""
    row = DutyRow
    theirs = member(row.subject_id, sa.bindparam("ids", type_=ListOf(Uid())))
    which = sa.true() if rules.once else row.status == DutyStatus.OPEN
    return _Wanted((row.kind == rules.kind, which, theirs), {"ids": sorted(set(ids))})


async def _decided(unit: Unit, rules: DutyRules, version: Version, ids: Iterable[uuid.UUID]) -> Sequence[Decided]:
    asking = Asking(unit.subject.name, unit.now, DecisionOccasion.CADENCE)
    if rules.about is Subject.TICKET:
        return await decide_tickets(unit.session, version, asking, list(ids))
    return await decide_customers(unit.session, version, asking, list(ids))


def _open(unit: Unit, rules: DutyRules, version: Version, one: Decided, slot: Slot, place: int) -> None:
    row = DutyRow(
        **born(unit, new_id()),
        **rules.values(one, place, unit.today),
        kind=slot.kind,
        customer_id=one.customer_id,
        ticket_id=one.subject_id if rules.about is Subject.TICKET else None,
        subject_id=slot.subject_id,
        occasion=slot.occasion,
        status=DutyStatus.OPEN,
        reason=reason_of(version, one, Level.INTERNAL, place=place),
        decision_id=one.id,
    )
    _add(unit, row)


def _add(unit: Unit, row: DutyRow) -> None:
    unit.session.add(row)
    unit.changed(EventKind.DUTY_OPENED, "Duty", row.id, **_told(row), dueOn=row.due_on)


def _told(row: DutyRow) -> dict[str, uuid.UUID | str | None]:
    return {"kind": row.kind.value, "customerId": row.customer_id, "ticketId": row.ticket_id}


def _slot(row: DutyRow) -> Slot:
    return Slot(row.subject_id, row.kind, row.occasion)
