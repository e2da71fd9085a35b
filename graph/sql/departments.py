"""The tree of departments: what lies below, what lies above, and who leads it."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from graph.port import LEVELS
from graph.sql.parts import ONE, ZERO, available, holds, keys
from store.department import DepartmentRow
from store.staff import MembershipRole, MembershipRow, StaffRow
from store.statement import Statement

_LEVELS: Final = sa.literal_column(str(LEVELS), sa.Integer())


def _tree(*, upward: bool) -> sa.CTE:
    """(key, id, depth) of the departments above or below each, and itself at depth 0; bounded, even if it is broken."""
    asked, top, step = keys(), DepartmentRow.__table__.alias("top"), DepartmentRow.__table__.alias("step")
    begin = sa.select(top.c.id.label("key"), top.c.id, top.c.parent_id, ZERO.label("depth")).join_from(
        asked, top, top.c.id == asked.c.value
    )
    tree = begin.cte("tree", recursive=True)
    on = step.c.id == tree.c.parent_id if upward else step.c.parent_id == tree.c.id
    more = sa.select(tree.c.key, step.c.id, step.c.parent_id, tree.c.depth + ONE).join_from(tree, step, on)
    return tree.union_all(more.where(tree.c.depth < _LEVELS))


def _placed(tree: sa.CTE, *conditions: Any) -> Statement:
    rows = sa.select(tree.c.key, tree.c.id, tree.c.depth).where(*conditions)
    return Statement(rows.order_by(tree.c.depth, tree.c.id))


def _subtree() -> Statement:
    return _placed(_tree(upward=False))


def _ancestors() -> Statement:
    tree = _tree(upward=True)
    return _placed(tree, tree.c.depth > ZERO)


def leaders(tree: Any) -> sa.Select[*tuple[Any, ...]]:
    """(key, department, level, leader, whether acting) of each department of (key, id, depth) that someone leads."""
    place, person = MembershipRow.__table__.alias("place"), StaffRow.__table__.alias("person")
    is_acting = place.c.role == MembershipRole.ACTING_HEAD
    rank = (
        sa.func.row_number()
        .over(partition_by=(tree.c.key, tree.c.id), order_by=(is_acting, place.c.since.desc(), place.c.id))
        .label("rank")
    )
    leading = sa.or_(place.c.role == MembershipRole.HEAD, is_acting)
    found = (
        sa.select(
            tree.c.key,
            tree.c.id.label("department_id"),
            tree.c.depth.label("level"),
            place.c.staff_id,
            is_acting.label("is_acting"),
            rank,
        )
        .select_from(tree)
        .join(place, sa.and_(place.c.department_id == tree.c.id, leading, holds(place.c)))
        .join(person, sa.and_(person.c.id == place.c.staff_id, available(person.c)))
        .subquery("found")
    )
    chosen = sa.select(found.c.key, found.c.department_id, found.c.level, found.c.staff_id, found.c.is_acting)
    return chosen.where(found.c.rank == ONE).order_by(found.c.level)


SUBTREE: Final = _subtree()
ANCESTORS: Final = _ancestors()
ESCALATION: Final = Statement(leaders(_tree(upward=True)))
