"""What fields ask about decisions, once for all rows of an answer; each answer is for the reader's clearance."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from resolvers.decisions.explaining import (
    Explanation,
    ToldRow,
    UnknownOutputError,
    alternatives,
    explanation,
)
from resolvers.decisions.grading import RULE_SET
from resolvers.decisions.records import Record, last_records, records_by_id
from resolvers.decisions.telling import Content, Telling
from resolvers.reading import Context
from resolvers.rule_sets.reading import versions_by_id
from store.grade import Grade

MOST_ROWS: Final = 100
"""Rows of an explanation, those nearest to the row that decided; and rows, results and reasons of a decision."""

MOST_INPUTS: Final = 60
"""Tests of a row, and facts of a decision: a table has no more inputs."""

GRADE: Final = "grade"
"""The output of grading that is the grade."""

Keys = Sequence[tuple[uuid.UUID]]


async def content(context: Context, keys: Keys) -> Sequence[Content | None]:
    """What each decision was made of."""
    ids = [key for (key,) in keys]
    told = await _told(context, (await records_by_id(context.store, ids)).values())
    return [_shortened(told[key].content()) if key in told else None for key in ids]


async def why(context: Context, keys: Keys, rule_set: str) -> Sequence[Explanation | None]:
    """Why the rules last decided about each customer as they did; None where they have not yet."""
    found = await _last(context, keys, rule_set)
    return [None if one is None else _bounded(explanation(one)) for one in found]


async def why_not(context: Context, keys: Keys, grade: Grade) -> Sequence[Sequence[ToldRow] | None]:
    """The rows by which each customer would have this grade; None where it was never graded."""
    return [None if one is None else _giving(one, grade) for one in await _last(context, keys, RULE_SET)]


def rows_of(context: Context, rows: str) -> list[str]:
    """The rows of a decision, from its record."""
    del context
    found: list[str] = json.loads(rows)
    return found[:MOST_ROWS]


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
