"""Questions to the network, as fields ask them: once for all rows of an answer, and within the asker's reach."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from graph.port import (
    Exposure,
    Graph,
    GraphStatus,
    GraphUnavailable,
    Influence,
    Neighbour,
    Party,
    PartyKind,
    Path,
    Placed,
    Step,
)
from graph.reach import EVERYTHING, Reach, ReachKind
from resolvers.access import DEPARTMENTAL, Scope
from resolvers.reading import Context

Keys = Sequence[tuple[uuid.UUID]]


@dataclass(frozen=True, slots=True)
class CorporateGroup:
    """A corporate group, as far as the asker sees it: its members in the order of their ids, and what they owe."""

    root_id: uuid.UUID
    member_ids: tuple[uuid.UUID, ...]
    member_count: int
    exposure: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a person would leave behind, going on a day."""

    staff_id: uuid.UUID
    day: dt.date
    orphan_ids: tuple[uuid.UUID, ...]
    orphan_count: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who could take over. Skills and languages are those that both have, with commas between them."""

    staff_id: uuid.UUID
    same_department: bool
    load: int
    skills: str
    languages: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one party to another, and of how many links it is."""

    length: int
    path: Path


async def subtree(context: Context, keys: Keys) -> Sequence[Sequence[Placed]]:
    """Each department and all below it."""
    return await graph_of(context).subtree_by_department(_ids(keys))


async def ancestors(context: Context, keys: Keys) -> Sequence[Sequence[Placed]]:
    """All departments above each."""
    return await graph_of(context).ancestors_by_department(_ids(keys))


async def escalation_of_department(context: Context, keys: Keys, day: dt.date) -> Sequence[Sequence[Step]]:
    """Whom to turn to above each department's work."""
    return await graph_of(context).escalation_by_department(_ids(keys), day)


async def escalation_of_staff(context: Context, keys: Keys, day: dt.date) -> Sequence[Sequence[Step]]:
    """Whom each person turns to."""
    return await graph_of(context).escalation_by_staff(_ids(keys), day)


async def leaving(context: Context, keys: Keys, day: dt.date) -> Sequence[Leaving]:
    """What breaks when each person leaves: the customers whom nobody else serves."""
    ids = _ids(keys)
    found = await graph_of(context).orphans_by_staff(ids, day, reach_of(context))
    return [Leaving(key, day, orphans, len(orphans)) for key, orphans in zip(ids, found, strict=True)]


async def successors(context: Context, keys: Sequence[tuple[uuid.UUID, dt.date]]) -> Sequence[Sequence[Candidate]]:
    """Who could take over from each person, who would leave on a day."""
    found: dict[tuple[uuid.UUID, dt.date], Sequence[Candidate]] = {}
    for day in dict.fromkeys(day for _, day in keys):
        ids = [key for key, on in keys if on == day]
        for key, several in zip(ids, await graph_of(context).successors_by_staff(ids, day), strict=True):
            found[key, day] = [
                Candidate(one.staff_id, one.same_department, one.load, ", ".join(one.skills), ", ".join(one.languages))
                for one in several
            ]
    return [found[key] for key in keys]


async def group(context: Context, keys: Keys, day: dt.date) -> Sequence[CorporateGroup | None]:
    """The corporate group of each customer; None for one that stands alone."""
    found = await graph_of(context).group_by_customer(_ids(keys), day, reach_of(context))
    return [
        None if one is None else CorporateGroup(one.root_id, one.member_ids, len(one.member_ids), one.exposure)
        for one in found
    ]


async def neighbourhood(context: Context, keys: Keys, day: dt.date) -> Sequence[Sequence[Neighbour]]:
    """Who is near each customer."""
    return await graph_of(context).neighbourhood_by_customer(_ids(keys), day, reach_of(context))


async def path_to(context: Context, keys: Keys, target: Party, day: dt.date) -> Sequence[Route | None]:
    """A shortest way from each customer to one party."""
    pairs = [(Party(PartyKind.CUSTOMER, key), target) for (key,) in keys]
    found = await graph_of(context).path_by_pair(pairs, day, reach_of(context))
    return [None if path is None else Route(len(path.via), path) for path in found]


async def influence(context: Context, keys: Keys, day: dt.date) -> Sequence[Influence]:
    """How many others each customer has referred to us."""
    return await graph_of(context).influence_by_customer(_ids(keys), day, reach_of(context))


async def status(context: Context, keys: Sequence[tuple[()]]) -> Sequence[GraphStatus]:
    """How far what answers is behind the record."""
    found = await graph_of(context).status(context.now)
    return [found for _ in keys]


def graph_of(context: Context) -> Graph:
    """What answers for the network. Raises GraphUnavailable where nothing does."""
    if context.graph is None:
        raise GraphUnavailable("nothing answers for the network in this process")
    return context.graph


def reach_of(context: Context) -> Reach:
    """Which parties the asker may meet: `resolvers.scopes` in the words of the network."""
    subject = context.subject
    if subject.scope is Scope.ALL:
        return EVERYTHING
    if subject.scope is Scope.PARTNER:
        return Reach(ReachKind.CUSTOMERS, subject.customer_ids, directory=False)
    if subject.scope in DEPARTMENTAL:
        return Reach(ReachKind.DEPARTMENTS, subject.department_ids)
    own = frozenset() if subject.staff_id is None else frozenset({subject.staff_id})
    return Reach(ReachKind.SERVED, own, context.now.date())


def _ids(keys: Keys) -> list[uuid.UUID]:
    return [key for (key,) in keys]
