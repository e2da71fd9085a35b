"""All rows of a store, loaded one table at a time: no joins, no conditions, no planner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from store.base import Base

Row = Mapping[str, Any]

TYPES = {
    "Assignment": "assignment",
    "Contact": "contact",
    "CreditAccount": "credit_account",
    "CreditChange": "credit_change",
    "Customer": "customer",
    "CustomerRelation": "relation_side",
    "Decision": "decision",
    "Department": "department",
    "Disclosure": "disclosure",
    "Duty": "duty",
    "Escalation": "escalation",
    "GradePeriod": "grade_period",
    "Handover": "handover",
    "HandoverCount": "handover_count",
    "HandoverItem": "handover_item",
    "Interaction": "interaction",
    "LedgerBalance": "ledger_balance",
    "LedgerEntry": "ledger_entry",
    "Membership": "membership",
    "Provenance": "provenance",
    "RulePublication": "rule_publication",
    "RuleSet": "rule_set",
    "RuleShadow": "rule_shadow",
    "RuleSimulation": "rule_simulation",
    "RuleVersion": "rule_version",
    "Staff": "staff",
    "Tag": "customer_tag",
    "Ticket": "ticket",
    "TicketEvent": "ticket_event",
    "TrainingRecord": "training_record",
    "WorkHistory": "work_history",
}
"""The table of every GraphQL type that has one."""

TOKENS = ("customer_token", "staff_token")
MADE = {"relation_side", "handover_count", "rule_set"}
"""Tables that are made here, of others."""

LOADED = (*(set(TYPES.values()) - MADE), "customer_relation", *TOKENS)


class Rows:
    """Rows by table, found by a column's value."""

    def __init__(self, tables: Mapping[str, list[Row]]) -> None:
        made = {
            "relation_side": list(_sides(tables["customer_relation"])),
            "handover_count": list(_counts(tables["handover_item"])),
            "rule_set": list(_rule_sets(tables["rule_version"], tables["rule_publication"])),
        }
        self.tables = {**tables, **made}
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def all(self, gtype: str) -> list[Row]:
        """All rows of a GraphQL type."""
        return self.tables[TYPES[gtype]]

    def where(self, gtype: str, column: str, value: Any) -> list[Row]:
        """The rows of a GraphQL type with this value in a column."""
        return self.in_table(TYPES[gtype], column, value)

    def in_table(self, table: str, column: str, value: Any) -> list[Row]:
        """The rows of a table with this value in a column."""
        if (table, column) not in self._by:
            found = self._by[table, column] = defaultdict(list)
            for row in self.tables[table]:
                found[row[column]].append(row)
        return self._by[table, column].get(value, [])

    def one(self, gtype: str, column: str, value: Any) -> Row | None:
        """The row of a GraphQL type with this value in a unique column, if there is one."""
        found = [] if value is None else self.where(gtype, column, value)
        return found[0] if found else None


def _sides(relations: Iterable[Row]) -> Iterable[Row]:
    """Each relation as its two customers see it."""
    for row in relations:
        yield {**row, "direction": "OUTGOING", "customer_id": row["from_id"], "other_id": row["to_id"]}
        yield {**row, "direction": "INCOMING", "customer_id": row["to_id"], "other_id": row["from_id"]}


def _counts(items: Iterable[Row]) -> Iterable[Row]:
    """What each handover lists, by kind and by what became of it."""
    found: dict[tuple[Any, Any], dict[str, int]] = {}
    for item in items:
        count = found.setdefault((item["handover_id"], item["kind"]), {"listed": 0, "handed_over": 0, "gone": 0})
        count[item["state"].lower()] += 1
    for (handover_id, kind), count in found.items():
        yield {"handover_id": handover_id, "kind": kind, **count}


def _rule_sets(versions: Iterable[Row], publications: Iterable[Row]) -> Iterable[Row]:
    """Each rule set with what is in force, called as that version is, or as its newest one."""
    by_id = {row["id"]: row for row in versions}
    newest = {row["rule_set"]: row for row in sorted(by_id.values(), key=lambda row: row["number"])}
    latest = {row["rule_set"]: row for row in sorted(publications, key=lambda row: row["number"])}
    for name, version in newest.items():
        last = latest.get(name)
        shown = version if last is None else by_id[last["version_id"]]
        told = {key: shown[key] for key in ("title_zh", "title_en", "owner")}
        in_force = {key: last and last[key] for key in ("version_id", "published_at")}
        yield {"name": name, **told, **in_force}


def load(url: str) -> Rows:
    """All rows of a store."""
    return asyncio.run(_load(url))


async def _load(url: str) -> Rows:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            tables = {}
            for name in LOADED:
                table = Base.metadata.tables[name]
                found = await connection.execute(sa.select(table).order_by(*table.primary_key))
                tables[name] = [dict(row) for row in found.mappings()]
            return Rows(tables)
    finally:
        await engine.dispose()
