"""Three customers of one department, and askers of each way, on each store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from resolvers.access import Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.reading.lax import LAX, bare
from tests.reading.subjects import EVERYTHING
from tests.reading.traversing.small_schema import small_schema
from tests.stores import Template, empty_store, opened


class Small:
    """The small schema over a store, answered in one way."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.calls: list[Any] = []
        self.statements = 0

    async def ask(
        self, text: str, subject: Subject = EVERYTHING, database: Database | None = None, **variables: Any
    ) -> Any:
        """The answer, with the calls of functions and the statements counted anew; secrets need a database."""
        self.calls = []
        before = self.answerer.store.statements
        context = Context(subject, NOW, database=_Noting(self.calls, database))
        answer = bare((await self.answerer.answer(text, variables, None, context)).body)
        self.statements = self.answerer.store.statements - before
        return answer


class _Noting:
    """Notes calls, and is a database for the rest."""

    def __init__(self, calls: list[Any], database: Database | None) -> None:
        self.append = calls.append
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@pytest.fixture(scope="module")
def clients_url(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store with three customers of one department."""
    with empty_store(template, tmp_path_factory.mktemp("clients")) as url:
        asyncio.run(_fill(url))
        yield url


async def _fill(url: str) -> None:
    async with opened(url) as database, database.transaction() as session:
        unit = await add_department(session, number="U1")
        for code in ("BAD", "NONE", "ok"):
            await add_customer(session, code=code, name=code, department_id=unit.id, tax_number=f"T-{code}")


@pytest.fixture(scope="module", params=list(Way))
async def small(request: pytest.FixtureRequest, clients_url: str) -> AsyncIterator[Small]:
    """Who asks."""
    reads = await open_reads(clients_url, size=1)
    yield Small(Answerer(small_schema(), reads, way=request.param, limits=LAX))
    await reads.close()
