"""The published sets as they are: the numbers of their publishers come out, and a second run changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from store.customer import CustomerRow, CustomerTokenRow, ProvenanceRow
from tests.factories import NOW
from tests.importing.demo_slices import slices
from tests.importing.running import FILES, SETS, SHIPPED

pytestmark = pytest.mark.anyio

FULL = {
    "servicenow": {"events": 5_998, "incidents": 890, "callers": 639, "groups": 62, "assignees": 123},
    "cfpb": {"complaints": 3_186, "companies": 491},
    "online-retail": {"invoices": 25_943, "cancelled": 3_837, "customers": 4_372, "unidentified": 3_722},
    "cdnow": {"purchases": 6_919, "customers": 2_357},
}
SLICED = {
    "servicenow": {"events": 748, "incidents": 127, "callers": 26, "groups": 33, "assignees": 48},
    "cfpb": {"complaints": 646, "companies": 27},
    "online-retail": {"invoices": 2_860, "cancelled": 545, "customers": 38, "unidentified": 83},
    "cdnow": {"purchases": 606, "customers": 18},
}
CREATED = {
    "servicenow": {"events": "ticket event", "incidents": "ticket", "callers": "customer", "groups": "department"},
    "cfpb": {"complaints": "ticket", "companies": "customer"},
    "online-retail": {"invoices": "ledger entry"},
    "cdnow": {"customers": "customer"},
}


@pytest.mark.parametrize("source", FULL)
async def test_the_published_numbers_come_out(desk, source):
    wanted = (SLICED if SETS == SHIPPED else FULL)[source]

    report = await desk.file(source, SETS / FILES[source])

    facts = {fact.name: fact.count for fact in report.facts}
    assert {name: facts[name] for name in wanted} == wanted
    assert {kind: report.counts[kind].created for kind in CREATED[source].values()} == {
        kind: wanted[name] for name, kind in CREATED[source].items()
    }
    assert all(counts.read == counts.created for counts in report.counts.values())
    assert report.rows_refused == 0
    assert not desk.rejects.exists()


@pytest.mark.parametrize("source", FILES)
async def test_a_second_run_changes_nothing(desk, source):
    first = await desk.file(source, SHIPPED / FILES[source])
    before = await desk.everything()

    second = await desk.file(source, SHIPPED / FILES[source], now=NOW + dt.timedelta(days=1))

    assert first.changes > 0
    assert second.changes == 0
    assert all(counts.unchanged == counts.read for counts in second.counts.values())
    assert await desk.everything() == before


@pytest.mark.parametrize("source", FILES)
async def test_a_dry_run_counts_and_writes_nothing(desk, source):
    dry = await desk.file(source, SHIPPED / FILES[source], dry_run=True)
    left = await desk.counts()
    wet = await desk.file(source, SHIPPED / FILES[source])

    assert dry.dry_run
    assert dry.counts == wet.counts
    assert left == {}


@pytest.mark.parametrize("source", FILES)
async def test_whoever_comes_in_is_found_and_has_a_source(desk, source):
    await desk.file(source, SHIPPED / FILES[source])

    customers = await desk.rows(sa.select(CustomerRow.id, CustomerRow.code, CustomerRow.source))
    tokens = await desk.rows(sa.select(CustomerTokenRow.customer_id, CustomerTokenRow.token))
    said = await desk.rows(sa.select(ProvenanceRow.customer_id, ProvenanceRow.field, ProvenanceRow.source))
    assert {customer.source for customer in customers} == {source}
    assert {(customer.id, customer.code.lower()) for customer in customers} <= {tuple(token) for token in tokens}
    assert {(customer.id, "name", source) for customer in customers} <= {tuple(one) for one in said}


def test_the_shipped_slices_are_those_of_the_sets():
    expected = slices(SETS) if SETS != SHIPPED else {name: (SHIPPED / name).read_bytes() for name in FILES.values()}

    assert {name: (SHIPPED / name).read_bytes() for name in FILES.values()} == expected
    assert sum(len(content) for content in expected.values()) <= 600_000


def test_the_shipped_slices_name_their_source_and_licence():
    text = (SHIPPED / "SOURCES.md").read_text("utf-8")

    assert all(f"`{file}`" in text for file in FILES.values())
    assert text.count("CC BY 4.0") == 2
