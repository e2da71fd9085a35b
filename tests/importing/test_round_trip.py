"""What someone writes into one of our forms is what the store holds, whatever it is, by CSV and by JSONL."""

from __future__ import annotations

import csv
import datetime as dt
import enum
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.importing import SOURCES, UnreadableFileError
from resolvers.importing.record import Record
from resolvers.importing.textfile import read_lines
from resolvers.text import Text, clean_text
from store.customer import CustomerKind, CustomerSize, CustomerStatus
from store.interaction import Channel, Direction, InteractionKind
from store.ledger import SIGN, LedgerKind
from tests.factories import NOW

PLAIN = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"), max_size=40
)
LINES = PLAIN.map(lambda text: clean_text(text, Text(200))).filter(bool)
CODES = st.text("ABCÄ语0123456789-./ ", min_size=1, max_size=20).map(lambda text: f"X{text}X")
TIMES = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
DAYS = st.dates(dt.date(1901, 1, 1), dt.date(2026, 1, 1))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


CUSTOMERS = st.fixed_dictionaries(
    {"code": CODES, "kind": st.sampled_from(CustomerKind), "name": LINES},
    optional={
        "status": st.sampled_from(CustomerStatus),
        "size": maybe(st.sampled_from(CustomerSize)),
        "city": maybe(LINES),
        "note": maybe(LINES),
        "birthday": maybe(DAYS),
        "founded_on": maybe(DAYS),
        "created_at": TIMES,
        "currency": st.sampled_from(["CNY", "JPY", "KWD"]),
    },
)
INTERACTIONS = st.fixed_dictionaries(
    {
        "reference": CODES,
        "customer_code": CODES,
        "occurred_at": TIMES,
        "channel": st.sampled_from(Channel),
        "direction": st.sampled_from(Direction),
        "kind": st.sampled_from(InteractionKind),
        "subject": LINES,
    },
    optional={"satisfaction": maybe(st.integers(1, 5)), "summary": maybe(LINES)},
)
ENTRIES = st.fixed_dictionaries(
    {
        "customer_code": CODES,
        "kind": st.sampled_from(LedgerKind),
        "number": CODES,
        "occurred_at": TIMES,
        "amount": st.integers(0, 10**12).map(lambda minor: Decimal(minor) / 100),
        "currency": st.sampled_from(["CNY", "EUR"]),
    },
    optional={"quantity": maybe(st.integers(-(10**9), 10**9)), "due_on": maybe(DAYS), "description": maybe(LINES)},
)


def as_text(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def as_csv(row: Mapping[str, Any]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(row)
    writer.writerow(as_text(value) for value in row.values())
    return stream.getvalue()


def as_json(row: Mapping[str, Any]) -> str:
    plain = {
        name: value
        if value is None or (isinstance(value, int) and not isinstance(value, enum.Enum))
        else as_text(value)
        for name, value in row.items()
    }
    return json.dumps(plain) + "\n"


def parsed(source: str, text: str, suffix: str, folder: Path) -> Record:
    file = folder / f"rows{suffix}"
    file.write_text(text, "utf-8", newline="")
    (record,) = SOURCES[source].parse(read_lines(file, lambda _: None), suffix, NOW)
    assert isinstance(record, Record), record
    return record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


WRITERS = pytest.mark.parametrize(("write", "suffix"), [(as_csv, ".csv"), (as_json, ".jsonl")])


@WRITERS
@settings(deadline=None, max_examples=150)
@given(row=CUSTOMERS)
def test_a_customer_comes_back(folder, write, suffix, row):
    record = parsed("customers", write(row), suffix, folder)

    assert {name: record.values[name] for name in row} == row
    assert (record.key, record.at) == (row["code"], row.get("created_at", NOW))


@WRITERS
@settings(deadline=None, max_examples=150)
@given(row=INTERACTIONS)
def test_a_journal_entry_comes_back(folder, write, suffix, row):
    record = parsed("interactions", write(row), suffix, folder)

    kept = {name: value for name, value in row.items() if name not in {"reference", "customer_code"}}
    assert {name: record.values[name] for name in kept} == kept
    assert record.refs["customer_id"].code == row["customer_code"]
    assert (record.key, record.at) == (row["reference"], row["occurred_at"])


@WRITERS
@settings(deadline=None, max_examples=150)
@given(row=ENTRIES)
def test_a_ledger_entry_comes_back(folder, write, suffix, row):
    record = parsed("ledger", write(row), suffix, folder)

    kept = {name: value for name, value in row.items() if name not in {"customer_code", "amount"}}
    assert {name: record.values[name] for name in kept} == kept
    assert record.values["amount_minor"] == row["amount"] * 100
    assert record.values["balance_minor"] == SIGN[row["kind"]] * record.values["amount_minor"]


@settings(deadline=None, max_examples=300)
@given(content=st.binary(max_size=200), source=st.sampled_from(sorted(SOURCES)))
def test_no_bytes_do_worse_than_a_refusal(folder, content, source):
    file = folder / "noise.csv"
    file.write_bytes(content)
    try:
        found = list(SOURCES[source].parse(read_lines(file, lambda _: None), ".csv", NOW))
    except UnreadableFileError as refused:
        found = [refused]
    assert all(str(one) for one in found)


@settings(deadline=None, max_examples=300)
@given(cells=st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_no_cells_do_worse_than_a_refusal(folder, cells):
    stream = io.StringIO()
    csv.writer(stream).writerows([["code", "kind", "name"], cells])
    file = folder / "cells.csv"
    file.write_bytes(stream.getvalue().encode("utf-8", "surrogatepass"))
    try:
        found = list(SOURCES["customers"].parse(read_lines(file, lambda _: None), ".csv", NOW))
    except UnreadableFileError as refused:
        found = [refused]
    assert all(str(one) for one in found)
