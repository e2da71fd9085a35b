"""Every criterion with every operator, in turn: the same rows on all stores as the naive reader finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from resolvers.reading import Way
from tests.reading.documents_inputs import literal
from tests.reading.documents_values import Values, inside
from tests.reading.ways import Asking, difference, types

pytestmark = pytest.mark.anyio

ENTRIES = {
    "CreditChangeFilter": "creditChanges",
    "CustomerFilter": "customers",
    "DepartmentFilter": "departments",
    "DisclosureFilter": "disclosures",
    "DutyFilter": "duties",
    "HandoverFilter": "handovers",
    "InteractionFilter": "interactions",
    "LedgerFilter": "ledger",
    "RuleSimulationFilter": "ruleSimulations",
    "StaffFilter": "staff",
    "TicketFilter": "tickets",
}
SAMPLES = 3
LOGICAL = ("and", "or", "not")


def _criteria() -> Iterator[tuple[str, str]]:
    for kind in [kind for kind in ENTRIES if kind != "DisclosureFilter"]:
        filter_type = types().type_map[kind]
        assert isinstance(filter_type, GraphQLInputObjectType)
        yield from ((kind, name) for name in filter_type.fields if name not in LOGICAL)


def _conditions(schema, kind: str, name: str, values: Values) -> Iterator[Any]:
    """The criterion with each of its operators, some values each, and none."""
    found = schema.type_map[kind].fields[name].type
    named = get_named_type(found)
    place = (kind, name)
    if not isinstance(named, GraphQLInputObjectType):
        yield from ({name: values.of(found, place)} for _ in range(SAMPLES))
        return
    for operator, spec in named.fields.items():
        for _ in range(SAMPLES):
            yield {name: {operator: values.of(spec.type, inside(place, named, operator))}}
    yield {name: {}}
    yield {name: dict.fromkeys(named.fields)}


@pytest.mark.parametrize(("kind", "name"), list(_criteria()))
async def test_a_criterion(ways, reader, pools, kind, name):
    values = Values(random.Random(f"{kind}.{name}"), pools, trouble=False)
    conditions = list(_conditions(reader.schema, kind, name, values))
    conditions += [{"not": condition} for condition in conditions[::2]]
    entry = ENTRIES[kind]
    fields = " ".join(
        f"f{n}: {entry}(first: 100, filter: {literal(condition)}) {{ totalCount nodes {{ id }} }}"
        for n, condition in enumerate(conditions)
    )
    busiest = max(reader.rows.all("Customer"), key=lambda customer: customer["purchase_count"])
    text = f'{{ customer(id: "Customer:{busiest["id"]}") {{ {fields} }} }}' if entry == "ledger" else f"{{ {fields} }}"

    expected = reader.answer(text, {}, None, Asking(text).subject, Asking(text).now)
    assert not expected.codes
    for kind_of_store in {kind for kind, _ in ways.answerers}:
        wrong = difference(expected, await ways.body(kind_of_store, Way.DIRECT, Asking(text)))
        assert wrong is None, f"{kind_of_store}: {wrong}\n{text}"


REFUSED = [
    ('customers(filter: {departmentId: {eq: "x"}})', "BAD_ID"),
    ('customers(filter: {departmentId: {in: ["Staff:00000000-0000-4000-8000-000000000000"]}})', "BAD_ID"),
    ('customers(filter: {servedBy: "Staff:00000000-0000-4000-8000-00000000000"})', "BAD_ID"),
    ('customers(filter: {createdAt: {lt: "2026-03-02T09:00:00"}})', "BAD_INSTANT"),
    ('customers(filter: {createdAt: {lt: "0001-01-01T00:00:00+14:00"}})', "BAD_INSTANT"),
    ('customers(filter: {monetary: {lt: "NaN"}})', "BAD_AMOUNT"),
    ('customers(filter: {monetary: {lt: "-Infinity"}})', "BAD_AMOUNT"),
    ('customers(filter: {monetary: {gte: "0.0005"}})', "BAD_AMOUNT"),
    ('customers(filter: {monetary: {gte: "1000000000000001"}})', "BAD_AMOUNT"),
    (f"customers(filter: {'{not: ' * 11}{{}}{'}' * 11})", "FILTER_TOO_LARGE"),
    (f"customers(filter: {{or: [{', '.join(['{}'] * 60)}]}})", "FILTER_TOO_LARGE"),
    (f"customers(filter: {{or: [{', '.join(['{code: {eq: null}}'] * 20)}]}})", "FILTER_TOO_LARGE"),
    ('customers { nodes { tickets(filter: {customerId: {notIn: [""]}}) { totalCount } } }', "BAD_ID"),
]


@pytest.mark.parametrize(("entry", "code"), REFUSED)
async def test_a_value_that_cannot_be_compared_is_refused(ways, reader, entry, code):
    text = f"{{ {entry if '{ nodes' in entry else entry + ' { totalCount }'} }}"

    expected = reader.answer(text, {}, None, Asking(text).subject, Asking(text).now)
    assert list(expected.codes.values()) == [{code}]
    for key in ways.answerers:
        body = await ways.body(*key, Asking(text))
        assert difference(expected, body) is None
        assert len(json.loads(body)["errors"]) == 1


async def test_a_filter_as_large_as_allowed_is_answered(ways, reader):
    for wanted in ("{not: " * 10 + "{}" + "}" * 10, "{or: [" + ", ".join(['{code: {eq: "C-1"}}'] * 19) + "]}"):
        text = f"{{ customers(filter: {wanted}) {{ totalCount nodes {{ code }} }} }}"
        expected = reader.answer(text, {}, None, Asking(text).subject, Asking(text).now)
        assert not expected.codes
        for key in ways.answerers:
            assert difference(expected, await ways.body(*key, Asking(text))) is None
