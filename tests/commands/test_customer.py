"""Creating and changing customers."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance
from resolvers.customer import CustomerChanges, CustomerDraft, create_customer, update_customer
from resolvers.problems import Refused
from store.customer import CustomerKind, CustomerRow, CustomerStatus, CustomerTagRow, CustomerTokenRow, ProvenanceRow
from store.search import tokens
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW
from tests.factories.ledger import add_entry

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


def draft(office: Office, **values) -> CustomerDraft:
    defaults = {
        "code": "C-NEW",
        "kind": CustomerKind.ORGANISATION,
        "name": "新客户",
        "department_id": office.world.service,
    }
    return CustomerDraft(**{**defaults, **values})


async def provenance(office: Office, customer_id) -> dict[str, tuple[str, str | None]]:
    found = await office.rows(sa.select(ProvenanceRow).where(ProvenanceRow.customer_id == customer_id))
    return {row.field: (row.source, row.recorded_by) for row in found}


async def found_by(office: Office, customer_id) -> set[str]:
    row = CustomerTokenRow
    return set(await office.rows(sa.select(row.token).where(row.customer_id == customer_id)))


async def tags(office: Office, customer_id) -> set[str]:
    return set(await office.rows(sa.select(CustomerTagRow.name).where(CustomerTagRow.customer_id == customer_id)))


async def test_a_customer_is_created_with_everything_that_was_said(office: Office):
    key = await office.do(
        create_customer,
        draft(office, name="  Cafe\u0301 \n", city="上海", tags=("vip", " key ", "vip"), note="a\r\nb", needs="  "),
        by=office.world.supervisor,
    )
    row = await office.row(CustomerRow, key)
    assert (row.code, row.name, row.city, row.note, row.needs) == ("C-NEW", "Café", "上海", "a\nb", None)
    assert (row.status, row.currency, row.version) == (CustomerStatus.ACTIVE, "CNY", 1)
    assert row.created_at == row.updated_at == row.last_activity_at == NOW
    assert await tags(office, key) == {"vip", "key"}
    assert await found_by(office, key) == tokens("Café", "C-NEW")
    assert await provenance(office, key) == {}


async def test_a_source_is_noted_for_every_field_that_it_filled(office: Office):
    key = await office.do(create_customer, draft(office, industry="Retail", source="trade fair"))
    said = await provenance(office, key)
    assert set(said) == {"code", "kind", "name", "status", "department_id", "currency", "industry"}
    assert set(said.values()) == {("trade fair", "manager")}
    assert (await office.row(CustomerRow, key)).source == "trade fair"


async def test_the_event_tells_what_is_not_confidential(office: Office):
    key = await office.do(create_customer, draft(office, note="owes favours", tax_number="91-310", phone="555"))
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.aggregate_type, event.aggregate_id, event.actor) == (
        "customer.created",
        "Customer",
        key,
        "manager",
    )
    assert event.at == NOW
    assert event.data == {"code": "C-NEW", "departmentId": str(office.world.service)}


async def test_of_many_with_one_code_exactly_one_is_created(office: Office):
    results = await asyncio.gather(
        *(office.do(create_customer, draft(office, name=f"Rival {n}")) for n in range(8)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 7
    assert {problem.code for result in refused for problem in result.problems} == {"DUPLICATE_CODE"}
    assert len(await office.rows(sa.select(CustomerRow).where(CustomerRow.code == "C-NEW"))) == 1
    assert len(await office.rows(sa.select(LogEventRow))) == 1


async def test_what_is_not_mentioned_stays(office: Office):
    own = office.world.own
    before = await office.row(CustomerRow, own)
    await office.do(
        update_customer, CustomerChanges(own, city="Suzhou", industry=None), by=office.world.agent, now=LATER
    )
    after = await office.row(CustomerRow, own)
    assert (after.city, after.name, after.code) == ("Suzhou", before.name, before.code)
    assert (after.version, after.updated_at, after.created_at) == (2, LATER, before.created_at)
    [event] = await office.rows(sa.select(LogEventRow))
    assert event.data == {"code": before.code, "version": 2, "fields": ["city"]}


async def test_a_change_that_changes_nothing_leaves_no_trace(office: Office):
    row = await office.row(CustomerRow, office.world.own)
    changes = CustomerChanges(row.id, version=1, name=row.name, city=None, source="call", tags=())
    assert await office.do(update_customer, changes, now=LATER) == row.id
    after = await office.row(CustomerRow, row.id)
    assert (after.version, after.updated_at) == (1, row.updated_at)
    assert await provenance(office, row.id) == {}
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_a_new_name_or_code_is_found_and_the_old_one_is_not(office: Office):
    own = office.world.own
    await office.do(update_customer, CustomerChanges(own, name="Zebra", code="Z-1", source="letter"))
    assert await found_by(office, own) == tokens("Zebra", "Z-1")
    assert set(await provenance(office, own)) == {"name", "code"}


async def test_tags_are_replaced_as_a_whole_and_count_as_a_change(office: Office):
    own = office.world.own
    await office.do(update_customer, CustomerChanges(own, tags=("a", "b")))
    await office.do(update_customer, CustomerChanges(own, tags=("b", "c")))
    assert await tags(office, own) == {"b", "c"}
    await office.do(update_customer, CustomerChanges(own, tags=()))
    assert await tags(office, own) == set()
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id))
    assert [event.data["fields"] for event in events] == [["tags"]] * 3
    assert (await office.row(CustomerRow, own)).version == 4


async def test_figures_follow_the_currency(office: Office):
    async with office.database.transaction() as session:
        await add_entry(session, await session.get_one(CustomerRow, office.world.own), currency="EUR", amount_minor=500)
    await office.do(update_customer, CustomerChanges(office.world.own, currency="EUR"))
    assert (await office.row(CustomerRow, office.world.own)).monetary_minor == 500


async def test_a_customer_moves_to_a_department_within_reach(office: Office):
    world = office.world
    await office.do(update_customer, CustomerChanges(world.own, department_id=world.head), by=world.supervisor)
    assert (await office.row(CustomerRow, world.own)).department_id == world.head
    await office.do(update_customer, CustomerChanges(world.own, department_id=None))
    assert (await office.row(CustomerRow, world.own)).department_id is None


async def test_of_many_with_one_version_exactly_one_gets_through(office: Office):
    own = office.world.own
    changes = [CustomerChanges(own, version=1, city=f"City {n}") for n in range(8)]
    results = await asyncio.gather(*(office.do(update_customer, one) for one in changes), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 7
    assert {problem.code for result in refused for problem in result.problems} == {"STALE_VERSION"}
    assert "version 2" in refused[0].problems[0].message
    assert (await office.row(CustomerRow, own)).version == 2


async def test_nobody_overwrites_what_is_above_the_own_clearance(office: Office):
    world = office.world
    assert world.agent.clearance is Clearance.INTERNAL
    with pytest.raises(Refused) as refused:
        await office.do(
            update_customer, CustomerChanges(world.own, note="x", tax_number="y", phone="555"), by=world.agent
        )
    assert [(p.code, p.field) for p in refused.value.problems] == [("FORBIDDEN", "tax_number"), ("FORBIDDEN", "note")]


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(create_customer, draft(office, tags=("a", "b"), source="fair"))
    assert len(seen) == 6  # department, customer, tokens, tags, provenance, event
    with statements(office.database) as seen:
        await office.do(update_customer, CustomerChanges(office.world.own, city="Suzhou"))
    assert len(seen) == 4  # customer locked, customer, duties that it does, event
