"""Interactions: the journal of each customer, in which a few customers fill thousands of entries."""

from __future__ import annotations

from typing import Final

from resolvers.generating.chance import Spread, wheel
from resolvers.generating.customers import Customer
from resolvers.generating.dealings import Dealings
from resolvers.generating.figures import Figures
from resolvers.generating.journal import OPENING, READY_MADE, entries
from resolvers.generating.keys import KEY_BITS, instant, key
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.tickets import Case
from resolvers.generating.volume import Volume
from store.grade import Grade
from store.interaction import Direction, HandlingState

INTERACTION: Final = Target(
    "interaction",
    (
        *("id", "customer_id", "department_id", "staff_id", "ticket_id", "occurred_at", "channel", "direction"),
        *("kind", "service_type", "source", "subject", "description", "resolution", "summary"),
        *("state", "satisfaction", "version", "created_at", "updated_at"),
    ),
)

CAP: Final = 5_000
"""Most interactions of one customer."""

WEIGHTS: Final = {Grade.VIP: 6.0, Grade.KEY: 3.0, Grade.NORMAL: 1.0, Grade.POTENTIAL: 0.4}

_RECENT: Final = 10 * DAY
_STATES: Final = wheel(
    {HandlingState.DONE: 70, HandlingState.IN_PROGRESS: 14, HandlingState.OPEN: 10, HandlingState.PASSED_ON: 6}
)
_SATISFACTION: Final = wheel({None: 66.6, 5: 13, 4: 11, 3: 5, 2: 2.4, 1: 2})


class Interactions:
    """Writes the journals of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("interactions", chunk)
        mean = plan.interactions_per_customer
        self._volume = Volume(plan, mean, WEIGHTS, tail=0.7, cap=CAP, step=Spread.GOLDEN)
        self.page = Page(INTERACTION, [])

    def add(self, dealings: Dealings, cases: list[Case]) -> None:
        """Add the journal of one customer; its first entries are those that opened its tickets."""
        figures = dealings.figures
        count = self._volume.of(dealings.customer, self._random.random())
        opening = cases[: (count + 1) // 2]
        for case in opening:
            self._add_opening(dealings.customer, case, figures)
        self._add_others(dealings, count - len(opening))
        figures.interactions += count

    def _add_opening(self, customer: Customer, case: Case, figures: Figures) -> None:
        """Add the entry of the contact by which a ticket was opened."""
        bits = self._random.getrandbits(KEY_BITS + 8)
        member, at = case.responder, instant(case.opened)
        satisfaction = _SATISFACTION[bits >> KEY_BITS] if case.is_ended else None
        state = HandlingState.DONE if case.is_ended else HandlingState.IN_PROGRESS
        self.page.rows.append(
            (
                *(key(case.opened, bits), customer.id, member.department.id, member.id, case.id, at, case.channel),
                *(Direction.INBOUND, OPENING[case.kind], "service", "hotline", case.subject, None, None, None),
                *(state, satisfaction, 1, at, at),
            )
        )
        _count(figures, case.opened, satisfaction)

    def _add_others(self, dealings: Dealings, count: int) -> None:
        """Add entries that belong to no ticket. This loop makes most of a world."""
        customer, service, figures = dealings.customer, dealings.service, dealings.figures
        ready, rows = entries(customer.language), self.page.rows
        random, getrandbits = self._random.random, self._random.getrandbits
        customer_id, since, span = customer.id, customer.since, customer.until - customer.since
        recent = self._now - _RECENT
        for _ in range(count):
            second = since + int(random() * span)
            bits = getrandbits(KEY_BITS + 54)
            fate = bits >> KEY_BITS
            member = service.somebody_at(second, fate >> 40)
            entry = ready[fate & READY_MADE - 1]
            satisfaction = _SATISFACTION[fate >> 12 & 255]
            state = HandlingState.DONE
            if second > recent:
                state = _STATES[fate >> 20 & 255]
                satisfaction = satisfaction if state is HandlingState.DONE else None
            at = instant(second)
            head = (key(second, bits), customer_id, member.department.id, member.id, None, at)
            rows.append((*head, *entry, state, satisfaction, 1, at, at))
            _count(figures, second, satisfaction)


def _count(figures: Figures, second: int, satisfaction: int | None) -> None:
    """Count one entry in the figures."""
    figures.last_contact = max(figures.last_contact, second)
    if satisfaction is not None:
        figures.satisfaction_sum += satisfaction
        figures.satisfaction_count += 1
