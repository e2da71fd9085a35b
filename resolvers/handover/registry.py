"""All kinds of things that a person can have, and so hand over. A new kind is one hook more in `HOOKS`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from resolvers.commands import Unit
from resolvers.handover.contacts import CONTACTS
from resolvers.handover.customers import CUSTOMERS
from resolvers.handover.passing import Hook, Owned, Passing
from resolvers.handover.tickets import TICKETS

HOOKS: Final[list[Hook]] = [CUSTOMERS, TICKETS, CONTACTS]
"""Each is asked for what the person has, and given what it listed to hand over."""

Listed = list[tuple[Hook, Sequence[Owned]]]


async def listed(unit: Unit, passing: Passing) -> Listed:
    """What the person has on the day of the handover or after it, of every kind."""
    return [(hook, await hook.owned(unit, passing)) for hook in HOOKS]


def things_in(found: Listed) -> list[Owned]:
    """The things alone."""
    return [thing for _, things in found for thing in things]
