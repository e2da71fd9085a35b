"""Whether a rule set may go further: its text, its cases, and what the program expects of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from resolvers.problems import Code, Problem, Refused
from resolvers.rule_sets.contract import misfits
from resolvers.rule_sets.library import Source
from rules.engine.analysis.check import check
from rules.engine.analysis.words import facts_in_words
from rules.engine.case_file import read_cases
from rules.engine.checking import MOST_PROBLEMS
from rules.engine.deciding import DecisionRefusedError, Version
from rules.engine.fence import FenceError
from rules.engine.kinds import Column
from rules.engine.problem import Problem as Slip
from rules.engine.problem import RuleFileError
from rules.engine.table import RuleSet
from rules.engine.testing import problems_in, run_case_text
from rules.workbench.asking import Workbench

NAMED: Final = "rules"
"""How problems call the files of a version: whoever shows them knows where the text came from."""

KEPT: Final = 8
"""Texts whose check is remembered: a version is looked at when it is submitted, approved and published."""

LARGE: Final = 20_000
"""Characters from which on texts are looked through by a process of their own; what ships has 6,000 at most."""


CHECKER: Final = "resolvers.rule_sets.checker"
"""The module of that process."""


@dataclass(frozen=True)
class Checked:
    """What a check found: what the text says, if it can be read, and everything that is wrong."""

    rule_set: RuleSet | None
    problems: tuple[Slip, ...]


_KNOWN: Final = OrderedDict[Source, Checked]()


def problems_of(source: Source) -> list[Slip]:
    """Everything that is wrong with a rule set and its cases, at most 50; nothing goes further while there is any."""
    return list(checked(source).problems)


async def looked_through(source: Source) -> Checked:
    """What `checked` finds, remembered; others are served meanwhile."""
    known = _KNOWN.get(source)
    if known is None:
        known = _KNOWN[source] = await _found(source)
        if len(_KNOWN) > KEPT:
            _KNOWN.popitem(last=False)
    return known


async def _found(source: Source) -> Checked:
    if len(source.text) + len(source.cases) < LARGE:
        return await asyncio.to_thread(checked, source)
    with closing(Workbench(CHECKER)) as bench:
        found: Checked = await bench.ask("checked", source.name, source.text, source.cases)
        return found


def checked(source: Source) -> Checked:
    """Look through a rule set: is it written as it should be, do its cases pass, is every row needed by one."""
    try:
        rule_set = source.rule_set()
    except RuleFileError as error:
        return Checked(None, error.problems)
    found = [*_of_cases(rule_set, source), *_of_analysis(rule_set), *misfits(rule_set, source)]
    found = found or list(_of_engine(rule_set, source))
    return Checked(rule_set, tuple(found[:MOST_PROBLEMS]))


async def sound(source: Source) -> RuleSet:
    """What a rule set says, if nothing is wrong with it. Others are served meanwhile.

    Raises:
        Refused: something is (BAD_RULES), with every slip: `text` has those of the rule file, `cases` the others.
    """
    found = await looked_through(source)
    if found.problems or found.rule_set is None:
        raise refused_for(source, found.problems)
    return found.rule_set


def refused_for(source: Source, slips: Sequence[Slip]) -> Refused:
    """The refusal of a rule set for these slips."""
    of_cases = tuple(slip for slip in slips if slip.path == source.cases_path)
    of_text = tuple(slip for slip in slips if slip.path != source.cases_path)
    return Refused(*(_problem(field, own) for field, own in (("text", of_text), ("cases", of_cases)) if own))


def _problem(field: str, slips: tuple[Slip, ...]) -> Problem:
    first = slips[0]
    more = f" (and {len(slips) - 1} more)" if len(slips) > 1 else ""
    cell = f"{first.cell}: " if first.cell else ""
    return Problem(Code.BAD_RULES, field, f"line {first.line}: {cell}{first.message}{more}", slips)


def _of_analysis(rule_set: RuleSet) -> Iterator[Slip]:
    """What is proved wrong: gaps, overlaps, rows that never decide, values that go to and fro. Warnings may stay."""
    for finding in check(rule_set).errors:
        shown = f", for example {facts_in_words(_columns(rule_set), finding.witness)}" if finding.witness else ""
        yield Slip(rule_set.path, finding.line or 1, 1, f"{finding.kind}: {finding.sentence}{shown}")


def _columns(rule_set: RuleSet) -> dict[str, Column]:
    return {column.name: column for column in rule_set.body.inputs}


def _of_engine(rule_set: RuleSet, source: Source) -> Iterator[Slip]:
    """Whether the live engine takes the rules, and decides the cases as the reference evaluator does."""
    try:
        with closing(Version(rule_set)) as engine:
            engine.failures(read_cases(source.cases, source.cases_path, rule_set).cases)
    except (FenceError, DecisionRefusedError) as error:
        yield Slip(rule_set.path, 1, 1, f"the live engine does not take these rules: {error}")


def _of_cases(rule_set: RuleSet, source: Source) -> Iterator[Slip]:
    if not source.cases.strip():
        yield Slip(source.path, 1, 1, f"there are no cases for {rule_set.name}. Write some, and submit them with it")
        return
    try:
        yield from problems_in(run_case_text(rule_set, source.cases, source.cases_path))
    except RuleFileError as error:
        yield from error.problems
