"""What is known of one customer while its dealings are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from resolvers.generating.assignments import Service
from resolvers.generating.contacts import Known
from resolvers.generating.customers import Customer
from resolvers.generating.figures import Figures


@dataclass(frozen=True, slots=True)
class Dealings:
    """A customer, who serves it, whom one speaks with there, and what its dealings add up to so far."""

    customer: Customer
    service: Service
    contacts: list[Known]
    figures: Figures = field(default_factory=Figures)
