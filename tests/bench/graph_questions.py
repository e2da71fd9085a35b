"""What the network is asked in `make bench-graph`: every question of the port, about keys drawn by chance."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa

from graph.port import Graph, Party, PartyKind
from graph.reach import EVERYTHING
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.session import Database
from store.staff import StaffRow
from tests.bench.graph_world import TODAY

FIRST = 10
"""How many referrers of a department are asked for."""

Keys = Sequence[Any]
Ask = Callable[[Graph, Keys], Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class Question:
    """One method of the port; `about` names the keys that it takes. `comparable`: all adapters answer it alike."""

    name: str
    about: str
    ask: Ask
    comparable: bool = True


@dataclass(frozen=True)
class People:
    """All ids of the world, in their order."""

    departments: Sequence[uuid.UUID]
    staff: Sequence[uuid.UUID]
    customers: Sequence[uuid.UUID]

    def keys(self, about: str, random: Random, count: int) -> Keys:
        """So many keys by chance, each another one: those of a batch are distinct."""
        if about == "pairs":
            parties = [Party(PartyKind.CUSTOMER, key) for key in random.sample(self.customers, 2 * count)]
            return list(zip(parties[:count], parties[count:], strict=True))
        return random.sample(getattr(self, about), count)


async def people(database: Database) -> People:
    """Everybody and everything that may be asked about."""
    async with database.snapshot() as connection:
        found = [
            (await connection.scalars(sa.select(row.id).order_by(row.id))).all()
            for row in (DepartmentRow, StaffRow, CustomerRow)
        ]
    return People(*found)


def _dated(method: str) -> Ask:
    return lambda graph, keys: getattr(graph, method)(keys, TODAY)


def _in_reach(method: str) -> Ask:
    return lambda graph, keys: getattr(graph, method)(keys, TODAY, EVERYTHING)


QUESTIONS = (
    Question("subtree_by_department", "departments", lambda graph, keys: graph.subtree_by_department(keys)),
    Question("ancestors_by_department", "departments", lambda graph, keys: graph.ancestors_by_department(keys)),
    Question("escalation_by_department", "departments", _dated("escalation_by_department")),
    Question("escalation_by_staff", "staff", _dated("escalation_by_staff")),
    Question("orphans_by_staff", "staff", _in_reach("orphans_by_staff")),
    Question("successors_by_staff", "staff", _dated("successors_by_staff")),
    Question("group_by_customer", "customers", _in_reach("group_by_customer")),
    Question("neighbourhood_by_customer", "customers", _in_reach("neighbourhood_by_customer")),
    Question("path_by_pair", "pairs", _in_reach("path_by_pair")),
    Question("influence_by_customer", "customers", _in_reach("influence_by_customer")),
    Question(
        "referrers_by_department",
        "departments",
        lambda graph, keys: graph.referrers_by_department(keys, FIRST, EVERYTHING),
    ),
    Question("serving_by_customer", "customers", _in_reach("serving_by_customer")),
    Question("serving_by_staff", "staff", _in_reach("serving_by_staff")),
)


def status(now: dt.datetime) -> Question:
    """The one method that asks about nobody."""

    async def ask(graph: Graph, keys: Keys) -> Sequence[Any]:
        return [await graph.status(now)]

    return Question("status", "departments", ask, comparable=False)
