"""Our form of departments: one row a department."""

from __future__ import annotations

import datetime as dt
from typing import Final

from resolvers.importing.cells import code, instant, prose, text
from resolvers.importing.form import Column, Form, Values
from resolvers.importing.own_form import columns_of, parser, past, refs_of
from resolvers.importing.record import Record, RecordKind
from store.department import DepartmentRow

FORM: Final = Form(
    (
        Column("number", code, "By which people know the department; finds it again", required=True),
        Column("name", text(), "Its name", required=True),
        Column("scope_of_work", prose, "What it does"),
        Column("parent_number", code, "Number of the department above it; empty for none. The order of rows is free"),
        Column("created_at", instant, "When it was founded; the time of the import if not given"),
    )
)


def _build(values: Values, line: int, now: dt.datetime) -> Record:
    refs = refs_of(values, parent_id=("parent_number", RecordKind.DEPARTMENT))
    past(values, now, "created_at")
    at = values.get("created_at") or now
    return Record(RecordKind.DEPARTMENT, values["number"], at, line, columns_of(DepartmentRow, values), refs)


parse = parser(FORM, _build)
"""The departments of a file."""
