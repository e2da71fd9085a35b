"""Relations between customers: corporate groups, which make a forest, and referrals."""

from __future__ import annotations

from typing import Final

from resolvers.generating.customers import Customer
from resolvers.generating.keys import KEY_BITS, date, key
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.register import Register
from resolvers.generating.rows import Page, Target
from store.relation import RelationKind

RELATION: Final = Target("customer_relation", ("id", "from_id", "to_id", "kind", "since", "until"))

SUBSIDIARIES: Final = 0.15
"""Share of the organisations that belong to another."""

REFERRED: Final = 0.10
"""Share of the customers that another one referred to us."""

_TRIES: Final = 400
"""How often a parent is looked for; one in fifty customers is one."""


class Relations:
    """Writes the relations of the customers of one chunk, always to customers that came before: no cycle can be."""

    def __init__(self, plan: WorldPlan, chunk: int) -> None:
        self._now = plan.now
        self._random = plan.stream("relations", chunk)
        self._register = Register(plan)
        self.page = Page(RELATION, [])

    def add(self, customer: Customer) -> None:
        """Add what one customer is to others."""
        chance = self._random.random()
        if customer.is_organisation and chance < SUBSIDIARIES:
            parent = self._parent(customer.place)
            if parent is not None:
                self._write(customer, parent, RelationKind.SUBSIDIARY_OF)
        if customer.place and self._random.random() < REFERRED:
            self._write(customer, int(self._random.random() * customer.place), RelationKind.REFERRED_BY)

    def _parent(self, place: int) -> int | None:
        """The place of an organisation with subsidiaries; older ones have more of them."""
        for _ in range(_TRIES):
            found = int(self._random.random() ** 2 * place)
            if found < place and self._register.is_parent(found):
                return found
        return None

    def _write(self, customer: Customer, other: int, kind: RelationKind) -> None:
        """Add the row of one relation, which began with the younger customer; few groups came apart."""
        identity = key(customer.created, self._random.getrandbits(KEY_BITS))
        ended = None
        age = self._now - customer.created
        if kind is RelationKind.SUBSIDIARY_OF and self._random.random() < 0.04 and age > 30 * DAY:
            ended = date(customer.created + DAY + int(self._random.random() * (age - DAY)))
        self.page.rows.append(
            (identity, customer.id, self._register.key(other), kind, date(customer.created), ended),
        )
