"""The network: what traversals find around departments, staff and customers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import sqlalchemy as sa
import strawberry

from graph import port
from graph.port import HOPS, LinkKind, PartyKind
from resolvers import network
from resolvers.global_id import split
from resolvers.reading import Argument, InvalidError, column, finding, listed, many, one, one_of, traversal
from resolvers.reading.relations import FIRST
from resolvers.scopes import directory_scope
from schema.arguments import AS_OF_DAY
from schema.links import CustomerLink, DepartmentLink, StaffLink
from schema.money import Money
from schema.paging import Party
from store.credit import CreditAccountRow
from store.customer import CustomerRow
from store.lists import member
from store.money import CURRENCIES
from store.relation import RelationDirection

PARTIES: Final = {"Customer": PartyKind.CUSTOMER, "Department": PartyKind.DEPARTMENT, "Staff": PartyKind.STAFF}
"""The types of parties."""

ON_A_DAY: Final = {"as_of": AS_OF_DAY}
SOME: Final = {"first": FIRST}
SOME_ON_A_DAY: Final = {"first": FIRST, "as_of": AS_OF_DAY}


def read_party(text: str) -> port.Party:
    """The party that a global id names. Raises InvalidError for any other text."""
    name, key = split(text)
    if key is None or name not in PARTIES:
        raise InvalidError("BAD_ID", f"Not a usable id: one of {', '.join(PARTIES)} was expected.")
    return port.Party(PARTIES[name], key)


PATH_TO: Final = {
    "id": Argument(strawberry.ID, "The global id of a Customer, a Department or a Staff.", convert=read_party),
    "as_of": AS_OF_DAY,
}


@finding(port.Placed, "A department at some distance from another one in the tree. 部门层级")
class PlacedDepartment:
    """A department of a subtree, or above one."""

    depth: int = column(lambda p: p.depth, "How many levels away; 0 is the department that was asked for.")
    department: DepartmentLink | None = one(lambda p, d: d.id == p.department_id, "The department.")


@finding(port.Step, "Whom to turn to, one level of departments. 上报路径")
class EscalationStep:
    """One step up."""

    level: int = column(lambda s: s.level, "How many levels up the department is; 0 is where one starts.")
    department: DepartmentLink | None = one(lambda s, d: d.id == s.department_id, "The department.")
    staff: StaffLink | None = one(lambda s, p: p.id == s.staff_id, "Who leads it on that day.")
    is_acting: bool = column(lambda s: s.is_acting, "Whether this is the acting head. 是否代理")


@finding(network.Candidate, "Someone who could take over a person's customers. 继任者")
class Successor:
    """A candidate."""

    staff: StaffLink | None = one(lambda c, p: p.id == c.staff_id, "The person.")
    same_department: bool = column(lambda c: c.same_department, "Whether both are in one department.")
    load: int = column(lambda c: c.load, "How many customers the person serves already. 在管客户数")
    skills: str = column(lambda c: c.skills, "The skills that both have, with commas between them.")
    languages: str = column(lambda c: c.languages, "The languages that both speak, with commas between them.")


@finding(network.Leaving, "What breaks when a person leaves, and who could take over. 离职影响")
class IfLeaves:
    """The customers left behind, and the candidates."""

    orphan_count: int = column(
        lambda g: g.orphan_count, "How many customers of yours nobody would serve any more. 无人负责的客户数"
    )
    orphans: list[CustomerLink] = many(
        lambda g, c: member(c.id, g.orphan_ids), "These customers, by id. 无人负责的客户", order_by=[CustomerRow.id]
    )
    successors: list[Successor] | None = traversal(
        network.successors,
        "Who could take over, best first: colleagues, then whoever serves few, then by what both can. 继任者",
        needs=[lambda g: g.staff_id, lambda g: g.day],
        arguments=SOME,
    )


@finding(network.CorporateGroup, "A corporate group: a customer without a parent, with all its subsidiaries. 企业集团")
class CorporateGroup:
    """The part of it that you may see."""

    root: CustomerLink | None = one(lambda g, c: c.id == g.root_id, "The customer at the top. 集团母公司")
    member_count: int = column(lambda g: g.member_count, "How many customers there are in it, the top included.")
    members: list[CustomerLink] = many(
        lambda g, c: member(c.id, g.member_ids), "The customers in it, by id. 集团成员", order_by=[CustomerRow.id]
    )
    exposure: list[Money] | None = listed(
        lambda g: g.exposure,
        "What they owe us together, for each currency in which they do. 集团敞口",
        most=len(CURRENCIES),
        tells=[CreditAccountRow.used_minor],
    )


def _direction(hop: Any) -> Any:
    along, against = (sa.literal_column(f"'{one}'", sa.Text()) for one in RelationDirection)
    return sa.case((hop.outgoing, along), else_=against)


@finding(port.Hop, "One link on a path. 一跳")
class Hop:
    """What the one is to the other."""

    kind: LinkKind = column(lambda h: h.kind, "What the link says.")
    direction: RelationDirection = column(_direction, "Whether it is read along the path, or against it.")


@finding(port.Neighbour, "A party near a customer. 周边关系")
class Neighbour:
    """Who, and by which links."""

    depth: int = column(lambda n: n.depth, "How many links away, 1 or 2.")
    party: Party | None = one_of(lambda n: n.party, "Who it is.", members=PARTIES)
    via: list[Hop] = listed(lambda n: n.via, "The links from the customer on.", most=2)


@finding(network.Route, "A shortest way between two parties. 关系路径")
class NetworkPath:
    """The parties on it, and the links between them."""

    length: int = column(lambda r: r.length, f"How many links it has, {HOPS} at most.")
    parties: list[Party | None] = listed(
        lambda r: r.path.parties, "The parties on it, both ends included.", most=HOPS + 1, members=PARTIES
    )
    via: list[Hop] = listed(lambda r: r.path.via, "The links, one fewer.", most=HOPS)


@finding(port.Influence, "How many other customers one has referred to us. 影响力")
class Influence:
    """Counts of customers that you may see."""

    referred: int = column(lambda i: i.referred, "How many it referred itself. 直接转介绍")
    reached: int = column(
        lambda i: i.reached, f"How many in all, through those as well, over {HOPS} referrals at most. 转介绍总数"
    )


@finding(port.GraphStatus, "How far what answers for the network is behind the record. 关系网络", scope=directory_scope)
class GraphStatus:
    """The store that answers."""

    store: str = column(lambda s: s.store, "What answers: relational (the record itself) or neo4j (a copy).")
    lag_seconds: float = column(
        lambda s: s.lag_seconds, "How long ago the first event happened that it does not know; 0 if it knows all."
    )
    last_event: dt.datetime | None = column(lambda s: s.last_event_at, "The same as lastEventAt.")
    last_event_at: dt.datetime | None = column(lambda s: s.last_event_at, "When the last event happened that it knows.")
    pending: int = column(lambda s: s.pending, "How many events it does not know yet, counted up to 100,000.")
    generation: str | None = column(lambda s: s.generation, "The name of the copy; not set for the record itself.")
