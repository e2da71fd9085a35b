"""What the network can be asked, in the words of the domain. Two adapters answer: `relational` and `neo4j`.

Every question is asked for many at once, and answered in the order of the keys; a key that is given twice is answered
twice, one that names nothing is answered with nothing. A relation counts on a day if it began by then and has not
ended. `reach` says which customers may be met: one outside of it is not there, neither at the end of a path nor on it.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from graph.reach import Reach

LEVELS: Final = 64
"""Levels of a tree that are walked at most, of departments and of corporate groups alike."""

HOPS: Final = 6
"""Relations between two parties at most, for a path to be found."""

NEIGHBOURS: Final = 50
"""Neighbours of one customer that are told, the nearest first."""

CANDIDATES: Final = 10
"""Successors that are told, the best first."""


class GraphUnavailable(Exception):  # noqa: N818  # named for what is the matter
    """The store that answers for the network cannot be reached, or takes too long. It is tried again by itself."""


class PartyKind(enum.StrEnum):
    """What stands at the end of a relation."""

    CUSTOMER = "CUSTOMER"
    DEPARTMENT = "DEPARTMENT"
    STAFF = "STAFF"


class LinkKind(enum.StrEnum):
    """What one party is to another, read from the first to the second."""

    CHILD_OF = "CHILD_OF"
    MEMBER_OF = "MEMBER_OF"
    REFERRED_BY = "REFERRED_BY"
    SERVES = "SERVES"
    SUBSIDIARY_OF = "SUBSIDIARY_OF"


class Party(NamedTuple):
    """A customer, a department, or a member of the staff."""

    kind: PartyKind
    id: uuid.UUID


class Hop(NamedTuple):
    """One relation on a path. `outgoing`: it is read in the direction of the path; else against it."""

    kind: LinkKind
    outgoing: bool


class Placed(NamedTuple):
    """A department, and how many levels it lies from the one that was asked for."""

    department_id: uuid.UUID
    depth: int


class Step(NamedTuple):
    """One step of an escalation: the department, how many levels up it is, and who leads it that day."""

    department_id: uuid.UUID
    level: int
    staff_id: uuid.UUID
    is_acting: bool


class Successor(NamedTuple):
    """Someone who could take over. `load` is how many customers they serve; skills and languages are those shared."""

    staff_id: uuid.UUID
    same_department: bool
    load: int
    skills: tuple[str, ...]
    languages: tuple[str, ...]


class Exposure(NamedTuple):
    """What customers owe us together in one currency, in minor units."""

    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Group:
    """A corporate group: its root, all its members in the order of their ids (the root is one), and what they owe."""

    root_id: uuid.UUID
    member_ids: tuple[uuid.UUID, ...]
    exposure: tuple[Exposure, ...]


class Neighbour(NamedTuple):
    """A party near a customer: how many relations away, and by which."""

    party: Party
    depth: int
    via: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A shortest way between two parties, both ends included; one hop fewer than parties."""

    parties: tuple[Party, ...]
    via: tuple[Hop, ...]


class Influence(NamedTuple):
    """How many customers one has referred to us: itself, and in all, through those as well."""

    referred: int
    reached: int


class Referrer(NamedTuple):
    """A customer, and how many others it has referred to us."""

    customer_id: uuid.UUID
    referred: int


class Serving(NamedTuple):
    """Someone serves a customer, from a day until the day before another (None: with no end)."""

    staff_id: uuid.UUID
    customer_id: uuid.UUID
    role: str
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class GraphStatus:
    """`lag_seconds`: how long ago the first event happened that the graph does not know; 0 where it knows all.

    `last_event_at`: when the last event happened that it knows; None where there is none. `pending` counts the others,
    to PENDING at most. `generation` names the copy; None for the record itself.
    """

    store: str
    lag_seconds: float
    last_event_at: dt.datetime | None
    pending: int
    generation: str | None = None


Keys = Sequence[uuid.UUID]


class Graph(Protocol):
    """The network. Every method may raise GraphUnavailable."""

    async def subtree_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """Each department itself and all below it, nearest first, then by id."""
        ...

    async def ancestors_by_department(self, keys: Keys) -> Sequence[tuple[Placed, ...]]:
        """All departments above each, nearest first."""
        ...

    async def escalation_by_department(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """Whom to turn to: the leaders of each department and of those above it, nearest first.

        A department is led by its head; while that place is vacant, or the head is on leave, by its acting head. One
        that nobody leads is skipped.
        """
        ...

    async def escalation_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Step, ...]]:
        """The same for each member of the staff, from the department that they came to last; never the person."""
        ...

    async def orphans_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[uuid.UUID, ...]]:
        """The customers whom nobody would serve if this person left, in the order of their ids."""
        ...

    async def successors_by_staff(self, keys: Keys, day: dt.date) -> Sequence[tuple[Successor, ...]]:
        """Who could take over from each person, best first: see `graph.ranking`.

        Those are asked who work here, are not on leave, and have a place in the same department, in the one above, in
        those directly below, or beside it.
        """
        ...

    async def group_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Group | None]:
        """The corporate group of each customer; None for one that stands alone, or whose group has no top."""
        ...

    async def neighbourhood_by_customer(
        self, keys: Keys, day: dt.date, reach: Reach
    ) -> Sequence[tuple[Neighbour, ...]]:
        """Who is at most two relations away: nearest first, then by the relations, then by id; at most NEIGHBOURS."""
        ...

    async def path_by_pair(
        self, pairs: Sequence[tuple[Party, Party]], day: dt.date, reach: Reach
    ) -> Sequence[Path | None]:
        """A shortest path between two parties, over at most HOPS relations; of several, that of the lowest ids."""
        ...

    async def influence_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[Influence]:
        """How many others each customer has referred to us: itself, and over at most HOPS referrals."""
        ...

    async def referrers_by_department(self, keys: Keys, first: int, reach: Reach) -> Sequence[tuple[Referrer, ...]]:
        """Which customers of each department have referred most, most first, then by id."""
        ...

    async def serving_by_customer(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """Who served each customer on a day: by role, then by the person's id."""
        ...

    async def serving_by_staff(self, keys: Keys, day: dt.date, reach: Reach) -> Sequence[tuple[Serving, ...]]:
        """Whom each person served on a day, by the customer's id."""
        ...

    async def status(self, now: dt.datetime) -> GraphStatus:
        """How far what answers is behind the record."""
        ...
