"""Relations between customers, as clients see them."""

from __future__ import annotations

import datetime as dt

from resolvers.reading import column, entity, one
from resolvers.scopes import through_customer
from schema.links import CustomerLink
from store.relation import RelationDirection, RelationKind, RelationSideRow


@entity(RelationSideRow, "A relation to another customer, as one of the two sees it. 关联客户", scope=through_customer)
class CustomerRelation:
    """One side of a dated relation."""

    kind: RelationKind = column(RelationSideRow.kind, "What the one is to the other.")
    direction: RelationDirection = column(RelationSideRow.direction, "Whether this customer is the one or the other.")
    since: dt.date = column(RelationSideRow.since, "The first day.")
    until: dt.date | None = column(RelationSideRow.until, "The first day after it; not set while it lasts.")
    customer: CustomerLink | None = one(
        lambda r, c: c.id == r.other_id, "The other customer; not set where you may not see it."
    )
