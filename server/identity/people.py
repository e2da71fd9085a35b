"""Subjects of tokens: what a person of the staff, or a partner, reaches now; remembered for two seconds."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from resolvers.access import DEPARTMENTAL, Scope, Subject
from resolvers.reading import ReadStore
from resolvers.staff_reach import StaffReach, customers_of, staff_reach
from server.identity.claims import Claims
from server.identity.identity import unauthenticated
from server.outage import refused_in_outage

SECONDS: Final = 2.0
KEPT: Final = 4_096

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Briefly(Generic[K, V]):
    """Values that are found once and remembered for two seconds, a bounded number of them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    async def get(self, key: K, find: Callable[[], Awaitable[V]]) -> V:
        """The value of a key."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < SECONDS:
            return kept[1]
        asked = self._clock()  # what is found is as old as the question
        value = await find()
        self._kept[key] = asked, value
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return value


class People:
    """Makes subjects of claims, over one database."""

    def __init__(self, store: ReadStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._staff: Briefly[str, StaffReach | None] = Briefly(clock)
        self._customers: Briefly[tuple[str, ...], frozenset[uuid.UUID]] = Briefly(clock)

    async def subject(self, claims: Claims, now: dt.datetime) -> Subject:
        """The subject, as the database has it now.

        Raises:
            Refusal: nobody of this number works here (401), or the database does not answer (503).
        """
        with refused_in_outage():
            person = await self._person(claims.staff_number, now)
            customers = await self._served(claims)
        return Subject(
            name=claims.name,
            role=claims.role,
            clearance=claims.clearance,
            scope=claims.scope,
            staff_id=person.id if person else None,
            department_ids=_departments(person, claims.scope),
            customer_ids=customers,
        )

    async def _person(self, number: str | None, now: dt.datetime) -> StaffReach | None:
        if number is None:
            return None
        person = await self._staff.get(number, lambda: staff_reach(self._store, number, now))
        if person is None:
            raise unauthenticated("The token is not valid")
        return person

    async def _served(self, claims: Claims) -> frozenset[uuid.UUID]:
        codes = claims.customer_codes if claims.scope is Scope.PARTNER else ()
        return await self._customers.get(codes, lambda: customers_of(self._store, codes)) if codes else frozenset()


def _departments(person: StaffReach | None, scope: Scope) -> frozenset[uuid.UUID]:
    if person is None or scope not in DEPARTMENTAL:
        return frozenset()
    return person.subtree if scope is Scope.SUBTREE else person.own
