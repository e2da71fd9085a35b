"""Assignments: who of the staff serves a customer, now and before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from resolvers.generating.customers import Customer
from resolvers.generating.keys import KEY_BITS, date, instant, key, midnight
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.staff import FOREVER, Frame, Member
from store.assignment import AssignmentRole

ASSIGNMENT: Final = Target("assignment", ("id", "customer_id", "staff_id", "role", "since", "until", "recorded_at"))

OWNED: Final = 0.97
"""Share of the customers that someone owns now."""

HANDED_OVER: Final = 0.2
"""Share of the customers that someone else owned before."""

BACKED_UP: Final = 0.3
"""Share of the customers with a backup."""


class Tenure(NamedTuple):
    """Somebody owned the customer from `since` until before `until` (seconds since 1970)."""

    member: Member
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Service:
    """Who serves one customer."""

    team: list[Member]
    tenures: tuple[Tenure, ...]

    @property
    def founder(self) -> Member:
        """Who was and is there on every day."""
        return self.team[0]

    def owner_at(self, second: int) -> Member | None:
        """Who owned the customer at a moment."""
        for tenure in self.tenures:
            if tenure.since <= second < tenure.until:
                return tenure.member
        return None

    def somebody_at(self, second: int, bits: int) -> Member:
        """Who served the customer at a moment: three times in four its owner, else someone of the team."""
        owner = self.owner_at(second) if bits & 3 else None
        return owner or self.colleague_at(second, bits >> 2)

    def colleague_at(self, second: int, bits: int) -> Member:
        """Someone of the team who worked here at a moment."""
        member = self.team[bits % len(self.team)]
        return member if member.joined <= second < member.left else self.team[0]


class Assignments:
    """Writes the assignments of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int, frame: Frame) -> None:
        self._now = plan.now
        self._random = plan.stream("assignments", chunk)
        self._teams = frame.teams
        self.page = Page(ASSIGNMENT, [])

    def add(self, customer: Customer) -> Service:
        """Add who serves one customer, and who did."""
        random = self._random
        team = self._teams[customer.department.place]
        is_owned, was_handed_over, is_backed_up = (random.random() < x for x in (OWNED, HANDED_OVER, BACKED_UP))
        tenures: list[Tenure] = []
        since = customer.created
        if was_handed_over:
            former = self._former(team, since)
            tenures.append(former)
            since = former.until
        if is_owned:
            owner = self._present(team, since, other_than=tenures[0].member if tenures else None)
            tenures.append(Tenure(owner, since, FOREVER))
        if is_backed_up:
            backup = self._present(team, since, other_than=tenures[-1].member if tenures else None)
            self._write(customer, Tenure(backup, since, FOREVER), AssignmentRole.BACKUP)
        for tenure in tenures:
            self._write(customer, tenure, AssignmentRole.OWNER)
        return Service(team, tuple(tenures))

    def _former(self, team: list[Member], since: int) -> Tenure:
        """A former owner, for a day at least and no longer than that person worked here."""
        member = team[int(self._random.random() * len(team))]
        if not member.joined <= since < member.left - 2 * DAY:
            member = team[0]
        last = min(member.left, self._now)
        handed_over = since + int((last - since) * (0.1 + 0.8 * self._random.random()))
        return Tenure(member, since, max(midnight(handed_over), midnight(since) + DAY))

    def _present(self, team: list[Member], since: int, *, other_than: Member | None) -> Member:
        """Someone active who worked here by then, and is not that other person where the team has another."""
        start = int(self._random.random() * len(team))
        for member in (*team[start:], *team[:start]):
            if member.is_active and member.joined <= since and member is not other_than:
                return member
        return self._founder_elsewhere(other_than)

    def _founder_elsewhere(self, other_than: Member | None) -> Member:
        """The founder of any department, who was there before every customer."""
        place = int(self._random.random() * len(self._teams))
        founder = self._teams[place][0]
        return founder if founder is not other_than else self._teams[place - 1][0]

    def _write(self, customer: Customer, tenure: Tenure, role: AssignmentRole) -> None:
        """Add the row of one assignment."""
        identity = key(tenure.since, self._random.getrandbits(KEY_BITS))
        until = None if tenure.until == FOREVER else date(tenure.until)
        since = (date(tenure.since), until, instant(tenure.since))
        self.page.rows.append((identity, customer.id, tenure.member.id, role, *since))
