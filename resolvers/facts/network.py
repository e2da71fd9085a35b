"""Facts that the network knows: asked of the graph in one call, whatever the number of customers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from graph.port import Graph, Group
from graph.reach import EVERYTHING
from resolvers.facts.conversion import NoRateError, yuan
from resolvers.facts.instants import Moment

GROUP_EXPOSURE: Final = "group_exposure"
ALONE: Final = "exposure"
"""What the group of a customer owes that has none: what the customer owes."""


async def group_exposures(
    graph: Graph, ids: Sequence[uuid.UUID], alone: Sequence[Decimal | None], moment: Moment
) -> list[Decimal | NoRateError]:
    """What the corporate group of each customer owes together, in yuan; `alone` says what each owes by itself.

    Where somebody of a group owes in a currency without a rate, the error stands in place of the amount.

    Raises:
        GraphUnavailable: the graph store does not answer.
    """
    groups = await graph.group_by_customer(ids, moment.day, EVERYTHING)
    return [own or Decimal(0) if group is None else _together(group) for group, own in zip(groups, alone, strict=True)]


def _together(group: Group) -> Decimal | NoRateError:
    """What all members owe; what one has to its credit does not pay for another."""
    try:
        return sum((yuan(max(one.minor, 0), one.currency) for one in group.exposure), Decimal(0))
    except NoRateError as error:
        return error
