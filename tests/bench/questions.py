"""The three queries of the race, and the variables that make each request ask for another part of the data."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.cluster import Cluster
from tests.bench.servers import Running

QUERIES = ("a", "b", "c")
MEANING = {"a": "one customer 360 view", "b": "50 customers with five nested fields", "c": "one customer, 3 fields"}
FOLDER = Path(__file__).with_name("queries")
CUSTOMERS = 3_000
PAGES = 20
SEED = 360

RICH = """
SELECT c.id::text FROM customer c
WHERE c.interaction_count >= 20 AND c.ticket_count BETWEEN 3 AND 60
ORDER BY md5(c.id::text) LIMIT $1
"""
"""Customers with much to show, in an order that is the same in each run."""


@dataclass(frozen=True)
class Bodies:
    """The requests of one server for one query: a file of JSON lines, and the same as objects."""

    file: Path
    items: Sequence[Mapping[str, Any]]


def rich_customers(cluster: Cluster, database: str) -> list[str]:
    """The ids of customers for query A and C."""
    ids = [row[0] for row in cluster.rows(RICH, CUSTOMERS, database=database)]
    if len(ids) < 50:
        raise SystemExit(f"only {len(ids)} customers have at least 20 interactions and 3 tickets: make a larger world")
    return ids


def document(server: str, query: str) -> str:
    """A query's text in the words of a server's schema."""
    return " ".join((FOLDER / server / f"{query}.graphql").read_text().split())


def bodies(running: Running, query: str, customers: Sequence[str], folder: Path) -> Bodies:
    """All request bodies of one query for one server, written to a file."""
    text = document(running.server.queries, query) if running.server.queries else None
    variables = _pages(running) if query == "b" else [{"id": _global_id(running, key)} for key in customers]
    items = [{"query": text, "variables": each} if text else {"variables": each} for each in variables]
    file = folder / f"{running.server.name}-{query}.jsonl"
    file.write_text("".join(json.dumps(item, separators=(",", ":")) + "\n" for item in items))
    return Bodies(file, items)


def skips(bodies: Bodies, seed: int) -> int:
    """Where in the bodies a run starts, so that runs do not repeat one another."""
    return random.Random(seed).randrange(len(bodies.items))


def _global_id(running: Running, key: str) -> str:
    return f"Customer:{key}" if running.server.queries in ("ours", "strawberry") else key


def _pages(running: Running) -> list[dict[str, Any]]:
    """The variables of the first pages of all customers: each server follows its own cursors."""
    if running.server.queries is None:
        cursors = running.ask("pages", {"variables": {"count": PAGES}})["cursors"]
        return [{"after": cursor} for cursor in cursors]
    text, pages = document(running.server.queries, "pages"), [{"after": None}]
    while len(pages) < PAGES:
        answer = running.ask("pages", {"query": text, "variables": pages[-1]})
        pages.append({"after": answer["data"]["customers"]["pageInfo"]["endCursor"]})
    return pages
