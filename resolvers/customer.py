"""Creating and changing the archive of a customer, with who said what (C1, C4)."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Final

import sqlalchemy as sa

from outbox.event import EventKind
from resolvers.access_rows import access_customer, access_place
from resolvers.acting.duties import fulfil_kind
from resolvers.actions import Action
from resolvers.commands import Unit, command
from resolvers.drafts import UNSET, CustomerId, DepartmentId, Many, Unset, field_names
from resolvers.edits import Unique, born, edit, insert_all, new_values, save
from resolvers.problems import Code, Problem, refuse
from resolvers.text import Currency, Key, Line, Prose, Text
from store.base import new_id
from store.customer import (
    CustomerKind,
    CustomerRow,
    CustomerSize,
    CustomerStatus,
    CustomerTagRow,
    CustomerTokenRow,
    ProvenanceRow,
)
from store.duty import DutyKind
from store.money import is_currency
from store.search import tokens

Tag = Annotated[str, Text(64)]
Tags = Annotated[tuple[Tag, ...], Many(50)]


@dataclass(frozen=True)
class CustomerDraft:
    """A customer to be created. `source` says where all of it comes from."""

    code: Key
    kind: CustomerKind
    name: Line
    status: CustomerStatus = CustomerStatus.ACTIVE
    department_id: DepartmentId | None = None
    currency: Currency = "CNY"
    industry: Line | None = None
    size: CustomerSize | None = None
    needs: Prose | None = None
    language: Line | None = None
    country: Line | None = None
    region: Line | None = None
    city: Line | None = None
    address: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    website: Line | None = None
    birthday: dt.date | None = None
    founded_on: dt.date | None = None
    tax_number: Key | None = None
    note: Prose | None = None
    source: Line | None = None
    tags: Tags = ()


@dataclass(frozen=True)
class CustomerChanges:
    """Changes of a customer; what is not set stays. `source` says where the changes come from, `tags` replaces all."""

    id: CustomerId
    version: int | None = None
    code: Key | Unset = UNSET
    kind: CustomerKind | Unset = UNSET
    name: Line | Unset = UNSET
    status: CustomerStatus | Unset = UNSET
    department_id: DepartmentId | Unset | None = UNSET
    currency: Currency | Unset = UNSET
    industry: Line | Unset | None = UNSET
    size: CustomerSize | Unset | None = UNSET
    needs: Prose | Unset | None = UNSET
    language: Line | Unset | None = UNSET
    country: Line | Unset | None = UNSET
    region: Line | Unset | None = UNSET
    city: Line | Unset | None = UNSET
    address: Line | Unset | None = UNSET
    email: Line | Unset | None = UNSET
    phone: Line | Unset | None = UNSET
    website: Line | Unset | None = UNSET
    birthday: dt.date | Unset | None = UNSET
    founded_on: dt.date | Unset | None = UNSET
    tax_number: Key | Unset | None = UNSET
    note: Prose | Unset | None = UNSET
    source: Line | None = None
    tags: Tags | Unset = UNSET


class CreateCustomerErrorCode(enum.StrEnum):
    """Why a customer was not created."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    IN_FUTURE = Code.IN_FUTURE
    UNKNOWN_CURRENCY = Code.UNKNOWN_CURRENCY
    DUPLICATE_CODE = Code.DUPLICATE_CODE
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


class UpdateCustomerErrorCode(enum.StrEnum):
    """Why a customer was not changed."""

    FORBIDDEN = Code.FORBIDDEN
    NOT_FOUND = Code.NOT_FOUND
    BAD_ID = Code.BAD_ID
    KEY_REUSED = Code.KEY_REUSED
    REQUIRED = Code.REQUIRED
    INVALID_TEXT = Code.INVALID_TEXT
    TOO_LONG = Code.TOO_LONG
    TOO_MANY = Code.TOO_MANY
    IN_FUTURE = Code.IN_FUTURE
    UNKNOWN_CURRENCY = Code.UNKNOWN_CURRENCY
    DUPLICATE_CODE = Code.DUPLICATE_CODE
    STALE_VERSION = Code.STALE_VERSION
    DEPARTMENT_CLOSED = Code.DEPARTMENT_CLOSED


_NO_COLUMNS: Final = frozenset({"tags", "source"})
COLUMNS: Final = tuple(name for name in field_names(CustomerDraft) if name not in _NO_COLUMNS)
"""The columns that people fill in."""

_CODE: Final = Unique(
    "uq_customer_code", "customer.code", Problem(Code.DUPLICATE_CODE, "code", "another customer has this code")
)


@command(Action.CREATE_CUSTOMER, CreateCustomerErrorCode)
async def create_customer(unit: Unit, draft: CustomerDraft) -> uuid.UUID:
    """Create a customer in a department within reach."""
    _check(unit, draft)
    await access_place(unit, draft.department_id, "department_id")
    key = new_id()
    values = new_values(draft, (*COLUMNS, "source"))
    await save(unit, CustomerRow(**born(unit, key), **values, last_activity_at=unit.now), _CODE)
    await _write_tokens(unit, key, (draft.name, draft.code))
    await _write_tags(unit, key, draft.tags)
    await _write_provenance(unit, key, draft.source, [name for name in COLUMNS if values[name] is not None])
    unit.changed(EventKind.CUSTOMER_CREATED, "Customer", key, code=draft.code, departmentId=draft.department_id)
    return key


@command(Action.UPDATE_CUSTOMER, UpdateCustomerErrorCode)
async def update_customer(unit: Unit, draft: CustomerChanges) -> uuid.UUID:
    """Change a customer's archive; who moves it to another department must reach both."""
    _check(unit, draft)
    row = await access_customer(unit, draft.id, "id")
    if not isinstance(draft.department_id, Unset) and draft.department_id != row.department_id:
        await access_place(unit, draft.department_id, "department_id")
    tagged = not isinstance(draft.tags, Unset) and await _replace_tags(unit, row.id, draft.tags)
    changed = edit(unit, row, draft, COLUMNS, counts=tagged)
    if "size" in changed:
        row.graded_at = None  # a fact of grading: its grade is to be looked at again
    await save(unit, row, _CODE)
    if {"name", "code"} & set(changed):
        await unit.session.execute(sa.delete(CustomerTokenRow).where(CustomerTokenRow.customer_id == row.id))
        await _write_tokens(unit, row.id, (row.name, row.code))
    if "currency" in changed:
        unit.deals_with(row.id)
    await _write_provenance(unit, row.id, draft.source, changed)
    if changed or tagged:
        await fulfil_kind(unit, DutyKind.ARCHIVE_CHECK, row.id, "档案已更新 · the archive was updated")
        told = [*changed, "tags"] if tagged else changed
        unit.changed(EventKind.CUSTOMER_UPDATED, "Customer", row.id, code=row.code, version=row.version, fields=told)
    return row.id


def _check(unit: Unit, draft: CustomerDraft | CustomerChanges) -> None:
    """Raise Refused for a currency that is none, and for days to come."""
    if isinstance(draft.currency, str) and not is_currency(draft.currency):
        raise refuse(Code.UNKNOWN_CURRENCY, "currency")
    for name, day in (("birthday", draft.birthday), ("founded_on", draft.founded_on)):
        if isinstance(day, dt.date) and day > unit.today + dt.timedelta(days=1):
            raise refuse(Code.IN_FUTURE, name)


async def _write_tokens(unit: Unit, key: uuid.UUID, texts: Iterable[str]) -> None:
    found = [{"customer_id": key, "token": token} for token in sorted(tokens(*texts))]
    await insert_all(unit, CustomerTokenRow, found)


async def _write_tags(unit: Unit, key: uuid.UUID, names: Collection[str]) -> None:
    await insert_all(unit, CustomerTagRow, [{"customer_id": key, "name": name} for name in names])


async def _replace_tags(unit: Unit, key: uuid.UUID, names: Collection[str]) -> bool:
    """Give a customer these tags and no others; returns whether that changes anything."""
    of_customer = CustomerTagRow.customer_id == key
    before = set(await unit.session.scalars(sa.select(CustomerTagRow.name).where(of_customer)))
    after = set(names)
    if before - after:
        await unit.session.execute(
            sa.delete(CustomerTagRow).where(of_customer, CustomerTagRow.name.in_(before - after))
        )
    await _write_tags(unit, key, sorted(after - before))
    return before != after


async def _write_provenance(unit: Unit, key: uuid.UUID, source: str | None, names: Iterable[str]) -> None:
    """Note for each of these fields which source said so, and through whom."""
    if source is not None:
        said = {"customer_id": key, "source": source, "recorded_by": unit.subject.name, "recorded_at": unit.now}
        await insert_all(unit, ProvenanceRow, [{"id": new_id(), "field": name, **said} for name in names])
