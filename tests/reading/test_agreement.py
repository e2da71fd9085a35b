"""Random documents: all ways on all stores give the answer that the naive reader gives."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from graphql import parse, validate

from tests import stores
from tests.reading import documents
from tests.reading.documents import Asked
from tests.reading.subjects import MOMENTS, any_subject
from tests.reading.ways import Asking, Way, Ways, difference

pytestmark = [pytest.mark.anyio, pytest.mark.no_cover]  # thousands of documents: counting their lines doubles the time

DOCUMENTS = int(os.environ.get("C360_TEST_DOCUMENTS") or (2000 if stores.IN_CI else 300))
"""How many random documents."""

CHUNK = 25
"""How many documents a test asks; the tests are spread over the processes."""


def test_the_stores_hold_the_same_world(all_rows):
    def comparable(found):
        return sorted(repr(sorted(row.items())) for row in found)

    first, *others = all_rows.values()
    for other in others:
        for table, found in first.tables.items():
            assert comparable(other.tables[table]) == comparable(found), table


@pytest.mark.parametrize("start", range(0, DOCUMENTS, CHUNK))
async def test_random_documents(ways, reader, pools, start):
    for seed in range(start, min(start + CHUNK, DOCUMENTS)):
        asked = documents.make(reader.schema, pools, seed)
        assert validate(reader.schema, parse(asked.text)) == [], asked.text
        for kind, way, asking in _askings(ways, reader.rows, asked, seed):
            expected = reader.answer(asking.text, asking.variables, asking.name, asking.subject, asking.now)
            wrong = difference(expected, await ways.body(kind, way, asking))
            assert wrong is None, f"seed {seed}, {kind}, {way}: {wrong}\n{asking}"


def _askings(ways: Ways, rows, asked: Asked, seed: int) -> Iterator[tuple[str, Way, Asking]]:
    """Every way is asked once; two of them once more, with other variables, when they have plans already."""
    chance = random.Random(seed)
    subject = any_subject(rows, chance)
    for key in ways.answerers:
        yield *key, Asking(asked.text, asked.variables[0], subject, chance.choice(MOMENTS))
    if chance.random() < 0.3:
        subject = any_subject(rows, chance)
    for key in chance.sample(list(ways.answerers), 2):
        yield *key, Asking(asked.text, asked.variables[1], subject, chance.choice(MOMENTS))
