"""Our form of customers: one row a customer, with its owner, tags and credit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from resolvers.importing.cells import boolean, code, currency, day, decimal, instant, member, prose, text, whole, words
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import RowError, columns_of, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.credit import CreditRating
from store.customer import CustomerKind, CustomerRow, CustomerSize, CustomerStatus
from store.money import MoneyError, to_minor

FORM: Final = Form(
    (
        Column("code", code, "By which people know the customer; finds it again", required=True),
        Column(
            "kind", member(CustomerKind), "PERSON, ORGANISATION, or COLLECTIVE for many without a name", required=True
        ),
        Column("name", text(), "Its name", required=True),
        Column("status", member(CustomerStatus), "PROSPECT, ACTIVE (if not given), DORMANT or LOST"),
        Column("department_number", code, "Number of the department that serves it"),
        Column("industry", text(), "Its line of business"),
        Column("size", member(CustomerSize), "MICRO, SMALL, MEDIUM, LARGE or ENTERPRISE"),
        Column("needs", prose, "What it needs"),
        Column("language", text(), "The language in which it wants to be spoken to"),
        Column("country", text(), "Country"),
        Column("region", text(), "Province or state"),
        Column("city", text(), "City"),
        Column("address", text(), "Street and number"),
        Column("email", text(), "E-mail address"),
        Column("phone", text(), "Telephone"),
        Column("website", text(), "Web address"),
        Column("birthday", day, "Day of birth of a person"),
        Column("founded_on", day, "Founding day of an organisation"),
        Column("tax_number", code, "Tax number"),
        Column("note", prose, "Anything else"),
        Column("currency", currency, "Currency of its figures; CNY if not given"),
        Column("source", text(), "Who says all this, kept with each field; `customers` if not given"),
        Column("created_at", instant, "Since when it is a customer; the time of the import if not given"),
        Column("tags", words, "Words to find it by, with semicolons between; they replace those that it has"),
        Column("owner_number", code, "Number of the person of the staff who owns it; ends the ownership before"),
        Column("owner_since", day, "First day of the owner; needed with owner_number"),
        Column("credit_limit", decimal, "What it may owe, in its currency, which is needed then"),
        Column("credit_term_days", whole(0, 3650), "Days until an invoice is due"),
        Column("credit_rating", member(CreditRating), "AAA, AA, A, B, C or D"),
        Column("credit_blocked", boolean, "true while nothing may be sold on credit"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    past(values, now, "birthday", "founded_on", "created_at")
    refs = refs_of(values, department_id=("department_number", RecordKind.DEPARTMENT))
    at = values.get("created_at") or now
    parts = (*_owner(values, line), *_tags(values, line, at), *_credit(values, line, at))
    return Record(RecordKind.CUSTOMER, values["code"], at, line, columns_of(CustomerRow, values), refs, parts)


def _owner(values: Values, line: int) -> Iterator[Record]:
    number, since = values.get("owner_number"), values.get("owner_since")
    if number is None:
        return
    if since is None:
        raise RowError("owner_since", None, "is required beside owner_number")
    refs = refs_of(values, staff_id=("owner_number", RecordKind.STAFF))
    at = dt.datetime.combine(since, dt.time(12), dt.UTC)
    yield Record(RecordKind.OWNER, f"{values['code']}/{number}/{since}", at, line, {"since": since}, refs)


def _tags(values: Values, line: int, at: dt.datetime) -> Iterator[Record]:
    if "tags" in values:
        yield Record(RecordKind.TAGS, values["code"], at, line, {"names": values["tags"] or ()})


def _credit(values: Values, line: int, at: dt.datetime) -> Iterator[Record]:
    """The credit account, if the row says anything about it."""
    names = ("credit_limit", "credit_term_days", "credit_rating", "credit_blocked")
    if all(values.get(name) is None for name in names):
        return
    money = values.get("currency")
    if money is None:
        raise RowError("currency", None, "is required beside what the row says of credit")
    account: dict[str, Any] = {"currency": money}
    account |= {"limit_minor": _limit(values["credit_limit"], money)} if "credit_limit" in values else {}
    account |= {"term_days": values["credit_term_days"]} if "credit_term_days" in values else {}
    account |= {"rating": values["credit_rating"]} if "credit_rating" in values else {}
    account |= {} if values.get("credit_blocked") is None else {"is_blocked": values["credit_blocked"]}
    yield Record(RecordKind.CREDIT, values["code"], at, line, account)


def _limit(limit: Any, money: str) -> int | None:
    if limit is None:
        return None
    try:
        minor = to_minor(limit, money)
    except MoneyError as error:
        raise RowError("credit_limit", limit, str(error)) from error
    if minor < 0:
        raise RowError("credit_limit", limit, "is negative; leave it empty for no limit, 0 for no credit")
    return minor


parse = parser(FORM, _build)
"""The customers of a file."""
