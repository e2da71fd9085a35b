"""Column types: what is written is what is read, the same on both stores."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from store.customer import CustomerKind, CustomerRow
from store.types import instant_text
from tests.factories.customer import add_customer

pytestmark = pytest.mark.anyio

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


async def test_an_instant_is_read_in_utc_and_to_the_microsecond(database):
    written = dt.datetime(2026, 3, 2, 17, 0, 0, 120_000, tzinfo=SHANGHAI)
    async with database.transaction() as session:
        customer = await add_customer(session, created_at=written)
        await session.refresh(customer)
        assert customer.created_at == written
        assert customer.created_at.isoformat() == "2026-03-02T09:00:00.120000+00:00"


async def test_instants_are_ordered_as_time_is(database, now):
    moments = [now + dt.timedelta(microseconds=micro) for micro in (0, 1, 10, 100_000, 120_000, 999_999, 1_000_000)]
    async with database.transaction() as session:
        for moment in reversed(moments):
            await add_customer(session, created_at=moment)
        found = await session.scalars(sa.select(CustomerRow.created_at).order_by(CustomerRow.created_at))
        assert list(found) == moments


async def test_an_instant_without_a_zone_is_refused(database):
    async with database.sessions() as session:
        with pytest.raises(StatementError, match="an instant needs a time zone"):
            await add_customer(session, created_at=dt.datetime(2026, 3, 2, 9))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (dt.datetime(2016, 2, 29, 9, 16, tzinfo=SHANGHAI), "2016-02-29T01:16:00+00:00"),
        (dt.datetime(2016, 2, 29, 1, 16, 0, 500_000, tzinfo=dt.UTC), "2016-02-29T01:16:00.5+00:00"),
    ],
)
async def test_an_instants_text_is_what_postgresqls_json_shows(database, template, moment, text):
    assert instant_text(moment) == text
    if template.kind == "postgresql":
        async with database.engine.connect() as connection:
            shown = sa.select(sa.func.to_json(sa.cast(moment, sa.DateTime(timezone=True))))
            assert await connection.scalar(shown) == text


async def test_text_is_kept_in_nfc_and_ordered_by_code_point(database):
    names = ["Z", "a", "z", "\u00e9", "张"]
    async with database.transaction() as session:
        for name in reversed(names):
            await add_customer(session, name="e\u0301" if name == "\u00e9" else name)
        found = await session.scalars(sa.select(CustomerRow.name).order_by(CustomerRow.name))
        assert list(found) == names


async def test_ids_are_ordered_alike_and_found_again(database):
    ids = [uuid.UUID(int=number) for number in (1, 2**64, 2**127, 2**128 - 1)]
    async with database.transaction() as session:
        for one in reversed(ids):
            await add_customer(session, id=one)
        assert list(await session.scalars(sa.select(CustomerRow.id).order_by(CustomerRow.id))) == ids


async def test_a_name_that_is_no_member_is_refused(database):
    async with database.sessions() as session:
        customer = await add_customer(session, kind="PERSON")
        await session.refresh(customer)
        assert customer.kind is CustomerKind.PERSON
        with pytest.raises(StatementError, match="'GHOST' is not a valid CustomerKind"):
            await add_customer(session, kind="GHOST")
