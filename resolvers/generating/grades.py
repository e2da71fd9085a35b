"""Grades: the periods in which a customer had one grade, the last of them open."""

from __future__ import annotations

from typing import Final

from resolvers.generating.customers import Customer
from resolvers.generating.keys import KEY_BITS, instant, key
from resolvers.generating.names import pick
from resolvers.generating.phrases import REASONS
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from store.grade import Grade

GRADE_PERIOD: Final = Target("grade_period", ("id", "customer_id", "grade", "since", "until", "reason", "decided_by"))

_FORMERLY: Final = {
    Grade.VIP: Grade.KEY,
    Grade.KEY: Grade.NORMAL,
    Grade.NORMAL: Grade.POTENTIAL,
    Grade.POTENTIAL: Grade.NORMAL,
}
"""From which grade a customer most likely came to another."""

_SHORTEST: Final = 180 * DAY
"""How long a customer stays in a grade at least, where it changed."""


class Grades:
    """Writes the grade periods of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("grades", chunk)
        self.page = Page(GRADE_PERIOD, [])

    def add(self, customer: Customer, decided_by: str) -> tuple[int, int]:
        """Add the periods of one customer; how many changes there were, and when the last one was."""
        changes = self._changes(customer)
        grades = [customer.grade]
        for _ in changes:
            grades.insert(0, _FORMERLY[grades[0]])
        starts = [customer.created, *changes]
        reasons = REASONS[customer.language]
        for number, (grade, since) in enumerate(zip(grades, starts, strict=True)):
            until = instant(starts[number + 1]) if number < len(changes) else None
            reason = reasons[0] if number == 0 else pick(self._random, reasons[1:])
            identity = key(since, self._random.getrandbits(KEY_BITS))
            self.page.rows.append((identity, customer.id, grade, instant(since), until, reason, decided_by))
        return len(changes), starts[-1]

    def _changes(self, customer: Customer) -> list[int]:
        """When the grade changed: once for a third of the older customers, twice for some."""
        spare = self._now - customer.created - 3 * _SHORTEST
        chance = self._random.random()
        if spare <= 0 or chance >= 0.35:
            return []
        moments = sorted(int(self._random.random() * spare) for _ in range(2 if chance < 0.07 else 1))
        return [customer.created + moment + (number + 1) * _SHORTEST for number, moment in enumerate(moments)]
