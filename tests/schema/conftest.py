"""A client of each way to answer, over an empty store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from resolvers.reading import Way, open_reads
from tests.answerers import answerer_over
from tests.schema.asking_rules import Client


@pytest.fixture(params=Way)
async def ask(request, database, store_url) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads, way=request.param), database)
    await reads.close()
