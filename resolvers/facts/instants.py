"""The instant of a decision, and the times that facts count from: as parameters of a statement, and in Python."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from store.types import Instant

DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Moment:
    """The instant as of which facts are gathered. Its day is that of UTC, as everywhere."""

    at: dt.datetime

    @property
    def day(self) -> dt.date:
        """The day of the instant."""
        return self.at.astimezone(dt.UTC).date()

    def days_since(self, then: dt.datetime | None) -> int | None:
        """Whole days that have passed since an instant."""
        return None if then is None else (self.at - then) // DAY

    def years_since(self, then: dt.datetime | None) -> int:
        """Anniversaries of an instant's day up to this day; 0 if there was none."""
        if then is None:
            return 0
        began = then.astimezone(dt.UTC).date()
        before = (self.day.month, self.day.day) < (began.month, began.day)
        return max(0, self.day.year - began.year - before)

    def parameters(self) -> dict[str, Any]:
        """The values of all parameters below."""
        back = {"year_ago": 12, "two_years_ago": 24}
        return {
            "at": self.at,
            "day": self.day,
            "quarter_ago": self.at - 90 * DAY,
            "month_ago": self.at - 30 * DAY,
            "year_ago_day": months_before(self.at.astimezone(dt.UTC), 12).date(),
            **{name: months_before(self.at, months) for name, months in back.items()},
        }


def months_before(at: dt.datetime, months: int) -> dt.datetime:
    """The same time of the day some months ago; the last day of a month that is too short."""
    count = at.year * 12 + at.month - 1 - months
    year, month = count // 12, count % 12 + 1
    for day in range(at.day, at.day - 4, -1):
        try:
            return at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise ValueError(f"{months} months before {at} is out of the calendar")


def _instant(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=Instant)


AT: Final = _instant("at")
MONTH_AGO: Final = _instant("month_ago")
QUARTER_AGO: Final = _instant("quarter_ago")
YEAR_AGO: Final = _instant("year_ago")
TWO_YEARS_AGO: Final = _instant("two_years_ago")
TODAY: Final = sa.bindparam("day", type_=sa.Date())
YEAR_AGO_DAY: Final = sa.bindparam("year_ago_day", type_=sa.Date())
