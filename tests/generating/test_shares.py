"""The shares and the skew of a larger world, as it is drawn."""

from __future__ import annotations

from collections import Counter

import pytest

from resolvers.generating.chunks import Chunk, draw_frame
from resolvers.generating.plan import WorldPlan
from tests.generating.conftest import AS_OF

CUSTOMERS = 4_000


class Drawn:
    """All rows of a plan by table, each a mapping of its columns."""

    def __init__(self, plan: WorldPlan) -> None:
        pages = [*draw_frame(plan).pages, *(page for n in range(plan.chunks) for page in Chunk(plan, n).draw())]
        self._tables: dict[str, list[dict[str, object]]] = {}
        for page in pages:
            rows = (dict(zip(page.target.columns, row, strict=True)) for row in page.rows)
            self._tables.setdefault(page.target.table, []).extend(rows)

    def __getitem__(self, table: str):
        return self._tables[table]

    def each(self, table: str) -> float:
        """Rows of a table for each customer."""
        return len(self[table]) / len(self["customer"])

    def share(self, table: str, **values: object) -> float:
        """The share of the rows with these values."""
        held = [all(row[name] == value for name, value in values.items()) for row in self[table]]
        return sum(held) / len(held)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return Drawn(WorldPlan(CUSTOMERS, AS_OF, seed=3))


@pytest.mark.parametrize(
    ("table", "mean"),
    [
        ("contact", 2.0),
        ("interaction", 10.0),
        ("ticket", 2.0),
        ("ticket_event", 6.0),
        ("ledger_entry", 5.0),
        ("credit_account", 0.6),
    ],
)
def test_a_customer_has_as_many_on_average_as_was_promised(drawn, table, mean):
    assert drawn.each(table) == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize(
    ("table", "values", "share"),
    [
        ("customer", {"kind": "ORGANISATION"}, 0.70),
        ("customer", {"language": "zh"}, 0.60),
        ("customer", {"grade": "VIP"}, 0.01),
        ("customer", {"grade": "KEY"}, 0.05),
        ("customer", {"grade": "NORMAL"}, 0.64),
        ("customer", {"grade": "POTENTIAL"}, 0.30),
        ("interaction", {"satisfaction": None}, 0.67),
    ],
)
def test_shares_are_as_promised(drawn, table, values, share):
    assert drawn.share(table, **values) == pytest.approx(share, abs=0.02, rel=0.02)


def test_owners_former_owners_and_backups_are_as_many_as_promised(drawn):
    roles = Counter((row["role"], row["until"] is None) for row in drawn["assignment"])

    assert roles["OWNER", True] / CUSTOMERS == pytest.approx(0.97, abs=0.01)
    assert roles["OWNER", False] / CUSTOMERS == pytest.approx(0.20, abs=0.02)
    assert roles["BACKUP", True] / CUSTOMERS == pytest.approx(0.30, abs=0.02)


def test_tags_parents_and_referrals_are_as_many_as_promised(drawn):
    relations = drawn["customer_relation"]
    parents = {row["to_id"] for row in relations if row["kind"] == "SUBSIDIARY_OF"}
    referrals = [row for row in relations if row["kind"] == "REFERRED_BY"]

    assert len({row["customer_id"] for row in drawn["customer_tag"]}) / CUSTOMERS == pytest.approx(0.2, abs=0.02)
    assert len(parents) / (0.7 * CUSTOMERS) == pytest.approx(0.03, abs=0.01)
    assert len(referrals) / CUSTOMERS == pytest.approx(0.1, abs=0.015)


def test_a_few_customers_have_most_of_the_journal(drawn):
    counts = sorted(Counter(row["customer_id"] for row in drawn["interaction"]).values(), reverse=True)

    assert 500 < counts[0] <= 5_000
    assert sum(counts[: CUSTOMERS // 100]) > 0.2 * sum(counts)


def test_departments_and_staff_grow_with_the_customers(drawn):
    assert len(drawn["department"]) == 12
    assert len(drawn["staff"]) == 80


@pytest.mark.parametrize(
    ("customers", "departments", "staff"), [(1, 12, 30), (50_000, 100, 1_000), (10**6, 200, 2_000)]
)
def test_departments_and_staff_are_bounded(customers, departments, staff):
    frame = draw_frame(WorldPlan(customers, AS_OF))

    assert len(frame.departments) == departments
    assert sum(map(len, frame.teams)) == staff
    assert 3 <= 1 + max(department.level for department in frame.departments) <= 6


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_language_is_everywhere(language):
    drawn = Drawn(WorldPlan(120, AS_OF, languages=(language,)))

    assert drawn.share("customer", language=language) == 1
    for table, column in (("customer", "name"), ("staff", "name"), ("department", "name"), ("interaction", "subject")):
        assert {str(row[column])[0].isascii() for row in drawn[table]} == {language == "en"}


def test_a_world_without_interactions_has_none():
    drawn = Drawn(WorldPlan(50, AS_OF, interactions_per_customer=0))

    assert drawn["interaction"] == []
    assert {row["last_contact_at"] for row in drawn["customer"]} == {None}
