"""What closes the gap between the two sides of a search for a path: one link, or two that meet.

The parties of both sides come as texts of an id and the number of their gap, `0190...-a1b2 17`: all gaps of a batch are
closed at once, and what lies between two of them is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from graph.port import Party, PartyKind
from graph.reach import ReachKind
from graph.search import Gap
from graph.sql.links import branches
from graph.sql.parties import LISTS
from graph.sql.parts import few, word
from store.lists import items
from store.statement import Statement
from store.types import Uid

FIRST: Final = "first"
SECOND: Final = "second"
_ID: Final = 36


def edge_values(gaps: Sequence[Gap]) -> dict[str, list[str]]:
    """The values of the parameters for these gaps."""
    values: dict[str, list[str]] = {_list(side, kind): [] for side in (FIRST, SECOND) for kind in PartyKind}
    for place, gap in enumerate(gaps):
        for side, edge in ((FIRST, gap.first), (SECOND, gap.second)):
            for party in edge:
                values[_list(side, party.kind)].append(_text(party, place))
    return values


@cache
def of_one(kind: ReachKind, *, directory: bool) -> Statement:
    """(place, near, hop, kind and id of the far end) of the links from first parties to second ones."""
    links = _links(FIRST, kind, directory=directory)
    edge = sa.union_all(*_parties(SECOND)).cte("edge").prefix_with("MATERIALIZED")
    told = sa.select(links.c.place, links.c.near, links.c.hop, links.c.kind, links.c.far)
    return Statement(told.join_from(links, edge, sa.and_(edge.c.place == links.c.place, edge.c.id == links.c.far)))


@cache
def of_two(kind: ReachKind, *, directory: bool) -> Statement:
    """(place, near, hop, kind and id in the middle, second party, hop from it) of links that meet."""
    one, other = (_links(side, kind, directory=directory) for side in (FIRST, SECOND))
    told = sa.select(one.c.place, one.c.near, one.c.hop, one.c.kind, one.c.far, other.c.near, other.c.hop)
    return Statement(told.join_from(one, other, sa.and_(other.c.place == one.c.place, other.c.far == one.c.far)))


def _list(side: str, kind: PartyKind) -> str:
    return f"{side}_{LISTS[kind]}"


def _text(party: Party, place: int) -> str:
    return f"{party.id} {place}"


def _asked(side: str, kind: PartyKind) -> tuple[Any, Any, Any]:
    """The parties of a kind on a side, with the columns that hold their place and id."""
    rows = items(_list(side, kind), sa.Text())
    place = sa.cast(sa.func.substr(rows.c.value, _ID + 2), sa.Integer())
    return rows, place.label("place"), sa.cast(sa.func.substr(rows.c.value, 1, _ID), Uid()).label("id")


def _parties(side: str) -> Iterator[sa.Select[*tuple[Any, ...]]]:
    for kind in PartyKind:
        rows, place, key = _asked(side, kind)
        yield sa.select(place, key).select_from(rows)


def _links(side: str, kind: ReachKind, *, directory: bool) -> sa.CTE:
    """(place, near, kind, far, hop) of all links of one side."""
    selects = []
    for near, branch in branches(side, kind, directory=directory):
        rows, place, key = _asked(side, near)
        told = (word(branch.kind).label("kind"), branch.far.label("far"), branch.hop.label("hop"))
        row = sa.select(place, branch.near.label("near"), *told).join_from(rows, branch.table, branch.near == key)
        selects.append(row.where(few(rows.c.value), *branch.when))
    return sa.union_all(*selects).cte(f"{side}_links").prefix_with("MATERIALIZED")
