"""The network in plain Python over lists of rows: what each question means, without any store."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from graph.port import (
    CANDIDATES,
    HOPS,
    NEIGHBOURS,
    Exposure,
    Group,
    Hop,
    Influence,
    LinkKind,
    Neighbour,
    Party,
    PartyKind,
    Path,
    Placed,
    Referrer,
    Serving,
    Step,
    Successor,
)
from graph.ranking import words
from graph.reach import EVERYTHING, Reach, ReachKind
from store.relation import RelationKind
from store.staff import MembershipRole, StaffStatus
from tests.graph.worlds import World

LEADING = (MembershipRole.HEAD, MembershipRole.ACTING_HEAD)


def text(hop: Hop) -> str:
    return f"{hop.kind}>" if hop.outgoing else f"<{hop.kind}"


class Naive:
    """Answers one question about one key on one day, for one reach."""

    def __init__(self, world: World, day: dt.date, reach: Reach = EVERYTHING) -> None:
        self.world, self.day, self.reach = world, day, reach
        self.departments = {row.id: row for row in world.departments}
        self.people = {row.id: row for row in world.staff}
        self.customers = {row.id: row for row in world.customers if self.is_in_reach(row)}

    def holds(self, row: Any, day: dt.date | None = None) -> bool:
        on = day or self.day
        return row.since <= on and (row.until is None or on < row.until)

    def is_in_reach(self, customer: Any) -> bool:
        match self.reach.kind:
            case ReachKind.ALL:
                return True
            case ReachKind.CUSTOMERS:
                return customer.id in self.reach.ids
            case ReachKind.DEPARTMENTS:
                return customer.department_id in self.reach.ids
        served = (a for a in self.world.assignments if a.staff_id in self.reach.ids)
        return any(a.customer_id == customer.id and self.holds(a, self.reach.day) for a in served)

    def works(self, person: Any) -> bool:
        return person.status is not StaffStatus.LEFT if person.left_on is None else self.day < person.left_on

    def is_available(self, person: Any) -> bool:
        return self.works(person) and person.status is not StaffStatus.ON_LEAVE

    def subtree(self, key: uuid.UUID) -> tuple[Placed, ...]:
        if key not in self.departments:
            return ()
        found, level, depth = [], [key], 0
        while level:
            found += [Placed(one, depth) for one in sorted(level)]
            level, depth = [d.id for d in self.world.departments if d.parent_id in level], depth + 1
        return tuple(found)

    def ancestors(self, key: uuid.UUID) -> tuple[Placed, ...]:
        found, at = [], self.departments.get(key)
        while at is not None and at.parent_id is not None:
            at = self.departments[at.parent_id]
            found.append(Placed(at.id, len(found) + 1))
        return tuple(found)

    def leader(self, department: uuid.UUID) -> tuple[uuid.UUID, bool] | None:
        places = [m for m in self.world.memberships if m.department_id == department and self.holds(m)]
        for role in LEADING:
            able = [m for m in places if m.role is role and self.is_available(self.people[m.staff_id])]
            if able:
                first = min(able, key=lambda m: (-m.since.toordinal(), m.id))
                return first.staff_id, role is MembershipRole.ACTING_HEAD
        return None

    def escalation(self, key: uuid.UUID) -> tuple[Step, ...]:
        if key not in self.departments:
            return ()
        up = (Placed(key, 0), *self.ancestors(key))
        led = ((place, self.leader(place.department_id)) for place in up)
        return tuple(Step(place.department_id, place.depth, *leader) for place, leader in led if leader)

    def home(self, person: uuid.UUID) -> uuid.UUID | None:
        places = [m for m in self.world.memberships if m.staff_id == person and self.holds(m)]
        return min(places, key=lambda m: (-m.since.toordinal(), m.id)).department_id if places else None

    def escalation_of(self, person: uuid.UUID) -> tuple[Step, ...]:
        home = self.home(person)
        return () if home is None else tuple(step for step in self.escalation(home) if step.staff_id != person)

    def served(self, person: uuid.UUID) -> set[uuid.UUID]:
        return {a.customer_id for a in self.world.assignments if a.staff_id == person and self.holds(a)}

    def orphans(self, person: uuid.UUID) -> tuple[uuid.UUID, ...]:
        others = [one for one in self.world.staff if one.id != person and self.works(one)]
        kept = set().union(*(self.served(one.id) for one in others))
        return tuple(sorted(self.served(person) & self.customers.keys() - kept))

    def successors(self, person: uuid.UUID) -> tuple[Successor, ...]:
        home = self.home(person)
        if home is None:
            return ()
        parent = self.departments[home].parent_id
        near = {home, parent} | {d.id for d in self.world.departments if d.parent_id == home}
        near |= {d.id for d in self.world.departments if parent is not None and d.parent_id == parent}
        found = []
        for one in self.world.staff:
            places = {m.department_id for m in self.world.memberships if m.staff_id == one.id and self.holds(m)}
            if one.id != person and self.is_available(one) and places & near:
                found.append(self._successor(self.people[person], one, home in places))
        order = lambda s: (not s.same_department, s.load // 10, -len(s.skills), -len(s.languages), s.load, s.staff_id)  # noqa: E731
        return tuple(sorted(found, key=order)[:CANDIDATES])

    def _successor(self, leaver: Any, one: Any, same: bool) -> Successor:
        shared = (tuple(sorted(words(getattr(leaver, n)) & words(getattr(one, n)))) for n in ("skills", "languages"))
        return Successor(one.id, same, len(self.served(one.id)), *shared)

    def _related(self, kind: RelationKind) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
        for row in self.world.relations:
            if row.kind is kind and self.holds(row) and {row.from_id, row.to_id} <= self.customers.keys():
                yield row.from_id, row.to_id

    def group(self, key: uuid.UUID) -> Group | None:
        links = list(self._related(RelationKind.SUBSIDIARY_OF))
        if key not in self.customers:
            return None
        above = closure({key}, lambda at: {b for a, b in links if a == at})
        tops = sorted(at for at in above if all(a != at for a, _ in links))
        if not tops:
            return None
        members = closure({tops[0]}, lambda at: {a for a, b in links if b == at})
        owed: dict[str, int] = {}
        for account in self.world.accounts:
            if account.customer_id in members and account.used_minor:
                owed[account.currency] = owed.get(account.currency, 0) + account.used_minor
        exposure = tuple(Exposure(currency, owed[currency]) for currency in sorted(owed))
        return Group(tops[0], tuple(sorted(members)), exposure) if len(members) > 1 else None

    def influence(self, key: uuid.UUID) -> Influence:
        links = list(self._related(RelationKind.REFERRED_BY))
        seen, level, counts = {key}, {key} & self.customers.keys(), []
        for _ in range(HOPS):
            level = {a for a, b in links if b in level} - seen
            seen |= level
            counts.append(len(level))
        return Influence(counts[0], sum(counts))

    def referrers(self, department: uuid.UUID, first: int) -> tuple[Referrer, ...]:
        rows = [c for c in self.customers.values() if c.department_id == department]
        counted = [Referrer(c.id, sum(self._refers(r, c.id) for r in self.world.relations)) for c in rows]
        found = sorted((one for one in counted if one.referred), key=lambda one: (-one.referred, one.customer_id))
        return tuple(found[:first])

    @staticmethod
    def _refers(row: Any, customer: uuid.UUID) -> bool:
        return row.kind is RelationKind.REFERRED_BY and row.to_id == customer

    def serving(self, *, customer: uuid.UUID | None = None, staff: uuid.UUID | None = None) -> tuple[Serving, ...]:
        rows = [
            a
            for a in self.world.assignments
            if self.holds(a) and a.customer_id in self.customers and (a.customer_id == customer or a.staff_id == staff)
        ]
        by_customer = lambda a: (a.role.value, a.staff_id, a.since, a.id)  # noqa: E731
        by_staff = lambda a: (a.customer_id, a.role.value, a.since, a.id)  # noqa: E731
        rows.sort(key=by_customer if staff is None else by_staff)
        return tuple(Serving(a.staff_id, a.customer_id, a.role.value, a.since, a.until) for a in rows)

    def links(self) -> Iterator[tuple[Party, Party, LinkKind]]:
        for kind in RelationKind:
            for one, other in self._related(kind):
                yield self.party(one), self.party(other), LinkKind(kind.value)
        if not self.reach.directory:
            return
        for a in self.world.assignments:
            if self.holds(a) and a.customer_id in self.customers:
                yield self.party(a.staff_id), self.party(a.customer_id), LinkKind.SERVES
        for m in self.world.memberships:
            if self.holds(m):
                yield self.party(m.staff_id), self.party(m.department_id), LinkKind.MEMBER_OF
        for d in self.world.departments:
            if d.parent_id is not None:
                yield self.party(d.id), self.party(d.parent_id), LinkKind.CHILD_OF

    def party(self, key: uuid.UUID) -> Party:
        if key in self.departments:
            return Party(PartyKind.DEPARTMENT, key)
        return Party(PartyKind.STAFF if key in self.people else PartyKind.CUSTOMER, key)

    def hops(self, kinds: Iterable[LinkKind]) -> dict[Party, list[tuple[Party, Hop]]]:
        found: dict[Party, list[tuple[Party, Hop]]] = {}
        for one, other, kind in self.links():
            if kind in kinds:
                found.setdefault(one, []).append((other, Hop(kind, outgoing=True)))
                found.setdefault(other, []).append((one, Hop(kind, outgoing=False)))
        return found

    def neighbourhood(self, key: uuid.UUID) -> tuple[Neighbour, ...]:
        hops = self.hops({LinkKind.SERVES, LinkKind.SUBSIDIARY_OF, LinkKind.REFERRED_BY})
        start = Party(PartyKind.CUSTOMER, key)
        found: dict[Party, tuple[Hop, ...]] = {}
        for near, first in hops.get(start, ()) if key in self.customers else ():
            if near == start:  # nobody is their own neighbour
                continue
            self._nearer(found, near, (first,))
            for far, second in hops[near]:
                if far != start:
                    self._nearer(found, far, (first, second))
        told = [Neighbour(party, len(via), via) for party, via in found.items()]
        return tuple(sorted(told, key=lambda n: (n.depth, [text(h) for h in n.via], n.party.id))[:NEIGHBOURS])

    @staticmethod
    def _nearer(found: dict[Party, tuple[Hop, ...]], party: Party, via: tuple[Hop, ...]) -> None:
        known = found.get(party)
        if known is None or (len(via), [text(h) for h in via]) < (len(known), [text(h) for h in known]):
            found[party] = via

    def path(self, first: Party, last: Party) -> Path | None:
        if not (self.is_there(first) and self.is_there(last)):
            return None
        hops, level = self.hops(set(LinkKind)), [(first,)]
        for _ in range(HOPS + 1):
            done = [way for way in level if way[-1] == last]
            if done:
                way = min(done, key=lambda parties: [p.id for p in parties])
                pairs = itertools.pairwise(way)
                return Path(way, tuple(min((h for p, h in hops[a] if p == b), key=text) for a, b in pairs))
            level = [(*way, far) for way in level for far in {p for p, _ in hops.get(way[-1], ())} if far not in way]
        return None

    def is_there(self, party: Party) -> bool:
        if party.kind is PartyKind.CUSTOMER:
            return party.id in self.customers
        rows = self.departments if party.kind is PartyKind.DEPARTMENT else self.people
        return self.reach.directory and party.id in rows


def closure(start: set[uuid.UUID], step: Any) -> set[uuid.UUID]:
    found, edge = set(start), set(start)
    while edge:
        edge = set().union(*(step(at) for at in edge)) - found
        found |= edge
    return found
