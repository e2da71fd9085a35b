"""What fields ask about texts of rule files. Nothing is kept; the work is done by the workbench, in its own process."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from resolvers.reading import Context, InvalidError
from resolvers.rule_sets.versions import last_published
from rules.workbench.answering import not_compared
from rules.workbench.asking import BENCH
from rules.workbench.told import (
    RuleText,
    RuleVerdict,
    ToldChange,
    ToldCheck,
    ToldComparison,
    ToldDiffering,
    ToldProblem,
    ToldTest,
    ToldText,
)
from store.rule_version import RuleVersionRow

T = TypeVar("T")

_EITHER: Final = "Give either `before` or `versionId`; without both it is compared with the version in force."


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison, and the version with which the text was compared; None where it was another text."""

    version_id: uuid.UUID | None
    rule_set: str | None
    verdict: RuleVerdict | None
    sentence: str | None
    change_count: int
    changes: tuple[ToldChange, ...]
    regions: tuple[ToldDiffering, ...]
    is_all: bool
    problems: tuple[ToldProblem, ...]


Keys = Sequence[tuple[()]]


async def check(context: Context, keys: Keys, text: str) -> Sequence[ToldCheck]:
    """What can be proved wrong in a text."""
    del context
    return _for_all(keys, await BENCH.check(_kept(text)))


async def test(context: Context, keys: Keys, text: str, cases: str) -> Sequence[ToldTest]:
    """How the cases of a text end."""
    del context
    return _for_all(keys, await BENCH.test(_kept(text), _kept(cases)))


async def line_up(context: Context, keys: Keys, text: str) -> Sequence[ToldText]:
    """A text with its table lined up."""
    del context
    return _for_all(keys, await BENCH.line_up(text))


async def compare(
    context: Context, keys: Keys, text: str, before: str | None, version_id: uuid.UUID | None
) -> Sequence[Comparison]:
    """A text compared with another one, with a version, or with the version in force."""
    if before is not None and version_id is not None:
        raise InvalidError("BAD_LOOKUP", _EITHER)
    text = _kept(text)
    if before is not None:
        return _for_all(keys, _comparison(None, await BENCH.compare(text, _kept(before))))
    version = await _version(context, text, version_id)
    if not isinstance(version, RuleVersionRow):
        return _for_all(keys, _comparison(None, version))
    return _for_all(keys, _comparison(version.id, await BENCH.compare(text, version.text)))


async def _version(context: Context, text: str, version_id: uuid.UUID | None) -> RuleVersionRow | ToldComparison:
    """The version to compare a text with; or that there is none."""
    async with context.database.transaction() as session:
        if version_id is not None:
            row = await session.get(RuleVersionRow, version_id)
            return row or not_compared(None, (_wrong(RuleText.BEFORE, "there is no such version of any rule set"),))
    name = await BENCH.name_of(text)
    if name is None:  # the comparison says what is wrong, whatever stands on the other side
        broken = await BENCH.compare(text, text)
        return not_compared(None, tuple(each for each in broken.problems if each.text is RuleText.TEXT))
    async with context.database.transaction() as session:
        found = await last_published(session, name, context.now)
    if found is None:
        message = f"no version of {name} is in force. Give the text to compare with as `before`"
        return not_compared(name, (_wrong(RuleText.TEXT, message),))
    return found[1]


def _wrong(text: RuleText, message: str) -> ToldProblem:
    return ToldProblem(text, 1, 1, "", message, "")


def _comparison(version_id: uuid.UUID | None, told: ToldComparison) -> Comparison:
    return Comparison(
        version_id,
        told.rule_set,
        told.verdict,
        told.sentence,
        told.change_count,
        told.changes,
        told.regions,
        told.is_all,
        told.problems,
    )


def _kept(text: str) -> str:
    """A text as it would be kept when it is submitted."""
    return unicodedata.normalize("NFC", text)


def _for_all(keys: Sequence[Any], found: T) -> list[T]:
    return [found for _ in keys]
