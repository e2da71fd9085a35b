"""A decision table as the text of a rule file, lined up, such that it is read as the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rules.engine.cell import ANYTHING, Test
from rules.engine.expression import Constant
from rules.engine.kinds import Column, Kind
from rules.engine.literal import written
from rules.engine.pipes import aligned
from rules.engine.problem import CellError
from rules.engine.table import LOCALES, DecisionTable, Row, RuleSet

_HIDDEN: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WORD: Final = re.compile(r"[^\W\d]\w*")
_ODD: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML or an older YAML takes for no text."""
_NO_VALUES: Final = frozenset({"null", "true", "false", "not"})


def written_file(found: RuleSet, meanings: Mapping[str, str]) -> str:
    """The text of a rule set with a table and its own inputs; `meanings` are of inputs and outputs, by name.

    Raises:
        CellError: a text of the table holds a line break or another control character.
    """
    table = found.table
    defaults = table.defaults or (None,) * len(table.outputs)
    head = [
        f"rule_set: {found.name}",
        f"title: {{zh: {_quoted(found.title.zh)}, en: {_quoted(found.title.en)}}}",
        f"owner: {_quoted(found.owner)}",
        "",
        "inputs:" if table.inputs else "inputs: {}",
        *(f"  {_column(column, meanings)}" for column in table.inputs),
        "",
        "outputs:",
        *(f"  {_column(column, meanings, *each)}" for column, *each in zip(table.outputs, defaults, strict=True)),
        "",
        f"hit_policy: {table.policy}",
        "table: |",
    ]
    return "\n".join([*head, *(f"  {line}" for line in aligned(list(_lines(table))))]) + "\n"


def _column(column: Column, meanings: Mapping[str, str], default: Any = None) -> str:
    parts = [f"type: {column.kind}"]
    if column.values:
        parts.append(f"values: [{', '.join(map(_quoted, column.values))}]")
    bounds = (("min", column.low), ("max", column.high))
    parts += [f"{key}: {_value(bound)}" for key, bound in bounds if bound is not None]
    parts += ["nullable: true"] if column.nullable else []
    parts += [f"default: {_value(default.value)}"] if isinstance(default, Constant) else []
    parts += [f"meaning: {_quoted(meanings[column.name])}"] if column.name in meanings else []
    return f"{column.name}: {{{', '.join(parts)}}}"


def _value(value: Any) -> str:
    """A value as YAML has it: moments as ISO texts."""
    return _quoted(value) if isinstance(value, str) else written(value).removeprefix("@")


def _quoted(text: str) -> str:
    """A text in quotes unless it is a plain word, without characters that YAML lets in only escaped."""
    if _WORD.fullmatch(text) and text.casefold() not in _ODD:
        return text
    return _HIDDEN.sub(lambda one: f"\\u{ord(one[0]):04x}", json.dumps(text, ensure_ascii=False))


def _lines(table: DecisionTable) -> Iterator[str]:
    first, *others = (column.name for column in table.outputs)
    locales = [locale for locale in LOCALES if any(getattr(row.reason, locale) for row in table.rows)]
    reasons = (f"reason.{locale}" for locale in locales)
    yield _line(["row", *(column.name for column in table.inputs), f"=> {first}", *others, *reasons])
    for row in table.rows:
        yield _line([row.id, *_cells(table, row), *(_reason(getattr(row.reason, locale)) for locale in locales)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(table: DecisionTable, row: Row) -> Iterator[str]:
    facts = {column.name for column in table.inputs}
    for test, column in zip(row.tests, table.inputs, strict=True):
        yield _checked(_bare(str(_plain(test)), column, facts), column.name)
    for output, column in zip(row.outputs, table.outputs, strict=True):
        yield _checked(_bare(str(output), column, facts), column.name)


def _plain(test: Test) -> Test:
    """The test without alternatives that add nothing, which a rule file may not have."""
    kept: list[Any] = []
    for one in test.intervals:
        if not any(each.covers(one) for each in kept):
            kept = [*(each for each in kept if not one.covers(each)), one]
    below = [one for one in kept if one.low is None]
    above = [one for one in kept if one.high is None]
    if not test.negated and any(up.low < down.high or _meet(up, down) for up in above for down in below):
        return ANYTHING if test.null else Test(negated=True)
    return Test(tuple(dict.fromkeys(test.values)), tuple(kept), test.negated, test.null)


def _meet(up: Any, down: Any) -> bool:
    return bool(up.low == down.high and (up.has_low or down.has_high))


def _bare(cell: str, column: Column, facts: set[str]) -> str:
    """Values of an enum without their quotes, where they need none."""
    if column.kind is not Kind.ENUM:
        return cell
    bare = {value for value in column.values if _WORD.fullmatch(value)} - _NO_VALUES - facts
    return _QUOTED.sub(lambda found: found[1] if found[1] in bare else found[0], cell)


def _checked(cell: str, column: str) -> str:
    if len(cell.splitlines()) > 1 or any(ord(one) < 32 for one in cell):
        raise CellError(0, f"{column}: a text with a line break or another control character is no cell of a table")
    return cell


def _reason(text: str) -> str:
    """A reason as one cell: without line breaks, pipes, and quotes that are not closed."""
    line = " ".join(_HIDDEN.sub(" ", text).split()).replace("|", "/")
    return line.replace('"', "'") if '"' in line and (line.count('"') % 2 or "\\" in line) else line
