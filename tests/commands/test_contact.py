"""Creating and changing contacts."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.contact import ContactChanges, ContactDraft, create_contact, update_contact
from store.contact import ContactRow
from tests.commands.probes import statements
from tests.commands.worlds import Office
from tests.factories import NOW

pytestmark = pytest.mark.anyio

LATER = NOW + dt.timedelta(hours=1)


async def primaries(office: Office) -> set[str]:
    row = ContactRow
    found = sa.select(row.name).where(row.customer_id == office.world.own, row.is_primary)
    return set(await office.rows(found))


async def test_a_contact_is_created(office: Office):
    own = office.world.own
    draft = ContactDraft(own, "韩梅梅", title="Buyer", phone="555-1", note="prefers\tmornings")
    row = await office.row(ContactRow, await office.do(create_contact, draft, by=office.world.agent))
    assert (row.customer_id, row.name, row.title, row.phone) == (own, "韩梅梅", "Buyer", "555-1")
    assert (row.note, row.is_primary, row.is_active, row.version) == ("prefers\tmornings", False, True, 1)
    [event] = await office.rows(sa.select(LogEventRow))
    assert (event.kind, event.aggregate_id, event.data) == ("contact.created", row.id, {"customerId": str(own)})


async def test_a_contact_is_changed(office: Office):
    contact = office.world.contact
    await office.do(update_contact, ContactChanges(contact, title="Head of purchasing", version=1), now=LATER)
    row = await office.row(ContactRow, contact)
    assert (row.title, row.name, row.version, row.updated_at) == ("Head of purchasing", "李雷", 2, LATER)
    [event] = await office.rows(sa.select(LogEventRow))
    assert event.data == {"customerId": str(office.world.own), "version": 2, "fields": ["title"]}


async def test_a_change_that_changes_nothing_leaves_no_trace(office: Office):
    await office.do(update_contact, ContactChanges(office.world.contact, name="李雷"), now=LATER)
    assert (await office.row(ContactRow, office.world.contact)).version == 1
    assert await office.rows(sa.select(LogEventRow)) == []


async def test_a_new_primary_contact_takes_the_place_of_the_one_before(office: Office):
    world = office.world
    await office.do(update_contact, ContactChanges(world.contact, is_primary=True))
    second = await office.do(create_contact, ContactDraft(world.own, "Second", is_primary=True))
    assert await primaries(office) == {"Second"}
    await office.do(update_contact, ContactChanges(world.contact, is_primary=True))
    assert await primaries(office) == {"李雷"}
    events = await office.rows(sa.select(LogEventRow).order_by(LogEventRow.id.desc()).limit(2))
    assert {event.aggregate_id: event.data["fields"] for event in events} == {
        world.contact: ["is_primary"],
        second: ["is_primary"],
    }
    assert (await office.row(ContactRow, second)).version == 2


async def test_of_many_who_become_primary_at_once_one_is(office: Office):
    drafts = [ContactDraft(office.world.own, f"Contact {n}", is_primary=True) for n in range(8)]
    await asyncio.gather(*(office.do(create_contact, draft) for draft in drafts))
    assert len(await primaries(office)) == 1


async def test_statements(office: Office):
    with statements(office.database) as seen:
        await office.do(create_contact, ContactDraft(office.world.own, "Someone"), by=office.world.agent)
    assert len(seen) == 3  # customer locked, contact, event
    with statements(office.database) as seen:
        await office.do(update_contact, ContactChanges(office.world.contact, title="Buyer"), by=office.world.agent)
    assert len(seen) == 3  # contact and customer locked, contact, event
