"""What the care of a customer is reminded of (C8)."""

from __future__ import annotations

import datetime as dt

from resolvers.reading.context import Context


def next_birthday(context: Context, birthday: dt.date | None) -> dt.date | None:
    """The next birthday from today on; who was born on 29 February is congratulated on 28 in common years."""
    if birthday is None:
        return None
    today = context.now.date()
    this_year = _in_year(birthday, today.year)
    return this_year if this_year >= today else _in_year(birthday, today.year + 1)


def _in_year(birthday: dt.date, year: int) -> dt.date:
    try:
        return birthday.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)
