"""When something happened that a caller reports."""

from __future__ import annotations

import datetime as dt
from typing import Final

from resolvers.commands import Unit
from resolvers.problems import Code, refuse

CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
"""How far a caller's clock may be ahead of ours."""


def not_in_future(unit: Unit, reported: dt.datetime | None, field: str) -> dt.datetime:
    """The reported time; now, when none is. Raises Refused (IN_FUTURE) for a time to come."""
    if reported is None:
        return unit.now
    if reported > unit.now + CLOCKS_DIFFER:
        raise refuse(Code.IN_FUTURE, field, "what is recorded has happened already")
    return reported


def day_not_in_future(unit: Unit, day: dt.date | None, field: str) -> dt.date:
    """The day, or today. Raises Refused (IN_FUTURE) for a day to come."""
    if day is not None and day > unit.today:
        raise refuse(Code.IN_FUTURE, field)
    return day or unit.today
