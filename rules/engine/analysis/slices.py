"""A column's values, cut into slices that no test of the table tells apart. A set of slices is a bit mask."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from rules.engine.analysis.domain import Domain
from rules.engine.cell import Interval, Test
from rules.engine.kinds import EXACT, Column, Kind
from rules.engine.literal import written


@dataclass(frozen=True, slots=True)
class Run:
    """Values that stand together: all from `first` to `last`. Of a column without order, one value; null is None."""

    first: Any
    last: Any


NULL: Final = Run(None, None)


class Slices:
    """The slices of one column. Bit 0 of a mask is the first slice; `full` is the mask of all."""

    def __init__(self, column: Column, tests: Iterable[Test], *, apart: bool = False) -> None:
        """Cut the column for these tests; if `apart`, each value of an enum or boolean is a slice of its own."""
        self.column = column
        known = list(dict.fromkeys(tests))
        self._domain = Domain(column) if column.kind.is_ordered else None
        self._runs = self._ordered(known) if self._domain else self._named(known)
        self._others = len(self._runs) - 1 if column.kind is Kind.TEXT else None
        if column.nullable:
            self._runs.append(NULL)
        of_runs = {test: self._mask_of_runs(test) for test in known}
        self.slices = _merged(list(of_runs.values()), len(self._runs), apart=apart and not column.kind.is_ordered)
        """The places of each slice's runs."""
        self.full = (1 << len(self.slices)) - 1
        self._masks = {test: self._mask_of_slices(mask) for test, mask in of_runs.items()}

    def _ordered(self, tests: Sequence[Test]) -> list[Run]:
        assert self._domain is not None  # noqa: S101 # for the type checkers: asked of ordered columns only
        domain = self._domain
        self._starts: list[Any] = []
        if domain.first > domain.last:
            return []
        cuts = {domain.first}
        for interval in (each for test in tests for each in test.intervals):
            cuts.update(cut for cut in self._ends(interval) if cut is not None and domain.first < cut <= domain.last)
        self._starts = sorted(cuts)
        return [
            Run(start, domain.before(stop)) for start, stop in zip(self._starts, self._starts[1:], strict=False)
        ] + [Run(self._starts[-1], domain.last)]

    def _ends(self, one: Interval) -> tuple[Any, Any]:
        """The first value inside, and the first one after; None: beyond the last value."""
        assert self._domain is not None  # noqa: S101 # for the type checkers: asked of ordered columns only
        domain = self._domain
        low, high = domain.first, None
        if one.low is not None:
            low = domain.ceiling(one.low) if one.has_low else _after(domain, one.low)
        if one.high is not None:
            high = _after(domain, one.high) if one.has_high else domain.ceiling(one.high)
        return low, high

    def _named(self, tests: Sequence[Test]) -> list[Run]:
        if self.column.kind is Kind.BOOLEAN:
            return [Run(value, value) for value in (True, False)]
        if self.column.kind is Kind.ENUM:
            return [Run(value, value) for value in self.column.values]
        named = sorted({value for test in tests for value in test.values})
        other = next(text for number in range(len(named) + 1) if (text := f"text {number}") not in named)
        return [*(Run(value, value) for value in named), Run(other, other)]

    def _mask_of_runs(self, test: Test) -> int:
        nulls = 1 if self.column.nullable else 0
        count = len(self._runs) - nulls
        mask = 0
        if self._domain is None:
            mask = sum(1 << place for place in range(count) if self._runs[place].first in test.values)
        for interval in test.intervals:
            low, high = self._ends(interval)
            start = count if low is None else bisect.bisect_left(self._starts, low)
            stop = count if high is None else bisect.bisect_left(self._starts, high)
            if start < stop:
                mask |= (1 << stop) - (1 << start)
        if test.negated:
            mask = ((1 << count) - 1) & ~mask
        return mask | (nulls << count if test.null else 0)

    def _mask_of_slices(self, mask_of_runs: int) -> int:
        if len(self.slices) == len(self._runs):
            return mask_of_runs
        text = format(mask_of_runs, f"0{len(self._runs)}b")[::-1]
        return int("".join(text[runs[0]] for runs in reversed(self.slices)) or "0", 2)

    def mask(self, test: Test) -> int:
        """The slices that a test admits. It must be one of those that the column was cut for."""
        return self._masks[test]

    def slice_of(self, value: Any) -> int:
        """The number of the slice in which a value is. The value must fit the column."""
        place = self._run_of(value)
        return next(number for number, runs in enumerate(self.slices) if place in runs)

    def _run_of(self, value: Any) -> int:
        if value is None:
            return len(self._runs) - 1
        if self._domain is not None:
            return max(0, bisect.bisect_right(self._starts, value) - 1)
        for place, run in enumerate(self._runs):
            if run.first == value:
                return place
        assert self._others is not None  # noqa: S101 # for the type checkers: only a text may have no name
        return self._others

    def _places(self, mask: int) -> list[int]:
        """The places of the runs of some slices, in order; without null."""
        places = sorted(place for number in bits(mask) for place in self.slices[number])
        return [place for place in places if self._runs[place] is not NULL]

    def sample(self, number: int) -> Any:
        """A value in a slice, a short one where there is one."""
        run = self._runs[self.slices[number][0]]
        if self._domain is None or run is NULL:
            return run.first
        return _short(run, self.column)

    def ends(self, number: int) -> list[Any]:
        """The first and the last value of each run in a slice."""
        runs = [self._runs[place] for place in self.slices[number]]
        return list(dict.fromkeys(end for run in runs for end in (run.first, run.last)))

    def samples(self, number: int) -> list[Any]:
        """A few values in a slice, among them the ends of its runs."""
        return list(dict.fromkeys([self.sample(number), *self.ends(number)]))

    def test(self, mask: int) -> Test:
        """The test that admits these slices and no others, as short as can be."""
        inside, outside = self._places(mask), self._places(self.full & ~mask)
        null = self.column.nullable and any(self._runs[self.slices[number][-1]] is NULL for number in bits(mask))
        if self._domain is None:
            return self._test_of_values(inside, outside, null=null)
        yes, no = self._intervals(inside), self._intervals(outside)
        points = all(one.low is not None and one.low == one.high for one in no)
        is_shorter = not no or (inside and points and len(no) < len(yes))
        return Test(intervals=tuple(no if is_shorter else yes), negated=bool(is_shorter), null=null)

    def _test_of_values(self, inside: Sequence[int], outside: Sequence[int], *, null: bool) -> Test:
        is_negated = not outside or (self._others is None and len(outside) < len(inside) - 1) or self._others in inside
        places = outside if is_negated else inside
        return Test(tuple(self._runs[place].first for place in places), negated=is_negated, null=null)

    def _intervals(self, places: Sequence[int]) -> list[Interval]:
        assert self._domain is not None  # noqa: S101 # for the type checkers: asked of ordered columns only
        joined: list[list[int]] = []
        for place in places:
            if joined and joined[-1][-1] == place - 1:
                joined[-1].append(place)
            else:
                joined.append([place])
        runs = (Run(self._runs[each[0]].first, self._runs[each[-1]].last) for each in joined)
        return [_interval(run, self._domain) for run in runs]


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, from the lowest on."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _after(domain: Domain, bound: Any) -> Any:
    """The first value that is more than a bound; None: there is none."""
    if bound < domain.first:
        return domain.first
    return domain.after(domain.floor(bound))


def _merged(masks: Sequence[int], count: int, *, apart: bool) -> list[tuple[int, ...]]:
    """The runs that each of the masks has or has not together."""
    if apart:
        return [(place,) for place in range(count)]
    # one string of bits a mask: reading them across is far faster than asking bit by bit
    columns = zip(*(format(mask, f"0{count}b") for mask in dict.fromkeys(masks)), strict=True) if count else ()
    signatures = list(columns)[::-1] or [()] * count
    together: dict[tuple[str, ...], list[int]] = {}
    for place, signature in enumerate(signatures):
        together.setdefault(signature, []).append(place)
    return [tuple(places) for places in together.values()]


def _interval(run: Run, domain: Domain) -> Interval:
    """The interval with the shorter of two ways to write each end: `< 500000` rather than `<= 499999.99`."""
    low: Any = None if run.first == domain.first else run.first
    high: Any = None if run.last == domain.last else run.last
    if run.first == run.last:
        return Interval(run.first, run.last)
    opened, closed = domain.before(run.first), domain.after(run.last)
    low_open = low is not None and _length(opened) < _length(low)
    high_open = high is not None and _length(closed) < _length(high)
    return Interval(opened if low_open else low, closed if high_open else high, not low_open, not high_open)


def _length(value: Any) -> int:
    """How much of a value is behind its point."""
    text = written(value)
    if isinstance(value, Decimal):
        return len(text.rstrip("0").partition(".")[2])
    return len(text)


def _short(run: Run, column: Column) -> Any:
    """A value of a run that is short to write."""
    if not isinstance(run.first, Decimal):
        return run.last if column.low is None and run.first == Domain(column).first else run.first
    is_below = column.low is None and run.first == Domain(column).first
    end, how = (run.last, ROUND_FLOOR) if is_below else (run.first, ROUND_CEILING)
    if run.first <= 0 <= run.last and is_below:
        return Decimal(0)
    for places in range(_length(end)):
        rounded = end.quantize(Decimal(1).scaleb(-places), how, EXACT)
        if run.first <= rounded <= run.last:
            return rounded
    return end
