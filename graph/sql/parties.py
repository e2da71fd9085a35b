"""Parties by their ids: which there are."""

from __future__ import annotations

from functools import cache
from typing import Final

import sqlalchemy as sa

from graph.port import PartyKind
from graph.reach import ReachKind
from graph.sql.parts import in_reach, word
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import items
from store.staff import StaffRow
from store.statement import Statement
from store.types import Uid

LISTS: Final = {PartyKind.CUSTOMER: "customers", PartyKind.STAFF: "people", PartyKind.DEPARTMENT: "departments"}
"""The list parameter of each kind of party."""

_TABLES: Final = {
    PartyKind.CUSTOMER: CustomerRow.__table__,
    PartyKind.STAFF: StaffRow.__table__,
    PartyKind.DEPARTMENT: DepartmentRow.__table__,
}


@cache
def present(kind: ReachKind, *, directory: bool) -> Statement:
    """(kind, id) of those of three lists of parties that there are: customers in reach, others with the directory."""
    selects = []
    for party in PartyKind if directory else (PartyKind.CUSTOMER,):
        row, asked = _TABLES[party].alias(f"of_{party.lower()}"), items(LISTS[party], Uid())
        found = sa.select(word(party).label("kind"), row.c.id).join_from(asked, row, row.c.id == asked.c.value)
        selects.append(found.where(*in_reach(row.c.id, kind)) if party is PartyKind.CUSTOMER else found)
    every = sa.union_all(*selects).subquery("every")
    return Statement(sa.select(*every.c))
