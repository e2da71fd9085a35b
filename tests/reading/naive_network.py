"""The network as fields show it, by the plain answers of `tests/graph/naive.py` over rows in memory."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from graph.port import Group, Hop, LinkKind, Party, PartyKind, Path
from graph.reach import Reach, ReachKind
from resolvers.access import Scope, Subject
from tests.graph import worlds
from tests.graph.naive import Naive, text
from tests.reading.naive_access import sees
from tests.reading.naive_relations import World
from tests.reading.naive_rows import Row, Rows
from tests.reading.naive_values import money

Args = Mapping[str, Any]
TYPE_OF = {PartyKind.CUSTOMER: "Customer", PartyKind.DEPARTMENT: "Department", PartyKind.STAFF: "Staff"}
PARTY_TYPES = tuple(TYPE_OF.values())


class Seen(Naive):
    """The network as a subject sees it: who is seen is asked of the tables written by hand."""

    def __init__(self, rows: Rows, subject: Subject, today: dt.date, day: dt.date) -> None:
        self.rows, self.subject, self.today = rows, subject, today
        super().__init__(_world(rows), day, Reach(ReachKind.ALL, directory=subject.scope is not Scope.PARTNER))
        self._known: dict[Any, Any] = {}
        self._around: dict[Any, Any] = {}

    def is_in_reach(self, customer: Any) -> bool:
        return sees(self.rows, self.subject, "Customer", vars(customer), self.today)

    def known(self, question: Callable[..., Any], *of: Any) -> Any:
        """The answer to a question, found once."""
        key = (question.__name__, of)
        if key not in self._known:
            self._known[key] = question(*of)
        return self._known[key]

    def hops(self, kinds: Any) -> dict[Party, list[tuple[Party, Hop]]]:
        key = frozenset(kinds)
        if key not in self._around:
            self._around[key] = super().hops(key)
        found: dict[Party, list[tuple[Party, Hop]]] = self._around[key]
        return found

    def path(self, first: Party, last: Party) -> Path | None:
        """By the distances from the end; the world is too large to try every way."""
        if not (self.is_there(first) and self.is_there(last)):
            return None
        hops = self.hops(LinkKind)
        distance, edge = {last: 0}, [last]
        for steps in range(1, 7):
            edge = [far for near in edge for far, _ in hops.get(near, ()) if far not in distance]
            distance |= dict.fromkeys(edge, steps)
        if first not in distance:
            return None
        way, via = [first], []
        while way[-1] != last:
            closer = [pair for pair in hops[way[-1]] if distance.get(pair[0], 9) == distance[way[-1]] - 1]
            far = min((party for party, _ in closer), key=lambda party: party.id)
            via.append(min((hop for party, hop in closer if party == far), key=text))
            way.append(far)
        return Path(tuple(way), tuple(via))


@functools.lru_cache(maxsize=8)
def _world(rows: Rows) -> worlds.World:
    def all_of(gtype: str) -> Any:
        return tuple(SimpleNamespace(**row) for row in rows.all(gtype))

    relations = tuple(SimpleNamespace(**row) for row in rows.tables["customer_relation"])
    parts = ("Department", "Staff", "Customer", "Membership", "Assignment")
    return worlds.World(*map(all_of, parts), relations, all_of("CreditAccount"))


@functools.lru_cache(maxsize=64)
def _seen(rows: Rows, subject: Subject, today: dt.date, day: dt.date) -> Seen:
    return Seen(rows, subject, today, day)


def _network(world: World, args: Args) -> Seen:
    return _seen(world.rows, world.subject, world.today, args.get("asOf") or world.today)


def _placed(question: Callable[[Seen], Any]) -> Find:
    def find(world: World, row: Row, args: Args) -> list[Row]:
        network = _network(world, args)
        return [one._asdict() for one in network.known(question(network), row["id"])]

    return find


def _successors(world: World, leaving: Row, args: Args) -> list[Row]:
    del args
    network = _network(world, {"asOf": leaving["day"]})
    found = network.known(network.successors, leaving["id"])
    return [{**one._asdict(), "skills": ", ".join(one.skills), "languages": ", ".join(one.languages)} for one in found]


def _leaving(world: World, person: Row, args: Args) -> Row:
    network = _network(world, args)
    orphans = network.known(network.orphans, person["id"])
    return {"id": person["id"], "day": network.day, "orphans": orphans, "orphan_count": len(orphans)}


def _group(world: World, customer: Row, args: Args) -> Row | None:
    network = _network(world, args)
    found: Group | None = network.known(network.group, customer["id"])
    if found is None:
        return None
    owed = [money(one.minor, one.currency) for one in found.exposure]
    members = found.member_ids
    return {"root_id": found.root_id, "members": members, "member_count": len(members), "exposure": owed}


def _hops(via: tuple[Hop, ...]) -> list[Row]:
    return [{"kind": hop.kind, "direction": "OUTGOING" if hop.outgoing else "INCOMING"} for hop in via]


def _neighbours(world: World, customer: Row, args: Args) -> list[Row]:
    network = _network(world, args)
    found = network.known(network.neighbourhood, customer["id"])
    return [{"depth": one.depth, "party": one.party, "via": _hops(one.via)} for one in found]


def _path(world: World, customer: Row, args: Args) -> Row | None:
    network = _network(world, args)
    name, _, key = args["id"].partition(":")
    kind = next(kind for kind, gtype in TYPE_OF.items() if gtype == name)
    ends = (Party(PartyKind.CUSTOMER, customer["id"]), Party(kind, uuid.UUID(key)))
    found = network.known(network.path, *ends)
    return found and {"length": len(found.via), "parties": list(found.parties), "via": _hops(found.via)}


def _influence(world: World, customer: Row, args: Args) -> Row:
    network = _network(world, args)
    found: Row = network.known(network.influence, customer["id"])._asdict()
    return found


def _status(world: World, *_: Any) -> Row | None:
    """The record is never behind; nobody has written to the log of this world."""
    if world.subject.scope is Scope.PARTNER:
        return None
    nothing = dict.fromkeys(("last_event", "last_event_at", "generation"))
    return {"store": "relational", "lag_seconds": 0.0, "pending": 0, **nothing}


Find = Callable[[World, Row, Args], Any]

FOUND: dict[tuple[str, str], Find] = {
    ("Customer", "group"): _group,
    ("Customer", "influence"): _influence,
    ("Customer", "neighbourhood"): _neighbours,
    ("Customer", "pathTo"): _path,
    ("CorporateGroup", "exposure"): lambda _, row, __: row["exposure"],
    ("Department", "ancestors"): _placed(lambda network: network.ancestors),
    ("Department", "escalationPath"): _placed(lambda network: network.escalation),
    ("Department", "subtree"): _placed(lambda network: network.subtree),
    ("IfLeaves", "successors"): _successors,
    ("Neighbour", "party"): lambda _, row, __: row["party"],
    ("Neighbour", "via"): lambda _, row, __: row["via"],
    ("NetworkPath", "parties"): lambda _, row, __: row["parties"],
    ("NetworkPath", "via"): lambda _, row, __: row["via"],
    ("Query", "graph"): _status,
    ("Staff", "escalationPath"): _placed(lambda network: network.escalation_of),
    ("Staff", "ifLeaves"): _leaving,
}
"""Fields that show something of the network: an object, a list of them, a party, or nothing."""
