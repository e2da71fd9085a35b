"""Our form of staff: one row a person, with a place in one department."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from resolvers.importing.cells import code, day, instant, member, prose, text
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import RowError, columns_of, in_order, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.staff import MembershipRole, StaffRow, StaffStatus

FORM: Final = Form(
    (
        Column("number", code, "By which people know the person; finds the person again", required=True),
        Column("name", text(), "The person's name", required=True),
        Column("title", text(), "Job title"),
        Column("status", member(StaffStatus), "ACTIVE (if not given), ON_LEAVE or LEFT"),
        Column("email", text(), "E-mail address at work"),
        Column("phone", text(), "Telephone at work"),
        Column("mobile", text(), "Mobile telephone"),
        Column("languages", text(), "Languages that the person speaks"),
        Column("skills", prose, "What the person can do"),
        Column("joined_on", day, "First day of work"),
        Column("left_on", day, "First day not here any more"),
        Column("birthday", day, "Day of birth"),
        Column("home_address", text(), "Home address"),
        Column("emergency_contact", text(), "Whom to call in an emergency"),
        Column("identity_number", code, "Number of the identity card"),
        Column("department_number", code, "Number of a department that the person works in"),
        Column("role", member(MembershipRole), "There: HEAD, ACTING_HEAD, DEPUTY or MEMBER (if not given)"),
        Column("member_since", day, "First day there; joined_on if not given"),
        Column("member_until", day, "First day after the time there; empty while it lasts"),
        Column("created_at", instant, "When the archive was opened; the time of the import if not given"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    in_order(values, "joined_on", "left_on")
    in_order(values, "member_since", "member_until")
    past(values, now, "birthday", "created_at")
    parts = tuple(_membership(values, line))
    at = values.get("created_at") or now
    columns = columns_of(StaffRow, values)
    return Record(RecordKind.STAFF, values["number"], at, line, columns, parts=parts, only=_head(values))


def _membership(values: Values, line: int) -> Iterator[Record]:
    """The person's place; a second file may name another department, which adds a place and ends none."""
    department = values.get("department_number")
    since = values.get("member_since") or values.get("joined_on")
    if department is None:
        return
    if since is None:
        raise RowError("member_since", None, "is required beside department_number, unless joined_on is given")
    place = {"role": values.get("role") or MembershipRole.MEMBER, "since": since}
    place |= {"until": values["member_until"]} if "member_until" in values else {}
    refs = refs_of(values, department_id=("department_number", RecordKind.DEPARTMENT))
    at = dt.datetime.combine(since, dt.time(12), dt.UTC)
    yield Record(RecordKind.MEMBERSHIP, f"{values['number']}/{department}/{since}", at, line, place, refs)


def _head(values: Values) -> str | None:
    if values.get("role") is not MembershipRole.HEAD or values.get("member_until") is not None:
        return None
    return f"head of {values.get('department_number')}"


parse = parser(FORM, _build)
"""The staff of a file."""
