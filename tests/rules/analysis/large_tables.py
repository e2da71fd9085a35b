"""Random tables too large for counting out: 30 to 200 rows over 4 to 8 inputs of all types."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from hypothesis import strategies as st

from rules.engine.cell import ANYTHING, Interval, Test
from rules.engine.expression import Constant
from rules.engine.kinds import Column, Kind
from rules.engine.table import DecisionTable, HitPolicy, Row

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GRADES = ("VIP", "KEY", "NORMAL", "POTENTIAL")
LEVELS = ("top", "high", "usual", "low")

COLUMNS = (
    Column("complaints", Kind.NUMBER, low=Decimal(0), high=Decimal(30), places=0),
    Column("value", Kind.NUMBER, low=Decimal(0), places=2, nullable=True),
    Column("share", Kind.NUMBER),
    Column("since", Kind.DATE, nullable=True),
    Column("opens", Kind.TIME),
    Column("opened", Kind.INSTANT, low=BEGIN),
    Column("waiting", Kind.DURATION, nullable=True),
    Column("grade", Kind.ENUM, values=GRADES, nullable=True),
    Column("region", Kind.ENUM, values=("north", "south", "east", "west", "abroad")),
    Column("overdue", Kind.BOOLEAN, nullable=True),
    Column("city", Kind.TEXT, nullable=True),
)
NAMED: dict[str, list[Any]] = {
    "complaints": [Decimal(number) for number in range(31)],
    "value": [Decimal(number) / 1000 for number in (0, 5, 10, 15, 1_000, 50_000, 50_010, 99_995, 100_000, 900_000)],
    "share": [Decimal(number) / 10 for number in range(-5, 16)],
    "since": [dt.date(2026, 1, day) for day in range(1, 21)],
    "opens": [dt.time(hour) for hour in range(0, 24, 2)] + [dt.time(23, 59, 59, 999_999)],
    "opened": [BEGIN + dt.timedelta(hours=hours) for hours in range(0, 240, 12)],
    "waiting": [dt.timedelta(hours=hours) for hours in range(-2, 18)] + [dt.timedelta(microseconds=1)],
    "grade": list(GRADES),
    "region": ["north", "south", "east", "west", "abroad"],
    "overdue": [True, False],
    "city": ["北京", "上海", "广州"],
}
"""The values that cells name: neighbours among them, and values that the column cannot have."""

NUMBER = Column("out", Kind.NUMBER, nullable=True)
LEVEL = Column("out", Kind.ENUM, values=LEVELS)
FLAG = Column("flag", Kind.BOOLEAN, nullable=True)


Part: TypeAlias = tuple[frozenset[int], ...]
"""Of each input some atoms, by their places."""


def _atoms(column: Column) -> list[Test]:
    """Tests of which each value passes one, null among them."""
    named = NAMED[column.name]
    if column.kind.is_ordered:
        cuts = named[1::3]
        bounds = zip([None, *cuts], [*cuts, None], strict=True)
        found = [Test(intervals=(Interval(low, high, has_high=False),)) for low, high in bounds]
    else:
        found = [Test(values=(value,)) for value in named]
        found += [Test(values=tuple(named), negated=True)] * (column.kind is Kind.TEXT)
    return [*found, Test(null=True)] if column.nullable else found


def _test_of(column: Column, chosen: frozenset[int]) -> Test:
    """The test that passes what one of the atoms passes."""
    atoms = _atoms(column)
    if len(chosen) == len(atoms):
        return ANYTHING
    some, null = [atoms[place] for place in sorted(chosen)], any(atoms[place].null for place in chosen)
    if any(atom.negated for atom in some):
        missing = [atom for place, atom in enumerate(atoms) if place not in chosen]
        return Test(values=tuple(value for atom in missing for value in atom.values), negated=True, null=null)
    values, intervals = ([each for atom in some for each in getattr(atom, name)] for name in ("values", "intervals"))
    return Test(tuple(values), tuple(intervals), null=null)


@dataclasses.dataclass(frozen=True)
class Maker:
    """Makes random tables by a seed: what a run found comes back with it."""

    random: Random
    policy: HitPolicy
    inputs: tuple[Column, ...]

    def table(self, rows: int, *, share: float, has_defaults: bool) -> DecisionTable:
        """Rows by chance; `share` of their cells test something."""
        made = tuple(self.row(f"r{number}", share) for number in range(rows))
        defaults = self._answers() if has_defaults else None
        return DecisionTable(self.inputs, self._outputs, self.policy, made, defaults)

    def complete(self, rows: int, *, slips: int) -> DecisionTable:
        """Rows that take all facts and do not overlap, but for some slips."""
        whole = tuple(frozenset(range(len(_atoms(column)))) for column in self.inputs)
        parts = [whole]
        while len(parts) < rows:
            at, place = self.random.randrange(len(parts)), self.random.randrange(len(self.inputs))
            parts[at : at + 1] = self._halves(parts[at], place)
        made = [Row(f"r{number}", self._tests(part), self._answers()) for number, part in enumerate(parts)]
        for number in self.random.sample(range(len(made)), slips):
            made[number] = dataclasses.replace(made[number], tests=self.row("", 0.4).tests)
        self.random.shuffle(made)
        return DecisionTable(self.inputs, self._outputs, self.policy, tuple(made))

    def edited(self, before: DecisionTable) -> DecisionTable:
        """What one to three edits make of a table; some of them change no answer."""
        rows = list(before.rows)
        for number in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(rows))
            fresh = self.row(f"new{number}", 0.6)
            match self.random.randrange(5):
                case 0:
                    rows.insert(at, fresh)
                case 1:
                    rows[at] = dataclasses.replace(rows[at], outputs=fresh.outputs)
                case 2:
                    rows[at] = dataclasses.replace(rows[at], tests=self._narrowed(rows[at].tests))
                case 3:
                    del rows[at]
                case _:
                    rows.insert(self.random.randrange(len(rows)), rows.pop(at))
        return dataclasses.replace(before, rows=tuple(rows))

    def row(self, name: str, share: float) -> Row:
        """A row by chance."""
        tests = (self._test(column) if self.random.random() < share else ANYTHING for column in self.inputs)
        return Row(name, tuple(tests), self._answers())

    @property
    def _outputs(self) -> tuple[Column, ...]:
        return (NUMBER,) if self.policy.is_total else (LEVEL, FLAG)

    def _answers(self) -> tuple[Constant, ...]:
        if not self.policy.is_total:
            return Constant(self.random.choice(LEVELS)), Constant(self.random.choice((True, True, None)))
        return (Constant(None if self.random.random() < 0.05 else Decimal(self.random.randrange(-3, 9))),)

    def _test(self, column: Column) -> Test:
        dice, null = self.random, column.nullable and self.random.random() < 0.3
        negated = dice.random() < 0.3
        if column.kind.is_ordered:
            intervals = tuple(self._interval(column) for _ in range(dice.choice((1, 1, 1, 2, 3))))
            return Test(intervals=intervals, negated=negated, null=null)
        values = dice.sample(NAMED[column.name], dice.randint(1, min(2, len(NAMED[column.name]))))
        return Test(values=tuple(values), negated=negated, null=null)

    def _interval(self, column: Column) -> Interval:
        low, high = sorted(self.random.choices(NAMED[column.name], k=2))
        ends = [self.random.random() < 0.5 for _ in range(2)]
        form = self.random.randrange(6)
        if form < 2:
            return Interval(None, high, has_high=ends[0]) if form else Interval(low, None, ends[0])
        return Interval(low, low) if form == 2 else Interval(low, high, *ends)

    def _halves(self, part: Part, place: int) -> list[Part]:
        """A part cut in two at one of its inputs, if it can be."""
        atoms = sorted(part[place])
        if len(atoms) < 2:
            return [part]
        at = self.random.randrange(1, len(atoms))
        halves = (frozenset(atoms[:at]), frozenset(atoms[at:]))
        return [(*part[:place], half, *part[place + 1 :]) for half in halves]

    def _tests(self, part: Part) -> tuple[Test, ...]:
        return tuple(_test_of(column, atoms) for column, atoms in zip(self.inputs, part, strict=True))

    def _narrowed(self, tests: tuple[Test, ...]) -> tuple[Test, ...]:
        place = self.random.randrange(len(tests))
        return (*tests[:place], self._test(self.inputs[place]), *tests[place + 1 :])


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a table is made of: short enough to be told where something is wrong."""

    policy: HitPolicy
    inputs: tuple[str, ...]
    seed: int
    rows: int
    slips: int | None
    """None: rows by chance."""
    share: float
    has_defaults: bool

    def table(self) -> DecisionTable:
        """The table."""
        return self._table(self._maker())

    def versions(self) -> tuple[DecisionTable, DecisionTable]:
        """The table, and what some edits make of it."""
        maker = self._maker()
        before = self._table(maker)
        return before, maker.edited(before)

    def _maker(self) -> Maker:
        return Maker(Random(self.seed), self.policy, tuple(each for each in COLUMNS if each.name in self.inputs))

    def _table(self, maker: Maker) -> DecisionTable:
        if self.slips is None:
            return maker.table(self.rows, share=self.share, has_defaults=self.has_defaults)
        return maker.complete(self.rows, slips=self.slips)


def recipes(policy: HitPolicy, most: int = 200) -> st.SearchStrategy[Recipe]:
    """Tables by chance, and tables that are complete but for some slips."""
    names = st.lists(st.sampled_from([each.name for each in COLUMNS]), min_size=4, max_size=8, unique=True)
    return st.builds(
        Recipe,
        st.just(policy),
        names.map(tuple),
        st.integers(0, 2**32),
        st.integers(30, most),
        st.sampled_from((1, 3, 0, None)),
        st.sampled_from((0.3, 0.5, 0.7)),
        st.booleans(),
    )
