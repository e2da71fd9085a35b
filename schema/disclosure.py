"""Who read which secret, as those see it who look after that."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.access import Role
from resolvers.disclosures import disclosure_scope
from resolvers.global_id import split
from resolvers.reading import InvalidError, column, entity, global_id
from resolvers.reading.filtering import Choice, Range, TextFilter, by, filters
from schema.paging import Node
from store.disclosure import DisclosureRow
from store.types import Prose


def _global_id(told: Any) -> Any:
    """The record's global id; none where there is no record."""
    whole = told.record_type.concat(sa.literal_column("':'")).concat(sa.cast(told.record_id, sa.Text()))
    return sa.type_coerce(whole, Prose())


def _any_id(text: str) -> uuid.UUID:
    _, key = split(text)
    if key is None:
        raise InvalidError(
            "BAD_ID", "Not a usable id: the id of a record was expected, such as one that an answer gave."
        )
    return key


@entity(DisclosureRow, "A secret that someone was told. 敏感信息查阅记录", scope=disclosure_scope)
class Disclosure(Node):
    """One secret field of one record in one answer."""

    id: strawberry.ID = global_id()
    at: dt.datetime = column(DisclosureRow.at, "When it was told.")
    reader: str | None = column(DisclosureRow.reader, "Who was told.")
    role: str | None = column(DisclosureRow.role, "What the reader was to the service then.")
    record_type: str | None = column(DisclosureRow.record_type, "The type of the record, such as Customer.")
    record_id: strawberry.ID | None = column(
        _global_id, "The record's global id, for `node`; not set where a filter or an order told of many."
    )
    field: str | None = column(
        DisclosureRow.field, "The field; a filter's begins with `filter.`, an order's with `orderBy.`."
    )
    reason: str | None = column(DisclosureRow.reason, "Why, if the reader said so.")
    request_id: str | None = column(DisclosureRow.request_id, "The request's id, as the service's log has it.")


DISCLOSURE_ORDER = (DisclosureRow.at.desc(), DisclosureRow.id.desc())


@filters(DisclosureRow, "Which disclosures.")
class DisclosureFilter:
    """Criteria over disclosures."""

    at: Range[dt.datetime] | None = by(DisclosureRow.at, "By when it was told.")
    reader: TextFilter | None = by(DisclosureRow.reader, "By who was told.")
    role: TextFilter | None = by(DisclosureRow.role, f"By role, such as {Role.MANAGER}.")
    record_type: TextFilter | None = by(DisclosureRow.record_type, "By the type of the record.")
    record_id: Choice[strawberry.ID] | None = by(DisclosureRow.record_id, "By the record.", _any_id)
    field: TextFilter | None = by(DisclosureRow.field, "By field.")
    request_id: TextFilter | None = by(DisclosureRow.request_id, "By the request's id.")
