"""Whether a rule set may go further: its text, its cases, and what the program expects of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from resolvers.problems import Code, Problem, Refused
from resolvers.rule_sets.contract import misfits
from resolvers.rule_sets.library import Source
from rules.engine.checking import MOST_PROBLEMS
from rules.engine.problem import Problem as Slip
from rules.engine.problem import RuleFileError
from rules.engine.table import RuleSet
from rules.engine.testing import problems_in, run_case_text

NAMED: Final = "rules"
"""How problems call the files of a version: whoever shows them knows where the text came from."""

KEPT: Final = 8
"""Texts whose check is remembered: a version is looked at when it is submitted, approved and published."""


@dataclass(frozen=True)
class Checked:
    """What a check found: what the text says, if it can be read, and everything that is wrong."""

    rule_set: RuleSet | None
    problems: tuple[Slip, ...]


def problems_of(source: Source) -> list[Slip]:
    """Everything that is wrong with a rule set and its cases, at most 50; nothing goes further while there is any."""
    return list(checked(source).problems)


@lru_cache(maxsize=KEPT)
def checked(source: Source) -> Checked:
    """Look through a rule set: is it written as it should be, do its cases pass, is every row needed by one."""
    try:
        rule_set = source.rule_set()
    except RuleFileError as error:
        return Checked(None, error.problems)
    found = [*_of_cases(rule_set, source), *misfits(rule_set, source)]
    return Checked(rule_set, tuple(found[:MOST_PROBLEMS]))


async def sound(source: Source) -> RuleSet:
    """What a rule set says, if nothing is wrong with it. Others are served meanwhile.

    Raises:
        Refused: something is (BAD_RULES), with every slip: `text` has those of the rule file, `cases` the others.
    """
    found = await asyncio.to_thread(checked, source)
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


def _of_cases(rule_set: RuleSet, source: Source) -> Iterator[Slip]:
    if not source.cases.strip():
        yield Slip(source.path, 1, 1, f"there are no cases for {rule_set.name}. Write some, and submit them with it")
        return
    try:
        yield from problems_in(run_case_text(rule_set, source.cases, source.cases_path))
    except RuleFileError as error:
        yield from error.problems
