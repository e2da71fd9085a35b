"""What fields ask about decisions, once for all rows of an answer; each answer is for the reader's clearance."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from resolvers.decisions.explaining import (
    Explanation,
    ToldChange,
    ToldRow,
    UnknownOutputError,
    alternatives,
    explanation,
    nearest_change,
)
from resolvers.decisions.grading import RULE_SET
from resolvers.decisions.records import Record, last_records, records_by_id
from resolvers.decisions.telling import Content, Telling
from resolvers.reading import Context, InvalidError
from resolvers.rule_sets.reading import versions_by_id
from store.grade import Grade

MOST_ROWS: Final = 100
"""Rows of an explanation, those nearest to the row that decided; and rows, results and reasons of a decision."""

MOST_INPUTS: Final = 60
"""Tests of a row, and facts of a decision: a table has no more inputs."""

GRADE: Final = "grade"
"""The output of grading that is the grade."""

Keys = Sequence[tuple[uuid.UUID]]
T = TypeVar("T")


async def content(context: Context, keys: Keys) -> Sequence[Content | None]:
    """What each decision was made of."""
    ids = [key for (key,) in keys]
    told = await _told(context, (await records_by_id(context.store, ids)).values())
    return [_shortened(told[key].content()) if key in told else None for key in ids]


async def why(context: Context, keys: Keys, rule_set: str) -> Sequence[Explanation | None]:
    """Why the rules last decided about each customer or ticket as they did; None where they have not yet."""
    found = await _last(context, keys, rule_set)
    return [None if one is None else _bounded(explanation(one)) for one in found]


async def why_not(context: Context, keys: Keys, grade: Grade) -> Sequence[Sequence[ToldRow] | None]:
    """The rows by which each customer would have this grade; None where it was never graded."""
    return [None if one is None else _giving(one, grade) for one in await _last(context, keys, RULE_SET)]


async def why_not_value(
    context: Context, keys: Keys, value: str, output: str | None
) -> Sequence[Sequence[ToldRow] | None]:
    """The rows by which an output of each decision would have had this value."""
    return await _of_value(context, keys, alternatives, value, output)


async def nearest_value(
    context: Context, keys: Keys, value: str, output: str | None
) -> Sequence[Sequence[ToldChange] | None]:
    """The nearest change of facts with which an output of each decision would have had this value."""
    return await _of_value(context, keys, nearest_change, value, output)


def rows_of(context: Context, rows: str) -> list[str]:
    """The rows of a decision, from its record."""
    del context
    found: list[str] = json.loads(rows)
    return found[:MOST_ROWS]


Ask = Callable[[Telling, str, object], Sequence[T]]


async def _of_value(
    context: Context, keys: Keys, ask: Ask[T], value: str, output: str | None
) -> list[Sequence[T] | None]:
    """What is asked of each decision, in a thread: others are answered meanwhile.

    Nothing is found where one version has no such output or value. Raises InvalidError where none has.
    """
    ids = [key for (key,) in keys]
    told = await _told(context, (await records_by_id(context.store, ids)).values())
    found: list[Sequence[T] | None] = []
    unknown: UnknownOutputError | None = None
    for key in ids:
        try:
            found.append(await asyncio.to_thread(_asked, ask, told.get(key), value, output))
        except UnknownOutputError as error:
            found.append(())
            unknown = error
    if unknown is not None and not any(found):
        message = f"{unknown}. Name an output of the rules, and a value that they can give it."
        raise InvalidError("BAD_USER_INPUT", message)
    return found


def _asked(ask: Ask[T], telling: Telling | None, value: str, output: str | None) -> Sequence[T] | None:
    """Without a name it is the first output that is meant."""
    return None if telling is None else ask(telling, output or telling.table.outputs[0].name, value)


async def _last(context: Context, keys: Keys, rule_set: str) -> list[Telling | None]:
    ids = [key for (key,) in keys]
    records = await last_records(context.store, rule_set, ids)
    told = await _told(context, records.values())
    return [told[records[key].id] if key in records else None for key in ids]


async def _told(context: Context, records: Collection[Record]) -> dict[uuid.UUID, Telling]:
    versions = await versions_by_id(context.store, {record.version_id for record in records})
    clearance = context.subject.clearance
    return {record.id: Telling(record, versions[record.version_id], clearance) for record in records}


def _giving(telling: Telling, grade: Grade) -> Sequence[ToldRow]:
    """A version whose rows never give the grade has none."""
    try:
        return alternatives(telling, GRADE, Grade(grade).value)
    except UnknownOutputError:
        return ()


def _shortened(whole: Content) -> Content:
    return replace(whole, results=whole.results[:MOST_ROWS], reasons=whole.reasons[:MOST_ROWS])


def _bounded(whole: Explanation) -> Explanation:
    return Explanation(whole.decision_id, whole.decided[:MOST_ROWS], whole.before[-MOST_ROWS:])
