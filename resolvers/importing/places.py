"""Heads of departments: a department has one, and a file that names another is refused until the first has gone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.importing.form import shown
from resolvers.importing.record import RecordKind, Rejection
from resolvers.importing.target import Entry, is_head
from store.staff import MembershipRole, MembershipRow, StaffRow


async def second_heads(connection: AsyncConnection, entries: Sequence[Entry]) -> list[Rejection]:
    """The rows of people who would be head of a department beside somebody else.

    Who leaves the place by another row of the same batch makes it free.
    """
    places = list(_places(entries))
    departments = {department for _, _, department in places}
    heads = await _heads(connection, departments)
    for number, part, department in places:
        if heads.get(department) == number and not is_head(part.values):
            del heads[department]
    return list(_refusals(places, heads))


def _refusals(places: Sequence[tuple[str, Entry, uuid.UUID]], heads: dict[uuid.UUID, str]) -> Iterator[Rejection]:
    for number, part, department in places:
        if is_head(part.values):
            head = heads.get(department)
            if head is not None and head != number:
                reason = f"the department has a head already, {shown(head)}; end that first"
                yield Rejection(part.record.line, "role", MembershipRole.HEAD, reason)


def _places(entries: Sequence[Entry]) -> Iterator[tuple[str, Entry, uuid.UUID]]:
    """The staff number, the membership and its department."""
    for entry in entries:
        for part in entry.parts:
            if part.record.kind is RecordKind.MEMBERSHIP:
                yield entry.record.key, part, part.values["department_id"]


async def _heads(connection: AsyncConnection, departments: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The numbers of those who are heads now."""
    statement = (
        sa.select(MembershipRow.department_id, StaffRow.number)
        .join(StaffRow, StaffRow.id == MembershipRow.staff_id)
        .where(
            MembershipRow.department_id.in_(departments),
            MembershipRow.role == MembershipRole.HEAD,
            MembershipRow.until.is_(None),
        )
    )
    return {row[0]: row[1] for row in await connection.execute(statement)}
