"""Pages have laws: forwards and backwards give the same rows, each once, and say rightly whether there are more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from resolvers.reading import Answerer, Context, Way, open_reads
from resolvers.reading.paging import COUNT_LIMIT
from store.base import new_id
from store.department import DepartmentRow
from tests.factories import NOW
from tests.reading.lax import LAX
from tests.reading.naive_relations import ORDERS
from tests.reading.subjects import EVERYTHING
from tests.reading.ways import Asking, query_schema
from tests.stores import empty_store, opened

pytestmark = pytest.mark.anyio

ENTRIES = {
    "customers": "Customer",
    "departments": "Department",
    "staff": "Staff",
    "interactions": "Interaction",
    "tickets": "Ticket",
}
ROOTS = [(entry, order) for entry, gtype in ENTRIES.items() for order in ORDERS[gtype]]

INSIDE = [
    ("assignments", ""),
    ("gradeHistory", ""),
    ("timeline", ""),
    ("timeline", "kinds: [TICKET_EVENT, LEDGER_ENTRY]"),
    *(("ledger", f"orderBy: {order}") for order in ORDERS["LedgerEntry"]),
    *(("interactions", f"orderBy: {order}") for order in ORDERS["Interaction"]),
    *(("tickets", f"orderBy: {order}") for order in ORDERS["Ticket"]),
]

SHOWN = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"


async def _page(ways, kind: str, text: str, entry: str, variables: dict[str, Any]) -> Any:
    answer = json.loads(await ways.body(kind, Way.DIRECT, Asking(text, variables)))
    assert "errors" not in answer, answer
    data = answer["data"]
    return data["customer"][entry] if "customer" in data else data[entry]


async def _pages(ways, kind: str, text: str, entry: str, size: int, *, forward: bool) -> AsyncIterator[Any]:
    """All pages in turn, the last one saying that there are no more."""
    cursor = None
    while True:
        variables = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
        page = await _page(ways, kind, text, entry, variables)
        info = page["pageInfo"]
        yield page
        assert info["hasPreviousPage" if forward else "hasNextPage"] == (cursor is not None)
        cursor = info["endCursor" if forward else "startCursor"]
        if not info["hasNextPage" if forward else "hasPreviousPage"]:
            return


async def _check_laws(ways, kind: str, text: str, entry: str, size: int) -> None:
    whole = [page async for page in _pages(ways, kind, text, entry, 100, forward=True)]
    edges = [edge for page in whole for edge in page["edges"]]
    assert len(edges) == whole[0]["totalCount"] > 0
    assert len({edge["cursor"] for edge in edges}) == len(edges)

    forwards = [page async for page in _pages(ways, kind, text, entry, size, forward=True)]
    assert [edge for page in forwards for edge in page["edges"]] == edges
    backwards = [page async for page in _pages(ways, kind, text, entry, size, forward=False)]
    assert [edge for page in reversed(backwards) for edge in page["edges"]] == edges

    for page in forwards + backwards:
        assert page["totalCount"] == len(edges)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]


PAGED = "first: $first, after: $after, last: $last, before: $before"
VARIABLES = "$first: Int, $after: String, $last: Int, $before: String"


@pytest.mark.parametrize(("entry", "order"), ROOTS)
async def test_pages_of_an_entry(ways, entry, order):
    text = f"query({VARIABLES}) {{ {entry}({PAGED}, orderBy: {order}) {SHOWN} }}"

    for kind in {kind for kind, _ in ways.answerers}:
        await _check_laws(ways, kind, text, entry, 37 if entry in ("interactions", "tickets") else 3)


OF = {
    "assignments": "Assignment",
    "creditChanges": "CreditChange",
    "duties": "Duty",
    "gradeHistory": "GradePeriod",
    "interactions": "Interaction",
    "ledger": "LedgerEntry",
    "tickets": "Ticket",
    "timeline": "TicketEvent",
}
"""Which rows an entry shows, so that the customer with the most of them can be asked for."""


@pytest.mark.parametrize(("entry", "arguments"), INSIDE)
async def test_pages_inside_a_customer(ways, rows, entry, arguments):
    def dealings(customer):
        return len(rows.where(OF[entry], "customer_id", customer["id"])), customer["code"]

    busiest = max(rows.all("Customer"), key=dealings)
    inner = f"{entry}({PAGED} {arguments}) {SHOWN}"
    text = f'query({VARIABLES}) {{ customer(id: "Customer:{busiest["id"]}") {{ {inner} }} }}'

    for kind in {kind for kind, _ in ways.answerers}:
        await _check_laws(ways, kind, text, entry, 4)


async def test_between_two_cursors(ways, rows):
    text = f"query({VARIABLES}) {{ customers({PAGED}) {SHOWN} }}"

    for kind in {kind for kind, _ in ways.answerers}:
        whole = (await _page(ways, kind, text, "customers", {"first": 100}))["edges"]
        cursors = {"after": whole[3]["cursor"], "before": whole[9]["cursor"]}
        for size, shown in (({"first": 2}, whole[4:6]), ({"last": 2}, whole[7:9]), ({"first": 50}, whole[4:9])):
            page = await _page(ways, kind, text, "customers", {**cursors, **size})
            assert page["edges"] == shown
        reverse = {"after": whole[9]["cursor"], "before": whole[3]["cursor"]}
        assert (await _page(ways, kind, text, "customers", reverse))["edges"] == []


@pytest.mark.parametrize("size", ["first: 0", "last: 0"])
async def test_an_empty_page_has_no_cursors(ways, size):
    for kind in {kind for kind, _ in ways.answerers}:
        page = await _page(ways, kind, f"{{ customers({size}) {SHOWN} }}", "customers", {})
        assert page["edges"] == []
        assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == (None, None)
        assert {page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]} == {True, False}


@pytest.mark.parametrize("part", ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename"])
@pytest.mark.parametrize("size", ["first: 3", "last: 3"])
@pytest.mark.parametrize("code", ['ne: "C-1"', 'eq: "nobody"'])
async def test_each_part_of_page_info_alone(ways, reader, part, size, code):
    text = f"{{ customers({size}, filter: {{code: {{{code}}}}}) {{ pageInfo {{ {part} }} }} }}"

    expected = reader.answer(text, {}, None, EVERYTHING, NOW)
    for kind, way in ways.answerers:
        assert json.loads(await ways.body(kind, way, Asking(text)))["data"] == expected.data


def _cursor(*values: Any) -> str:
    return json.dumps(values, separators=(",", ":")).encode().hex()


KEY = "00000000-0000-4000-8000-000000000000"
FORGED = [
    ("", "x"),
    ("", "5b5d0"),
    ("", b"{}".hex()),
    ("", b"3".hex()),
    ("", b"null".hex()),
    ("", _cursor()),
    ("", _cursor("Customer.CODE_ASC")),
    ("", _cursor("Customer.CODE_ASC", "C")),
    ("", _cursor("Customer.CODE_ASC", "C", KEY, KEY)),
    ("", _cursor("Customer.CODE_ASC", 1, KEY)),
    ("", _cursor("Customer.CODE_ASC", None, KEY)),
    ("", _cursor("Customer.CODE_ASC", "C", "no key")),
    ("", _cursor("Customer.CODE_ASC", "\0", KEY)),
    ("", _cursor("Customer.NAME_ASC", "C", KEY)),
    ("", _cursor(["Customer.CODE_ASC"], "C", KEY)),
    ("orderBy: MONETARY_DESC", _cursor("Customer.MONETARY_DESC", 2**63, KEY)),
    ("orderBy: MONETARY_DESC", _cursor("Customer.MONETARY_DESC", -(2**63) - 1, KEY)),
    ("orderBy: MONETARY_DESC", _cursor("Customer.MONETARY_DESC", 1.5, KEY)),
    ("orderBy: MONETARY_DESC", _cursor("Customer.MONETARY_DESC", True, KEY)),
    ("orderBy: CREATED_AT_DESC", _cursor("Customer.CREATED_AT_DESC", "2026-03-02T09:00:00", KEY)),
    ("orderBy: CREATED_AT_DESC", _cursor("Customer.CREATED_AT_DESC", "0001-01-01T00:00:00+14:00", KEY)),
    ("orderBy: CREATED_AT_DESC", _cursor("Customer.CREATED_AT_DESC", "soon", KEY)),
]


@pytest.mark.parametrize(("order", "cursor"), FORGED)
@pytest.mark.parametrize("selected", ["nodes { id }", "totalCount"])
async def test_a_forged_cursor_is_refused(ways, order, cursor, selected):
    written = f'{{ customers({order} after: "{cursor}") {{ {selected} }} }}'
    given = f"query($c: String) {{ customers({order} before: $c) {{ {selected} }} }}"

    for key in ways.answerers:
        for asking in (Asking(written), Asking(given, {"c": cursor})):
            answer = json.loads(await ways.body(*key, asking))
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_CURSOR"]


@pytest.mark.parametrize("kinds", ["null", "[]", "[GRADE]"])
@pytest.mark.parametrize("cursor", ["zz", _cursor("TimelineItemConnection.HAPPENED_AT", NOW.isoformat(), 2**31, KEY)])
async def test_a_forged_cursor_of_a_timeline_is_refused(ways, kinds, cursor):
    written = f'{{ customer(code: "C-1") {{ timeline(after: "{cursor}", kinds: {kinds}) {{ totalCount }} }} }}'
    given = f'query($c: String) {{ customer(code: "C-1") {{ timeline(before: $c, kinds: {kinds}) {{ totalCount }} }} }}'

    for key in ways.answerers:
        for asking in (Asking(written), Asking(given, {"c": cursor})):
            answer = json.loads(await ways.body(*key, asking))
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_CURSOR"]


BOTH = "query($n: Int) { customers(first: $n, last: $n) { totalCount } }"


@pytest.mark.parametrize("size", [-1, 101, 2**31 - 1])
@pytest.mark.parametrize("selected", ["nodes { id }", "totalCount", "__typename"])
async def test_a_page_has_a_size(ways, size, selected):
    for key in ways.answerers:
        for name in ("first", "last"):
            written = f"{{ customers({name}: {size}) {{ {selected} }} }}"
            given = f"query($n: Int) {{ customers({name}: $n) {{ {selected} }} }}"
            for asking in (Asking(written), Asking(given, {"n": size})):
                answer = json.loads(await ways.body(*key, asking))
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_PAGE_SIZE"]


@pytest.mark.parametrize("text", ["{ customers(first: 1, last: 1) { totalCount } }", BOTH])
async def test_a_page_is_the_first_or_the_last(ways, text):
    for key in ways.answerers:
        answer = json.loads(await ways.body(*key, Asking(text, {"n": 1})))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_PAGE_SIZE"]


@pytest.fixture(scope="module")
def many_departments(template, tmp_path_factory):
    """A store with more departments than are counted."""
    with empty_store(template, tmp_path_factory.mktemp("many")) as url:
        asyncio.run(_fill(url, COUNT_LIMIT + 5))
        yield url


async def _fill(url: str, number: int) -> None:
    times = dict.fromkeys(("created_at", "updated_at"), NOW)
    rows = [{"id": new_id(), "number": f"{n:06}", "name": str(n % 2), "version": 1, **times} for n in range(number)]
    async with opened(url) as database, database.transaction() as session:
        await session.execute(sa.insert(DepartmentRow), rows)


async def test_totals_are_counted_up_to_a_limit(many_departments):
    reads = await open_reads(many_departments, size=1)
    answerer = Answerer(query_schema(), reads, limits=LAX)
    text = """
    { all: departments(first: 1) { totalCount } half: departments(filter: {name: {eq: "0"}}) { totalCount }
      page: departments(first: 100, last: null) { nodes { id } } }
    """
    answer = json.loads((await answerer.answer(text, None, None, Context(EVERYTHING, NOW))).body)

    assert answer["data"]["all"]["totalCount"] == COUNT_LIMIT + 1
    assert answer["data"]["half"]["totalCount"] == (COUNT_LIMIT + 5 + 1) // 2
    assert len(answer["data"]["page"]["nodes"]) == 100
    await reads.close()
