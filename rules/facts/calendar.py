"""The working calendar: on which days and at which hours people work, and which festivals there are."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.engine.checking import Checked
from rules.engine.kinds import did_you_mean
from rules.engine.yaml_tree import Node, decoded, tree_of

M = TypeVar("M", bound=enum.StrEnum)

CALENDAR: Final = Path(__file__).parent / "calendar.yaml"
DAY_MINUTES: Final = 24 * 60

_KEYS: Final = ("zone", "weekdays", "hours", "announced", "festivals", "worked")
_NEEDED: Final = ("zone", "weekdays", "hours", "festivals")
_HOURS: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


class Weekday(enum.StrEnum):
    """Days of the week, as the file names them, in their order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Feast(enum.StrEnum):
    """Festivals, as the file and rules name them."""

    NEW_YEAR = "new_year"
    SPRING_FESTIVAL = "spring_festival"
    QINGMING = "qingming"
    LABOUR_DAY = "labour_day"
    DRAGON_BOAT = "dragon_boat"
    MID_AUTUMN = "mid_autumn"
    NATIONAL_DAY = "national_day"


@dataclass(frozen=True)
class Festival:
    """A festival of one year: its day, and the first and the last day that are off for it."""

    feast: Feast
    day: dt.date
    begins: dt.date
    ends: dt.date

    def days_off(self) -> Iterator[dt.date]:
        """All days that are off for it."""
        yield from (self.begins + dt.timedelta(days=n) for n in range((self.ends - self.begins).days + 1))


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """When people work. Hours are minutes since midnight on the clocks of the zone, in order, without overlaps.

    A calendar equals itself only: what is worked out of it is kept by it, and must be found quickly.
    """

    zone: ZoneInfo
    weekdays: frozenset[int]
    """As `datetime.date.weekday` counts them: Monday is 0."""
    hours: tuple[tuple[int, int], ...]
    festivals: tuple[Festival, ...] = ()
    """By their days."""
    days_off: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()
    """Days that are worked although they would be off."""
    announced: frozenset[int] = frozenset()
    """Years whose days off are official."""

    def is_worked(self, day: dt.date) -> bool:
        """Whether people work on a day."""
        return day in self.worked or (day.weekday() in self.weekdays and day not in self.days_off)


def read_calendar(text: str, path: str) -> WorkingCalendar:
    """The calendar that a file holds.

    Raises:
        RuleFileError: something is wrong in it.
    """
    checked = Checked(tree_of(text, path))
    found = checked.mapping(checked.tree.root, _KEYS, _NEEDED)
    checked.refuse()
    zone = _zone(checked, found["zone"])
    weekdays = [_one_of(checked, node, Weekday) for node in checked.items(found["weekdays"])]
    hours = _all_hours(checked, found["hours"])
    festivals = [_festival(checked, node) for node in checked.items(found["festivals"])]
    worked = checked.items(found["worked"]) if "worked" in found else []
    days = [checked.scalar(node, dt.date) for node in worked]
    announced = checked.items(found["announced"]) if "announced" in found else []
    years = [checked.scalar(node, Decimal) for node in announced]
    if not weekdays or not hours:
        checked.wrong(checked.tree.root, "there is at least one weekday, and hours on which people work")
    checked.refuse()
    known = sorted((one for one in festivals if one), key=lambda one: one.day)
    return WorkingCalendar(
        zone,
        frozenset(list(Weekday).index(one) for one in weekdays if one),
        tuple(hours),
        tuple(known),
        frozenset(day for one in known for day in one.days_off()),
        frozenset(day for day in days if day),
        frozenset(int(year) for year in years if year is not None),
    )


@cache
def working_calendar() -> WorkingCalendar:
    """The calendar that ships with the product."""
    return read_calendar(decoded(CALENDAR.read_bytes(), str(CALENDAR)), str(CALENDAR))


@cache
def around_the_clock() -> WorkingCalendar:
    """Every hour of every day, on the same clocks: for what does not wait until the morning."""
    return WorkingCalendar(working_calendar().zone, frozenset(range(len(Weekday))), ((0, DAY_MINUTES),))


def _zone(checked: Checked, node: Node) -> ZoneInfo:
    try:
        return ZoneInfo(str(node.value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        checked.wrong(node, f"{node.value} is no time zone. Write one such as Asia/Shanghai")
        return ZoneInfo("UTC")


def _one_of(checked: Checked, node: Node, members: type[M]) -> M | None:
    known = tuple(members)
    if node.value in known:
        return members(node.value)
    checked.wrong(node, f"{node.value} is not known here{did_you_mean(str(node.value), known)}")
    return None


def _all_hours(checked: Checked, node: Node) -> list[tuple[int, int]]:
    """Pairs of minutes since midnight; each begins after the one before it has ended."""
    found: list[tuple[int, int]] = []
    for each in checked.items(node):
        matched = _HOURS.fullmatch(str(each.value))
        if matched is None:
            checked.wrong(each, f'{each.value} is no span of hours. Write "09:00-12:00"')
            continue
        hour, minute, end_hour, end_minute = map(int, matched.groups())
        begins, ends = hour * 60 + minute, end_hour * 60 + end_minute
        if ends > DAY_MINUTES or begins >= ends or (found and begins < found[-1][1]):
            checked.wrong(each, f"{each.value} does not end after it begins, or begins before the span above it ends")
        found.append((begins, ends))
    return found


def _festival(checked: Checked, node: Node) -> Festival | None:
    keys = ("name", "day", "from", "until")
    found = checked.mapping(node, keys, keys)
    if set(keys) - set(found):
        return None
    feast = _one_of(checked, found["name"], Feast)
    day, begins, ends = (checked.scalar(found[key], dt.date) for key in ("day", "from", "until"))
    if feast is None or day is None or begins is None or ends is None:
        return None
    if not begins <= day <= ends or (ends - begins).days > 60:
        checked.wrong(node, "the day is one of the days off, from the first to the last, at most 60 days")
        return None
    return Festival(feast, day, begins, ends)
