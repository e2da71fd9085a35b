"""A store of each kind with a few secrets in it, and clients of each way to answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from resolvers.access import Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from resolvers.reading.replies import Reply
from schema.build import build_schema
from store.disclosure import DisclosureRow
from store.session import Database
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.staff import add_staff
from tests.reading.lax import LAX
from tests.reading.subjects import EVERYTHING


@dataclass
class Desk:
    """Asks, and looks into the record."""

    answerer: Answerer
    database: Database
    ids: Mapping[str, str]
    """Global ids by the codes and numbers that people know."""

    async def reply(self, text: str, subject: Subject = EVERYTHING, **variables: Any) -> Reply:
        """The reply to one request, of which the client said why."""
        context = Context(subject, NOW, self.database, reason="a call", request_id="request-1")
        return await self.answerer.answer(text, variables, None, context)

    async def ask(self, text: str, subject: Subject = EVERYTHING, **variables: Any) -> Any:
        """The answer's data; it has no errors."""
        answer = json.loads((await self.reply(text, subject, **variables)).body)
        assert "errors" not in answer, answer
        return answer["data"]

    async def rows(self) -> list[DisclosureRow]:
        """All that is on record, in the order in which it was written."""
        async with self.database.transaction() as session:
            return list(await session.scalars(sa.select(DisclosureRow).order_by(DisclosureRow.id)))

    async def told(self) -> set[tuple[str, str | None, str]]:
        """What is on record: (type, code or number of the record, field)."""
        names = {key: name for name, key in self.ids.items()}
        return {
            (r.record_type, r.record_id and names[f"{r.record_type}:{r.record_id}"], r.field) for r in await self.rows()
        }


@pytest.fixture(params=list(Way))
async def desk(request: pytest.FixtureRequest, database: Database, store_url: str) -> AsyncIterator[Desk]:
    """A small world: two customers of one department, one with a tax number, and a person of the staff."""
    async with database.transaction() as session:
        unit = await add_department(session, number="D1")
        one = await add_customer(session, code="ONE", name="One", tax_number="T-1", department_id=unit.id)
        two = await add_customer(session, code="TWO", name="Two", department_id=unit.id)
        person = await add_staff(session, number="S1", identity_number="I-1", home_address="Road 1")
        ids = {"D1": f"Department:{unit.id}", "ONE": f"Customer:{one.id}", "TWO": f"Customer:{two.id}"}
        ids["S1"] = f"Staff:{person.id}"
    reads = await open_reads(store_url, size=1)
    yield Desk(Answerer(build_schema(), reads, way=request.param, limits=LAX), database, ids)
    await reads.close()
