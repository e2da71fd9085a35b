"""What the graph store holds: kinds of nodes and links, each with the select that reads it from the record.

Nothing is left open: a text that is not set is empty, an end that is not known is the last of all days. Comparisons in
Cypher need no case for what is missing, and the server has nothing to say about properties that it never saw.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from graph.cypher import NEVER, day_number
from store.assignment import AssignmentRow
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.relation import RelationKind, RelationRow
from store.staff import MembershipRow, StaffRow

Value = str | int
Record = Mapping[str, Value]


@dataclass(frozen=True)
class Kind:
    """A kind of node or link. `key` is the column by which its rows are chosen: its own, or its owner's."""

    name: str
    columns: Mapping[str, Any]
    key: Any
    where: tuple[sa.ColumnElement[bool], ...] = ()
    join: tuple[Any, Any] | None = None

    @property
    def select(self) -> sa.Select[*tuple[Any, ...]]:
        """All its rows."""
        rows = sa.select(*(column.label(name) for name, column in self.columns.items())).where(*self.where)
        return rows if self.join is None else rows.outerjoin(*self.join)

    def record(self, row: Sequence[Any]) -> dict[str, Value]:
        """A row as the graph store holds it."""
        return {name: _value(name, value) for name, value in zip(self.columns, row, strict=True)}


def _value(name: str, value: Any) -> Value:
    if value is None:
        return NEVER if name == "until" else 0 if name in _NUMBERS else ""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, dt.date):
        return day_number(value)
    return str(value) if isinstance(value, uuid.UUID) else value


_NUMBERS: Final = {"leftOn", "owedMinor"}
"""Columns whose value is 0 where there is none."""


_CREDIT: Final = CreditAccountRow.__table__

DEPARTMENTS: Final = Kind(
    "department",
    {"id": DepartmentRow.id, "number": DepartmentRow.number, "name": DepartmentRow.name},
    DepartmentRow.id,
)
STAFF: Final = Kind(
    "staff",
    {
        "id": StaffRow.id,
        "number": StaffRow.number,
        "name": StaffRow.name,
        "status": StaffRow.status,
        "leftOn": StaffRow.left_on,
        "skills": StaffRow.skills,
        "languages": StaffRow.languages,
    },
    StaffRow.id,
)
CUSTOMERS: Final = Kind(
    "customer",
    {
        "id": CustomerRow.id,
        "code": CustomerRow.code,
        "name": CustomerRow.name,
        "departmentId": CustomerRow.department_id,
        "referralCount": CustomerRow.referral_count,
        "currency": _CREDIT.c.currency,
        "owedMinor": _CREDIT.c.used_minor,
    },
    CustomerRow.id,
    join=(_CREDIT, _CREDIT.c.customer_id == CustomerRow.id),
)
TREE: Final = Kind(
    "child_of",
    {"id": DepartmentRow.id, "parentId": DepartmentRow.parent_id},
    DepartmentRow.id,
    (DepartmentRow.parent_id.is_not(None),),
)
MEMBERSHIPS: Final = Kind(
    "member_of",
    {
        "id": MembershipRow.id,
        "staffId": MembershipRow.staff_id,
        "departmentId": MembershipRow.department_id,
        "role": MembershipRow.role,
        "since": MembershipRow.since,
        "until": MembershipRow.until,
    },
    MembershipRow.staff_id,
)
ASSIGNMENTS: Final = Kind(
    "serves",
    {
        "id": AssignmentRow.id,
        "staffId": AssignmentRow.staff_id,
        "customerId": AssignmentRow.customer_id,
        "role": AssignmentRow.role,
        "since": AssignmentRow.since,
        "until": AssignmentRow.until,
    },
    AssignmentRow.customer_id,
)


def _relations(kind: RelationKind) -> Kind:
    columns = {
        "id": RelationRow.id,
        "fromId": RelationRow.from_id,
        "toId": RelationRow.to_id,
        "since": RelationRow.since,
        "until": RelationRow.until,
    }
    return Kind(kind.value.lower(), columns, RelationRow.from_id, (RelationRow.kind == kind,))


SUBSIDIARIES: Final = _relations(RelationKind.SUBSIDIARY_OF)
REFERRALS: Final = _relations(RelationKind.REFERRED_BY)

KINDS: Final = (DEPARTMENTS, STAFF, CUSTOMERS, TREE, MEMBERSHIPS, ASSIGNMENTS, SUBSIDIARIES, REFERRALS)
"""All kinds, nodes before the links between them."""
