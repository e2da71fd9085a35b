"""Values of the request inside a statement: the subject and the clock."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from store.lists import ListOf
from store.types import Instant, Uid

SUBJECT = "subject_"
NOW = "request_now"
TODAY = "request_today"


SUBJECT_TYPES: dict[str, TypeEngine[Any]] = {
    "staff_id": Uid(),
    "customer_ids": ListOf(Uid()),
    "department_ids": ListOf(Uid()),
}


def subject(name: str) -> sa.BindParameter[Any]:
    """A bind parameter filled from the request's subject."""
    return sa.bindparam(SUBJECT + name, type_=SUBJECT_TYPES[name])


def now() -> sa.BindParameter[Any]:
    """A bind parameter filled from the request's clock."""
    return sa.bindparam(NOW, type_=Instant())


def today() -> sa.BindParameter[Any]:
    """A bind parameter filled with the day (UTC) of the request's clock."""
    return sa.bindparam(TODAY, type_=sa.Date())
