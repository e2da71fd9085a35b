"""What a parser makes of a file: records, refused rows, and what it counted."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class RecordKind(enum.StrEnum):
    """What a record is; the value is what people read in the report."""

    DEPARTMENT = "department"
    STAFF = "staff"
    MEMBERSHIP = "membership"
    CUSTOMER = "customer"
    OWNER = "owner"
    CREDIT = "credit account"
    TAGS = "tags"
    CONTACT = "contact"
    TICKET = "ticket"
    TICKET_EVENT = "ticket event"
    INTERACTION = "interaction"
    LEDGER_ENTRY = "ledger entry"
    NUMBERED_ENTRY = "numbered ledger entry"
    """A ledger entry that customer, kind and number identify, whatever its date."""

    @property
    def noun(self) -> str:
        """What people call it."""
        return self.value.removeprefix("numbered ")


class Ref(NamedTuple):
    """What a record refers to: a kind, its human code, and the column of the file that says so."""

    kind: RecordKind
    code: str
    column: str


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a file tells.

    `key` is its natural key among its kind, `at` its own time, `order` its place among records of the same time.
    `values` holds columns of its table, only those that the file speaks of; `refs` the columns that point elsewhere
    (None: nowhere). `parts` stand and fall with it: when one of them is refused, the whole record is. `only` names a
    place that one record of a file may take, such as being the head of a department.
    """

    kind: RecordKind
    key: str
    at: dt.datetime
    line: int
    values: Mapping[str, Any]
    refs: Mapping[str, Ref | None] = field(default_factory=dict)
    parts: tuple[Record, ...] = ()
    order: int | None = None
    only: str | None = None

    def __reduce__(self) -> tuple[type[Record], tuple[Any, ...]]:
        """How a spool keeps it: twice as fast as the fields by name."""
        fields = (self.kind, self.key, self.at, self.line, self.values, self.refs, self.parts, self.order, self.only)
        return Record, fields


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row is refused: the line where it begins, the column and its value, and what to do about it."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a parser counted in the file, in the words of its publisher."""

    name: str
    count: int
    note: str = ""


Parsed = Record | Rejection | Fact
"""What a parser yields, in the order of the file."""
