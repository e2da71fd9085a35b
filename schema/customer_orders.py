"""Which customers, and in which order, as clients ask for it."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import strawberry

from resolvers.reading.filtering import Choice, Range, TextFilter, by, by_rule, by_words, filters, milli
from resolvers.scopes import holds_today
from schema.arguments import DEPARTMENT, STAFF, read_id
from schema.exposing import expose
from schema.thousandths import thousandths
from store.assignment import AssignmentRow
from store.customer import CustomerKind, CustomerRow, CustomerSize, CustomerStatus, CustomerTagRow, CustomerTokenRow
from store.grade import Grade
from store.types import Prose, Uid


class CustomerOrder(enum.StrEnum):
    """Orders of customers."""

    CODE_ASC = "CODE_ASC"
    NAME_ASC = "NAME_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    LAST_ACTIVITY_AT_DESC = "LAST_ACTIVITY_AT_DESC"
    LAST_ACTIVITY_AT_ASC = "LAST_ACTIVITY_AT_ASC"
    MONETARY_DESC = "MONETARY_DESC"
    REFERRALS_DESC = "REFERRALS_DESC"


expose(
    CustomerOrder,
    "How customers are ordered. MONETARY compares numbers, whatever the currency.",
    "by code\nby name, letter by letter\nlatest on record first\nthose with whom something happened last first\n"
    "those with whom nothing happened for longest first\nthose who bought most first\n"
    "those who referred most others to us first",
)

CUSTOMER_ORDERS = {
    CustomerOrder.CODE_ASC: (CustomerRow.code, CustomerRow.id),
    CustomerOrder.NAME_ASC: (CustomerRow.name, CustomerRow.id),
    CustomerOrder.CREATED_AT_DESC: (CustomerRow.created_at.desc(), CustomerRow.id.desc()),
    CustomerOrder.LAST_ACTIVITY_AT_DESC: (CustomerRow.last_activity_at.desc(), CustomerRow.id.desc()),
    CustomerOrder.LAST_ACTIVITY_AT_ASC: (CustomerRow.last_activity_at, CustomerRow.id),
    CustomerOrder.MONETARY_DESC: (CustomerRow.monetary_minor.desc(), CustomerRow.id.desc()),
    CustomerOrder.REFERRALS_DESC: (CustomerRow.referral_count.desc(), CustomerRow.id.desc()),
}


def _tagged(customer: Any, name: Any) -> Any:
    tag = CustomerTagRow.__table__.alias("tagged")
    return customer.id.in_(sa.select(tag.c.customer_id).where(tag.c.name == name).correlate_except(tag))


def _served_by(customer: Any, staff_id: Any) -> Any:
    serves = AssignmentRow.__table__.alias("serves")
    found = sa.select(serves.c.customer_id).where(serves.c.staff_id == staff_id, holds_today(serves.c))
    return customer.id.in_(found.correlate_except(serves))


@filters(CustomerRow, "Which customers.")
class CustomerFilter:
    """Criteria over customers."""

    search: str | None = by_words(
        CustomerTokenRow,
        "customer_id",
        "Beginnings of words of the name (also in pinyin or its initials) or the code; all words must be found.",
    )
    code: TextFilter | None = by(CustomerRow.code, "By code.")
    name: TextFilter | None = by(CustomerRow.name, "By name.")
    kind: Choice[CustomerKind] | None = by(CustomerRow.kind, "By what the customer is.")
    status: Choice[CustomerStatus] | None = by(CustomerRow.status, "By where the customer stands with us.")
    grade: Choice[Grade] | None = by(CustomerRow.grade, "By grade.")
    size: Choice[CustomerSize] | None = by(CustomerRow.size, "By size.")
    industry: TextFilter | None = by(CustomerRow.industry, "By industry.")
    country: TextFilter | None = by(CustomerRow.country, "By country.")
    city: TextFilter | None = by(CustomerRow.city, "By city.")
    birthday: Range[dt.date] | None = by(CustomerRow.birthday, "By date of birth.")
    tag: str | None = by_rule(_tagged, Prose(), "Only customers with this tag.")
    served_by: strawberry.ID | None = by_rule(
        _served_by,
        Uid(),
        "Only customers that this person of the staff serves now.",
        read_id("Staff"),
        leads_to=STAFF,
    )
    department_id: Choice[strawberry.ID] | None = by(
        CustomerRow.department_id,
        "By the department that looks after them.",
        read_id("Department"),
        leads_to=DEPARTMENT,
    )
    monetary: Range[Decimal] | None = by(
        lambda c: thousandths(c.monetary_minor, c.currency), "By what they bought in all, whatever the currency.", milli
    )
    purchase_count: Range[int] | None = by(CustomerRow.purchase_count, "By how often they bought.")
    last_purchase_at: Range[dt.datetime] | None = by(CustomerRow.last_purchase_at, "By when they last bought.")
    last_contact_at: Range[dt.datetime] | None = by(CustomerRow.last_contact_at, "By when we last spoke with them.")
    last_activity_at: Range[dt.datetime] | None = by(CustomerRow.last_activity_at, "By when anything last happened.")
    open_ticket_count: Range[int] | None = by(CustomerRow.open_ticket_count, "By how many open tickets they have.")
    complaint_count: Range[int] | None = by(CustomerRow.complaint_count, "By how many complaints they made.")
    created_at: Range[dt.datetime] | None = by(CustomerRow.created_at, "By since when they are on record.")
