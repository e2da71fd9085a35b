"""What the statements share: keys, days, who is available, and which customers are in reach."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from graph.reach import Reach, ReachKind
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.lists import ListOf, items, member
from store.staff import StaffStatus
from store.types import Uid

ONE: Final = sa.literal_column("1", sa.Integer())
ZERO: Final = sa.literal_column("0", sa.Integer())


def keys() -> sa.FromClause:
    """The ids that are asked about, each once: one column, `value`."""
    return items("keys", Uid())


def word(text: str) -> sa.ColumnElement[str]:
    """A constant in the statement's text."""
    return sa.literal_column(f"'{text}'", sa.Text())


def day() -> sa.BindParameter[Any]:
    """The day that is asked about."""
    return sa.bindparam("day", type_=sa.Date())


def holds(row: Any, moment: Any = None) -> sa.ColumnElement[bool]:
    """Whether a dated row holds on the day."""
    on = day() if moment is None else moment
    return sa.and_(row.since <= on, sa.or_(row.until.is_(None), row.until > on))


def works_here(staff: Any) -> sa.ColumnElement[bool]:
    """Whether someone has not left by the day. Where no day is known on which they leave, their status says it."""
    return sa.or_(sa.and_(staff.left_on.is_(None), staff.status != StaffStatus.LEFT), staff.left_on > day())


def available(staff: Any) -> sa.ColumnElement[bool]:
    """Whether someone can be turned to: works here, and is not on leave."""
    return sa.and_(works_here(staff), staff.status != StaffStatus.ON_LEAVE)


class few(FunctionElement[bool]):  # noqa: N801  # reads as a function, as SQLAlchemy's own constructs do
    """True of every row whose id this is. It tells the planner that a part of a statement, like a CTE, has few rows.

    Both stores take the parts that are walked step by step for many times larger than they are, and then prefer to
    read the next table as a whole: SQLite into a Bloom filter, PostgreSQL into a hash table. A hundred times slower.
    """

    inherit_cache = True
    type = sa.Boolean()
    name = "few"

    def self_group(self, against: Any = None) -> few:
        """Stand as a condition as it is: SQLAlchemy's `= 1` around it would hide it from SQLite's planner."""
        del against
        return self


@compiles(few, "postgresql")
def _few_on_postgresql(element: few, compiler: SQLCompiler, **options: Any) -> str:
    key = compiler.process(element.clauses, **options)
    return f"{key} = ANY (ARRAY[{key}])"  # taken for one row in 200


@compiles(few, "sqlite")
def _few_on_sqlite(element: few, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)} IS NOT NULL, 0.0001)"


def in_reach(customer_id: Any, kind: ReachKind) -> list[sa.ColumnElement[bool]]:
    """What a customer's id must fulfil to be in reach; nothing where all are."""
    if kind is ReachKind.ALL:
        return []
    ids = sa.bindparam("reach_ids", type_=ListOf(Uid()))
    if kind is ReachKind.CUSTOMERS:
        return [member(customer_id, ids)]
    if kind is ReachKind.DEPARTMENTS:
        of = CustomerRow.__table__.alias("of_reach")
        return [_exists(of, of.c.id == customer_id, member(of.c.department_id, ids))]
    of = AssignmentRow.__table__.alias("of_reach")
    served = holds(of.c, sa.bindparam("reach_day", type_=sa.Date()))
    return [_exists(of, of.c.customer_id == customer_id, member(of.c.staff_id, ids), served)]


def reach_values(reach: Reach) -> dict[str, Any]:
    """The values of the parameters that `in_reach` makes."""
    return {"reach_ids": reach.ids, "reach_day": reach.day}


def _exists(table: Any, *conditions: Any) -> sa.ColumnElement[bool]:
    """Whether a row of the table fulfils them; correlated with whatever is around it."""
    return sa.exists(sa.select(ONE).select_from(table).where(*conditions).correlate_except(table))
