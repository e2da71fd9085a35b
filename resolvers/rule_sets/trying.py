"""What fields ask of rules on facts that are given: the version in force, or a text. Nothing is kept."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resolvers.reading import Context, InvalidError
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.versions import last_published
from rules.engine.kinds import did_you_mean
from rules.workbench.asking import BENCH
from rules.workbench.told import RuleText, ToldPassedOver, ToldProblem, ToldResult, ToldRow, ToldTrial
from rules.workbench.trial import not_tried

MOST_FACTS: Final = 60
"""Facts that can be given: a table has no more inputs."""

_EITHER: Final = "Give either `ruleSet` or `text`: the rules in force, or those of a text."

Facts = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What rules say of facts, and the version that was asked; None where it was a text."""

    version_id: uuid.UUID | None
    rule_set: str | None
    results: tuple[ToldResult, ...]
    rows: tuple[ToldRow, ...]
    fault: str | None
    passed_over: tuple[ToldPassedOver, ...]
    problems: tuple[ToldProblem, ...]


async def try_out(
    context: Context, keys: Sequence[tuple[()]], rule_set: str | None, text: str | None, facts: Facts
) -> Sequence[Tried]:
    """What the rules in force, or those of a text, say of facts."""
    if (rule_set is None) == (text is None):
        raise InvalidError("BAD_LOOKUP", _EITHER)
    if len(facts) > MOST_FACTS:
        raise InvalidError("BAD_USER_INPUT", f"More than {MOST_FACTS} facts: rules read no more.")
    found = await _of_text(text, facts) if text is not None else await _in_force(context, rule_set or "", facts)
    return [found for _ in keys]


async def _in_force(context: Context, name: str, facts: Facts) -> Tried:
    async with context.database.transaction() as session:
        found = await last_published(session, name, context.now)
    if found is None:
        message = f"no rule set {name} is in force{did_you_mean(name, tuple(shipped()))}"
        return _tried(None, not_tried(None, (ToldProblem(RuleText.TEXT, 1, 1, "", message, ""),)))
    return _tried(found[1].id, await BENCH.try_out(found[1].text, json.dumps(facts)))


async def _of_text(text: str, facts: Facts) -> Tried:
    return _tried(None, await BENCH.try_out(unicodedata.normalize("NFC", text), json.dumps(facts)))


def _tried(version_id: uuid.UUID | None, told: ToldTrial) -> Tried:
    return Tried(version_id, told.rule_set, told.results, told.rows, told.fault, told.passed_over, told.problems)
