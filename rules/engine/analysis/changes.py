"""What an analyst changed from one version of a rule set to the next, in words."""

from __future__ import annotations

import bisect
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rules.engine.analysis.words import test_in_words, value_in_words
from rules.engine.expression import Constant, Expression
from rules.engine.kinds import Column
from rules.engine.literal import written
from rules.engine.table import LOCALES, Row, RuleSet


class ChangeKind(enum.StrEnum):
    """What was done."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Change:
    """One change: of which row, column or key, and in words."""

    kind: ChangeKind
    of: str
    sentence: str


def changes_of(before: RuleSet, after: RuleSet) -> tuple[Change, ...]:
    """All changes: of the keys, of inputs and outputs, then of rows in the order of the table."""
    return (
        *_of_keys(before, after),
        *_of_columns("input", before.table.inputs, after.table.inputs),
        *_of_columns("output", before.table.outputs, after.table.outputs),
        *_of_defaults(before, after),
        *_of_rows(before, after),
    )


def _of_keys(before: RuleSet, after: RuleSet) -> Iterator[Change]:
    keys = {
        "rule_set": (before.name, after.name),
        "owner": (before.owner, after.owner),
        "title": (before.title, after.title),
        "from": (before.effective_from, after.effective_from),
        "until": (before.effective_until, after.effective_until),
        "hit_policy": (before.table.policy, after.table.policy),
        "state": (before.state, after.state),
    }
    for name, (old, new) in keys.items():
        if old != new and name in ("title", "state"):
            yield Change(ChangeKind.CHANGED, name, f"{name} is another one")
        elif old != new:
            told = ("not set" if each is None else str(each) for each in (old, new))
            yield Change(ChangeKind.CHANGED, name, f"{name}: {' → '.join(told)}")


_ATTRIBUTES: Final = {
    "type": "kind",
    "values": "values",
    "min": "low",
    "max": "high",
    "nullable": "nullable",
    "places": "places",
    "unit": "unit",
}


def _of_columns(what: str, before: Sequence[Column], after: Sequence[Column]) -> Iterator[Change]:
    old, new = ({column.name: column for column in columns} for columns in (before, after))
    for name in (*old, *(each for each in new if each not in old)):
        if name not in new:
            yield Change(ChangeKind.REMOVED, name, f"{what} {name} was removed")
        elif name not in old:
            yield Change(ChangeKind.ADDED, name, f"{what} {name} was added")
        else:
            for key, attribute in _ATTRIBUTES.items():
                pair = [getattr(column, attribute) for column in (old[name], new[name])]
                if pair[0] != pair[1]:
                    sentence = f"{what} {name}: {key} {' → '.join(map(_attribute, pair))}"
                    yield Change(ChangeKind.CHANGED, name, sentence)


def _attribute(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    if value is None or value == "":
        return "not set"
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else written(value)


def _of_defaults(before: RuleSet, after: RuleSet) -> Iterator[Change]:
    old, new = (
        dict(zip((column.name for column in each.table.outputs), each.table.defaults or (), strict=False))
        for each in (before, after)
    )
    for name in (*old, *(each for each in new if each not in old)):
        if old.get(name) != new.get(name):
            told = ("not set" if each is None else str(each) for each in (old.get(name), new.get(name)))
            yield Change(ChangeKind.CHANGED, name, f"default of {name}: {' → '.join(told)}")


def _of_rows(before: RuleSet, after: RuleSet) -> Iterator[Change]:
    old, new = ({row.id: row for row in each.table.rows} for each in (before, after))
    renamed = dict(_renamed(before, after, old, new))
    for name in old:
        if name not in new and name not in renamed:
            yield Change(ChangeKind.REMOVED, name, f"row {name} was removed")
    moved = _moved([row.id for row in before.table.rows], [row.id for row in after.table.rows])
    names = {new_name: old_name for old_name, new_name in renamed.items()}
    for place, row in enumerate(after.table.rows):
        stands = f"after {after.table.rows[place - 1].id}" if place else "first"
        if row.id in names:
            yield Change(ChangeKind.RENAMED, row.id, f"row {names[row.id]} is now named {row.id}")
        elif row.id not in old:
            yield Change(ChangeKind.ADDED, row.id, f"row {row.id} was added, {stands}: {_in_words(after, row)}")
        else:
            if row.id in moved:
                yield Change(ChangeKind.MOVED, row.id, f"row {row.id} was moved and stands {stands}")
            yield from _of_cells(before, old[row.id], after, row)


def _renamed(
    before: RuleSet, after: RuleSet, old: Mapping[str, Row], new: Mapping[str, Row]
) -> Iterator[tuple[str, str]]:
    """Rows that say what a row with another name said."""
    if before.table.inputs != after.table.inputs or before.table.outputs != after.table.outputs:
        return
    said = {(row.tests, row.outputs): row.id for row in after.table.rows if row.id not in old}
    for row in before.table.rows:
        name = said.pop((row.tests, row.outputs), None) if row.id not in new else None
        if name is not None:
            yield row.id, name


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest rows that must have moved: those outside the longest sequence that kept its order."""
    place = {name: number for number, name in enumerate(before)}
    common = [name for name in after if name in place]
    ends: list[int] = []
    last: list[str] = []
    earlier: dict[str, str | None] = {}
    for name in common:
        at = bisect.bisect_left(ends, place[name])
        ends[at : at + 1], last[at : at + 1] = [place[name]], [name]
        earlier[name] = last[at - 1] if at else None
    kept: set[str] = set()
    name_kept = last[-1] if last else None
    while name_kept is not None:
        kept.add(name_kept)
        name_kept = earlier[name_kept]
    return set(common) - kept


def _cells(rule_set: RuleSet, row: Row) -> dict[str, str]:
    table = rule_set.table
    tests = {column.name: test_in_words(column, test) for column, test in zip(table.inputs, row.tests, strict=True)}
    outputs = {column.name: _output(column, output) for column, output in zip(table.outputs, row.outputs, strict=True)}
    return tests | {f"=> {name}": output for name, output in outputs.items()}


def _output(column: Column, output: Expression) -> str:
    return value_in_words(column, output.value) if isinstance(output, Constant) else str(output)


def _in_words(rule_set: RuleSet, row: Row) -> str:
    told = (f"{name} {cell}" for name, cell in _cells(rule_set, row).items() if cell != "-")
    return "; ".join(told)


def _of_cells(before: RuleSet, old: Row, after: RuleSet, new: Row) -> Iterator[Change]:
    cells, cells_now = _cells(before, old), _cells(after, new)
    for name in (each for each in cells if each in cells_now):
        if cells[name] != cells_now[name]:
            sentence = f"row {new.id}: {name} {cells[name]} → {cells_now[name]}"
            yield Change(ChangeKind.CHANGED, new.id, sentence)
    for locale in LOCALES:
        if getattr(old.reason, locale) != getattr(new.reason, locale):
            yield Change(ChangeKind.CHANGED, new.id, f"row {new.id}: reason.{locale} is another one")
