"""Escalation: rows of the rules that fire for an open ticket are told to people once, and may give it to them (B3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from graph.port import Graph, Step
from resolvers.acting.looking import Look
from resolvers.commands import Unit
from resolvers.decisions.locking import locked_open_tickets
from resolvers.decisions.making import Asking, Decided, decide_tickets
from resolvers.decisions.reasons import reason_of
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import Version, in_force
from resolvers.ticket_work import note_change
from rules.facts.vocabulary import Level
from store.assignment import AssignmentRole, AssignmentRow
from store.base import new_id
from store.customer import CustomerRow
from store.decision import DecisionOccasion
from store.escalation import EscalationRow, EscalationTarget
from store.lists import ListOf, member
from store.ticket import ENDED, TicketEventKind, TicketRow
from store.types import Uid

ESCALATION_RULES: Final = ("escalation", "alarm")
"""The rule sets that say whom to tell. Each of their rows fires once in each opening of a ticket."""


@dataclass
class _People:
    """Who can be told about tickets: the heads above each department, and the owner of each customer."""

    heads: Mapping[uuid.UUID, Sequence[Step]]
    owners: Mapping[uuid.UUID, uuid.UUID]
    departments: Mapping[uuid.UUID, uuid.UUID | None] = field(default_factory=dict)
    """Of customers, for tickets that have none."""

    def find(self, row: TicketRow, target: EscalationTarget, levels_up: int) -> uuid.UUID | None:
        """Who is to be told; None where nobody has that place."""
        if target is EscalationTarget.ASSIGNEE:
            return row.assignee_id
        if target is EscalationTarget.OWNER:
            return self.owners.get(row.customer_id)
        place = row.department_id or self.departments.get(row.customer_id)
        steps = self.heads.get(place, ()) if place else ()
        return next((step.staff_id for step in steps if step.level >= levels_up), steps[-1].staff_id if steps else None)


async def to_escalate(session: AsyncSession, look: Look, found: Gathered) -> list[uuid.UUID]:
    """The tickets for which a row fires that has not fired yet."""
    fired = await _fired(session, look.version.rule_set.name, found.ids)
    return [key for key, outcome in look.outcomes(found) if set(outcome.rows) - fired.get(key, set())]


async def escalate(unit: Unit, rule_set: str, ids: Collection[uuid.UUID], graph: Graph) -> int:
    """Decide about these tickets, and tell people what is new; gives how many are told. What has ended is left out."""
    rows = await locked_open_tickets(unit.session, ids)
    people = await _people(unit, rows.values(), graph)
    version = await in_force(unit.session, rule_set, unit.now)
    decided = await decide_tickets(
        unit.session, version, Asking(unit.subject.name, unit.now, DecisionOccasion.EVENT), list(rows)
    )
    fired = await _fired(unit.session, rule_set, rows)
    count = 0
    for one in decided:
        told = _tell(unit, version, one, rows[one.subject_id], people, fired.get(one.subject_id, set()))
        if told:
            _note(unit, rows[one.subject_id], told)
            count += len(told)
    return count


def _tell(
    unit: Unit, version: Version, one: Decided, row: TicketRow, people: _People, fired: set[str]
) -> list[EscalationRow]:
    """The escalations of one ticket that are new, added in the order of their rows."""
    told = []
    for place, name in enumerate(one.outcome.rows):
        if name not in fired:
            result = one.outcome.results[place]
            reason = reason_of(version, one, Level.INTERNAL, place=place)
            told.append(EscalationRow(**_values(unit, version, one, row, people, name, result), reason=reason))
    unit.session.add_all(told)
    return told


def _values(
    unit: Unit, version: Version, one: Decided, row: TicketRow, people: _People, name: str, result: Mapping[str, Any]
) -> dict[str, Any]:
    target = EscalationTarget(str(result["tell"]).upper())
    levels_up = int(result["levels_up"] or 0)
    return {
        "id": new_id(),
        "ticket_id": row.id,
        "customer_id": row.customer_id,
        "rule_set": version.rule_set.name,
        "row": name,
        "reopening": row.reopen_count,
        "at": unit.now,
        "target": target,
        "levels_up": levels_up,
        "staff_id": people.find(row, target, levels_up),
        "takes_over": bool(result["takes_over"]),
        "decision_id": one.id,
    }


def _note(unit: Unit, row: TicketRow, told: Sequence[EscalationRow]) -> None:
    """Note it in the ticket's history; the last of those who take over gets the ticket."""
    taking = [each.staff_id for each in told if each.takes_over and each.staff_id is not None]
    if taking:
        row.assignee_id = taking[-1]
    note_change(unit, row, TicketEventKind.ESCALATED, "\n".join(each.reason for each in told if each.reason) or None)


async def _people(unit: Unit, rows: Iterable[TicketRow], graph: Graph) -> _People:
    customers = sorted({row.customer_id for row in rows})
    placed = sa.select(CustomerRow.id, CustomerRow.department_id).where(_is_one(CustomerRow.id))
    departments = dict((await unit.session.execute(placed, {"ids": customers})).all())
    places = {row.department_id for row in rows} | set(departments.values())
    wanted = sorted(place for place in places if place is not None)
    steps = await graph.escalation_by_department(wanted, unit.today)
    return _People(dict(zip(wanted, steps, strict=True)), await _owners(unit, customers), departments)


async def _owners(unit: Unit, customers: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    row = AssignmentRow
    holds = sa.and_(row.since <= unit.today, sa.or_(row.until.is_(None), row.until > unit.today))
    owners = sa.select(row.customer_id, row.staff_id).where(
        _is_one(row.customer_id), row.role == AssignmentRole.OWNER, holds
    )
    return dict((await unit.session.execute(owners, {"ids": customers})).all())


def _is_one(column: Any) -> sa.ColumnElement[bool]:
    return member(column, sa.bindparam("ids", type_=ListOf(Uid())))


async def _fired(session: AsyncSession, rule_set: str, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """The rows that have fired in the present opening of each of these tickets."""
    row = EscalationRow
    fired = (
        sa.select(row.ticket_id, row.row)
        .join(TicketRow, sa.and_(TicketRow.id == row.ticket_id, TicketRow.reopen_count == row.reopening))
        .where(_is_one(row.ticket_id), row.rule_set == rule_set)
    )
    found: dict[uuid.UUID, set[str]] = {}
    for key, name in await session.execute(fired, {"ids": sorted(set(ids))}):
        found.setdefault(key, set()).add(name)
    return found


def open_tickets() -> sa.Select[uuid.UUID]:
    """The ids of all tickets for which somebody still owes something."""
    return sa.select(TicketRow.id).where(TicketRow.status.not_in(ENDED)).order_by(TicketRow.id)
