"""The links of parties, table by table: each branch of a statement joins one table by one of its indexes.

A view over all tables would read as one, but no planner pushes the keys into it: a hundred times slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from graph.hops import BASE, code
from graph.port import LinkKind, PartyKind
from graph.reach import ReachKind
from graph.sql.parties import LISTS
from graph.sql.parts import ONE, few, holds, in_reach, keys, word
from store.assignment import AssignmentRow
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.lists import items
from store.relation import RelationKind, RelationRow
from store.staff import MembershipRow
from store.statement import Statement
from store.types import Uid

_TWO: Final = sa.literal_column("2", sa.Integer())
_BASE: Final = sa.literal_column(str(BASE), sa.Integer())


class Branch(NamedTuple):
    """Links of one table: the id at the near end, the party at the far end, the hop's number, and when they count."""

    table: Any
    near: Any
    kind: PartyKind
    far: Any
    hop: Any
    when: list[Any]


def _hop(kind: LinkKind, *, outgoing: bool) -> Any:
    return sa.literal_column(str(code(kind, outgoing=outgoing)), sa.Integer())


def _relation_hop(kind: Any, *, outgoing: bool) -> Any:
    """The number of a hop between customers, by the kind of their relation."""
    numbers = {each.value: _hop(LinkKind(each.value), outgoing=outgoing) for each in RelationKind}
    return sa.case(numbers, value=sa.type_coerce(kind, sa.Text()))


def _from_customers(name: str, kind: ReachKind, *, directory: bool) -> Iterator[Branch]:
    forth, back = RelationRow.__table__.alias(f"{name}_forth"), RelationRow.__table__.alias(f"{name}_back")
    for link, near, far, outgoing in (
        (forth, forth.c.from_id, forth.c.to_id, True),
        (back, back.c.to_id, back.c.from_id, False),
    ):
        hop = _relation_hop(link.c.kind, outgoing=outgoing)
        yield Branch(link, near, PartyKind.CUSTOMER, far, hop, [holds(link.c), *in_reach(far, kind)])
    if directory:
        who = AssignmentRow.__table__.alias(f"{name}_who")
        hop = _hop(LinkKind.SERVES, outgoing=False)
        yield Branch(who, who.c.customer_id, PartyKind.STAFF, who.c.staff_id, hop, [holds(who.c)])


def _from_staff(name: str, kind: ReachKind) -> Iterator[Branch]:
    whom = AssignmentRow.__table__.alias(f"{name}_whom")
    when = [holds(whom.c), *in_reach(whom.c.customer_id, kind)]
    hop = _hop(LinkKind.SERVES, outgoing=True)
    yield Branch(whom, whom.c.staff_id, PartyKind.CUSTOMER, whom.c.customer_id, hop, when)


def _places(name: str) -> Iterator[tuple[PartyKind, Branch]]:
    """The links within the house: memberships both ways, and the tree of departments both ways."""
    place, member = MembershipRow.__table__.alias(f"{name}_place"), MembershipRow.__table__.alias(f"{name}_member")
    above, below = DepartmentRow.__table__.alias(f"{name}_above"), DepartmentRow.__table__.alias(f"{name}_below")
    hop = _hop(LinkKind.MEMBER_OF, outgoing=True)
    yield (
        PartyKind.STAFF,
        Branch(place, place.c.staff_id, PartyKind.DEPARTMENT, place.c.department_id, hop, [holds(place.c)]),
    )
    hop = _hop(LinkKind.MEMBER_OF, outgoing=False)
    yield (
        PartyKind.DEPARTMENT,
        Branch(member, member.c.department_id, PartyKind.STAFF, member.c.staff_id, hop, [holds(member.c)]),
    )
    hop = _hop(LinkKind.CHILD_OF, outgoing=True)
    is_below = [above.c.parent_id.is_not(None)]
    yield PartyKind.DEPARTMENT, Branch(above, above.c.id, PartyKind.DEPARTMENT, above.c.parent_id, hop, is_below)
    hop = _hop(LinkKind.CHILD_OF, outgoing=False)
    yield PartyKind.DEPARTMENT, Branch(below, below.c.parent_id, PartyKind.DEPARTMENT, below.c.id, hop, [])


def branches(name: str, kind: ReachKind, *, directory: bool) -> Iterator[tuple[PartyKind, Branch]]:
    """All links, each with the kind of the party at its near end; tables get aliases that begin with the name."""
    yield from ((PartyKind.CUSTOMER, branch) for branch in _from_customers(name, kind, directory=directory))
    if directory:
        yield from ((PartyKind.STAFF, branch) for branch in _from_staff(name, kind))
        yield from _places(name)


@cache
def adjacency(kind: ReachKind, *, directory: bool) -> Statement:
    """(near id, kind and id of the far end, hop) of all links of three lists of parties."""
    selects = []
    for near, branch in branches("link", kind, directory=directory):
        asked = items(LISTS[near], Uid())
        row = sa.select(branch.near.label("near"), word(branch.kind).label("kind"), branch.far.label("far"), branch.hop)
        selects.append(
            row.join_from(asked, branch.table, branch.near == asked.c.value).where(few(asked.c.value), *branch.when)
        )
    every = sa.union_all(*selects).subquery("every")
    return Statement(sa.select(*every.c))


@cache
def neighbourhood(kind: ReachKind, *, directory: bool) -> Statement:
    """(key, kind, id, depth, number of the path) of each neighbour by its first path; in order, so many a customer."""
    asked, own = keys(), CustomerRow.__table__.alias("own")
    seed = sa.select(own.c.id.label("key")).join_from(asked, own, own.c.id == asked.c.value)
    seed_rows = seed.where(*in_reach(own.c.id, kind)).cte("seed")
    near = sa.union_all(*_near(seed_rows, _from_customers("near", kind, directory=directory))).cte("near")
    beyond = [(PartyKind.CUSTOMER, branch) for branch in _from_customers("far", kind, directory=directory)]
    if directory:
        beyond += [(PartyKind.STAFF, branch) for branch in _from_staff("far", kind)]
    every = sa.union_all(sa.select(*near.c), *_beyond(near, beyond)).subquery("every")
    first = sa.func.row_number().over(partition_by=(every.c.key, every.c.id), order_by=(every.c.depth, every.c.path))
    nearest = sa.select(*every.c, first.label("first")).where(every.c.id != every.c.key).subquery("nearest")
    order = (nearest.c.depth, nearest.c.path, nearest.c.id)
    rank = sa.func.row_number().over(partition_by=nearest.c.key, order_by=order).label("rank")
    told = sa.select(*list(nearest.c)[:-1], rank).where(nearest.c.first == ONE).subquery("told")
    chosen = sa.select(told.c.key, told.c.kind, told.c.id, told.c.path)
    most = sa.bindparam("most", type_=sa.Integer())
    return Statement(chosen.where(told.c.rank <= most).order_by(told.c.rank))


def _near(seed: sa.CTE, branches: Iterable[Branch]) -> Iterator[Any]:
    """What is one hop away."""
    for branch in branches:
        told = (word(branch.kind).label("kind"), branch.far.label("id"), ONE.label("depth"), branch.hop.label("path"))
        row = sa.select(seed.c.key, *told).join_from(seed, branch.table, branch.near == seed.c.key)
        yield row.where(few(seed.c.key), *branch.when)


def _beyond(near: sa.CTE, branches: Iterable[tuple[PartyKind, Branch]]) -> Iterator[Any]:
    """What is one hop further."""
    for kind, branch in branches:
        path = near.c.path * _BASE + branch.hop
        told = (word(branch.kind), branch.far, _TWO, path)
        row = sa.select(near.c.key, *told).join_from(
            near, branch.table, sa.and_(near.c.kind == word(kind), branch.near == near.c.id)
        )
        yield row.where(few(near.c.id), *branch.when)
