"""Rule files out of DMN XML: one for each decision that is a table, with names that rule files can have."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from rules.engine.checking import NAME
from rules.engine.dmn_reading import DmnError, read_each_decision
from rules.engine.expression import Calculation, Constant, Expression, Name
from rules.engine.file_writing import written_file
from rules.engine.problem import CellError, RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.engine.table import DecisionTable, Row, RuleSet, Words
from rules.engine.words import PLACEHOLDER

_TAKEN: Final = frozenset({"null", "true", "false", "not", "row", "rows", "rule", "rules", "results", "error"})
"""Words that mean something else in rule files or in their cases."""
_GUID: Final = re.compile(r"_?[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass
class Imported:
    """The texts of rule files by the names of their rule sets; and of other decisions, why they are none."""

    files: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def rule_files_of(data: bytes, owner: str) -> Imported:
    """The decisions of a file of DMN as rule files, which answer as the tables do.

    Raises:
        DmnError: it is no such file, is too large, defines entities, or holds no decision, or one twice.
    """
    imported = Imported()
    for decision, found in read_each_decision(data).items():
        try:
            if isinstance(found, DmnError):
                raise found
            name = _legal(decision, imported.files, "decision")
            imported.files[name] = _text(name, decision, owner, found)
        except DmnError as error:
            imported.refused[decision] = str(error)
    return imported


def _text(name: str, decision: str, owner: str, table: DecisionTable) -> str:
    """The text of a rule file, which was read again, so that it is sound."""
    named, meanings = _named(table)
    try:
        text = written_file(RuleSet(name, Words(decision, decision), owner, named), meanings)
        read_rule_set(text, f"{name}.yaml")
    except CellError as error:
        raise DmnError(f"{decision}: {error.in_words()}") from None
    except RuleFileError as error:
        first = error.problems[0]
        raise DmnError(f"{decision}: {f'{first.cell}: ' if first.cell else ''}{first.message}") from None
    return text


def _named(table: DecisionTable) -> tuple[DecisionTable, dict[str, str]]:
    """The table with names that rule files can have, and what columns were called whose name is another now."""
    new: dict[str, str] = {}
    for column in table.inputs:
        new[column.name] = _legal(column.name, new.values(), "input")
    outputs: dict[str, str] = {}
    for column in table.outputs:
        outputs[column.name] = _legal(column.name, [*new.values(), *outputs.values()], "output")
    if len(new) < len(table.inputs) or len(outputs) < len(table.outputs):
        raise DmnError("the table has two inputs or two outputs of one name")
    named = DecisionTable(
        tuple(replace(column, name=new[column.name]) for column in table.inputs),
        tuple(replace(column, name=outputs[column.name]) for column in table.outputs),
        table.policy,
        _rows(table.rows, new, {**outputs, **new}),
        table.defaults,
    )
    return named, {name: old for names in (new, outputs) for old, name in names.items() if name != old}


def _rows(rows: Iterable[Row], facts: Mapping[str, str], columns: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows, each with a name; one whose name is none of a rule file, or a GUID, is called by its number."""
    found: dict[str, Row] = {}
    for number, row in enumerate(rows, 1):
        is_name = NAME.fullmatch(row.id.replace("-", "_")) and not _GUID.fullmatch(row.id) and row.id not in found
        name = row.id if is_name else _free(f"rule_{number}", found)
        outputs = tuple(_expression(output, facts) for output in row.outputs)
        reason = Words(*(_filled(text, columns) for text in (row.reason.zh, row.reason.en)))
        found[name] = Row(name, row.tests, outputs, reason)
    return tuple(found.values())


def _expression(found: Expression, facts: Mapping[str, str]) -> Expression:
    if isinstance(found, Calculation):
        return Calculation(found.operator, _expression(found.left, facts), _expression(found.right, facts))
    return found if isinstance(found, Constant) else Name(facts[found.name])


def _filled(text: str, columns: Mapping[str, str]) -> str:
    """A reason whose places for values have the new names; what only looks like a place has round brackets."""
    return PLACEHOLDER.sub(lambda one: f"{{{columns[one[1]]}}}" if one[1] in columns else f"({one[1]})", text)


def _legal(text: str, taken: Collection[str], otherwise: str) -> str:
    """A name of letters, digits and _ as near to the text as can be, and none of those that are taken."""
    name = text
    if not NAME.fullmatch(text) or unicodedata.normalize("NFKC", text) != text:
        words = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text)).strip("_")[:70]
        name = words if NAME.fullmatch(words) else f"{otherwise}_{words}".strip("_")
    return _free(name, {each.casefold() for each in taken} | _TAKEN)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if it is taken."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each.casefold() not in taken)
