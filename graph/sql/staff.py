"""Members of the staff: their way upward, whom they would leave behind, and who could follow them."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from graph.port import LEVELS
from graph.reach import ReachKind
from graph.sql.departments import leaders
from graph.sql.parts import ONE, ZERO, available, few, holds, in_reach, keys, works_here
from store.assignment import AssignmentRow
from store.department import DepartmentRow
from store.staff import MembershipRow, StaffRow
from store.statement import Statement

_ASSIGNMENT: Final = AssignmentRow.__table__
_DEPARTMENT: Final = DepartmentRow.__table__
_LEVELS: Final = sa.literal_column(str(LEVELS), sa.Integer())


def _home() -> sa.CTE:
    """(key, id): the department of each person on the day; of several, the one that they came to last."""
    asked, place = keys(), MembershipRow.__table__.alias("home_place")
    rank = sa.func.row_number().over(partition_by=place.c.staff_id, order_by=(place.c.since.desc(), place.c.id))
    found = (
        sa.select(place.c.staff_id.label("key"), place.c.department_id.label("id"), rank.label("rank"))
        .join_from(asked, place, sa.and_(place.c.staff_id == asked.c.value, holds(place.c)))
        .subquery("places")
    )
    return sa.select(found.c.key, found.c.id).where(found.c.rank == ONE).cte("home")


def _escalation() -> Statement:
    """Each person's leaders, themselves left out."""
    home, top, step = _home(), _DEPARTMENT.alias("top"), _DEPARTMENT.alias("step")
    begin = sa.select(home.c.key, top.c.id, top.c.parent_id, ZERO.label("depth"))
    tree = begin.join_from(home, top, top.c.id == home.c.id).cte("tree", recursive=True)
    more = sa.select(tree.c.key, step.c.id, step.c.parent_id, tree.c.depth + ONE)
    more = more.join_from(tree, step, step.c.id == tree.c.parent_id).where(tree.c.depth < _LEVELS)
    steps = leaders(tree.union_all(more)).subquery("steps")
    return Statement(sa.select(*steps.c).where(steps.c.staff_id != steps.c.key).order_by(steps.c.level))


@cache
def orphans(kind: ReachKind) -> Statement:
    """(key, customer): whom nobody else who works here serves on the day."""
    asked, mine = keys(), _ASSIGNMENT.alias("mine")
    other, colleague = _ASSIGNMENT.alias("other"), StaffRow.__table__.alias("colleague")
    others = (
        sa.select(ONE)
        .join_from(other, colleague, colleague.c.id == other.c.staff_id)
        .where(other.c.customer_id == mine.c.customer_id, other.c.staff_id != mine.c.staff_id)
        .where(holds(other.c), works_here(colleague.c))
        .correlate(mine)
    )
    served = sa.select(mine.c.staff_id, mine.c.customer_id).distinct()
    served = served.join_from(asked, mine, sa.and_(mine.c.staff_id == asked.c.value, holds(mine.c)))
    alone = served.where(~sa.exists(others), *in_reach(mine.c.customer_id, kind))
    return Statement(alone.order_by(mine.c.customer_id))


def _successors() -> Statement:
    """(key, candidate, whether of the same department, load, skills and languages of both)."""
    candidates = _candidates()
    loads = _loads(candidates)
    person, leaver = StaffRow.__table__.alias("person"), StaffRow.__table__.alias("leaver")
    told = (person.c.skills, person.c.languages, leaver.c.skills, leaver.c.languages)
    return Statement(
        sa.select(candidates.c.key, person.c.id, candidates.c.distance == ZERO, loads.c.load, *told)
        .join_from(candidates, person, person.c.id == candidates.c.staff_id)
        .join(leaver, leaver.c.id == candidates.c.key)
        .join(loads, loads.c.staff_id == candidates.c.staff_id)
    )


def _candidates() -> sa.CTE:
    """(key, staff, distance) of everyone who can be turned to, and has a place near each person."""
    places, place, person = _near(), MembershipRow.__table__.alias("place"), StaffRow.__table__.alias("able")
    return (
        sa.select(places.c.key, place.c.staff_id, sa.func.min(places.c.distance).label("distance"))
        .join_from(places, place, sa.and_(place.c.department_id == places.c.id, holds(place.c)))
        .join(person, sa.and_(person.c.id == place.c.staff_id, available(person.c)))
        .where(few(places.c.id), place.c.staff_id != places.c.key)
        .group_by(places.c.key, place.c.staff_id)
        .cte("candidates")
    )


def _loads(candidates: sa.CTE) -> sa.CTE:
    """(staff, load) of all candidates: how many customers they serve. Each is counted once, for however many keys."""
    people = sa.select(candidates.c.staff_id).distinct().subquery("people")
    link = _ASSIGNMENT.alias("load_of")
    load = sa.select(sa.func.count(link.c.customer_id.distinct()))
    load = load.where(link.c.staff_id == people.c.staff_id, holds(link.c)).correlate(people)
    found = sa.select(people.c.staff_id, load.scalar_subquery().label("load"))
    return found.cte("loads").prefix_with("MATERIALIZED")


def _near() -> Any:
    """(key, id, distance): a person's department, those around it, and whether it is itself (0) or another (1)."""
    home, own = _home(), _DEPARTMENT.alias("own")
    below, beside = _DEPARTMENT.alias("below"), _DEPARTMENT.alias("beside")
    itself = sa.select(home.c.key, home.c.id, ZERO.label("distance"))
    above = sa.select(home.c.key, own.c.parent_id, ONE).join_from(home, own, own.c.id == home.c.id)
    under = sa.select(home.c.key, below.c.id, ONE).join_from(home, below, below.c.parent_id == home.c.id)
    siblings = sa.select(home.c.key, beside.c.id, ONE).select_from(home).join(own, own.c.id == home.c.id)
    siblings = siblings.join(beside, beside.c.parent_id == own.c.parent_id).where(beside.c.id != own.c.id)
    return sa.union_all(itself, above.where(own.c.parent_id.is_not(None)), under, siblings).subquery("near")


def _homes() -> Statement:
    """(key, department): where each person's way up begins."""
    home = _home()
    return Statement(sa.select(home.c.key, home.c.id))


HOME: Final = _homes()
ESCALATION: Final = _escalation()
SUCCESSORS: Final = _successors()
