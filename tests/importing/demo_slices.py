"""Makes the slices of the published sets that ship in `server/demo_data`: whole entities, lines as published.

python -m tests.importing.demo_slices FOLDER_OF_THE_SETS server/demo_data
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection
from csv import reader
from pathlib import Path

INCIDENTS = "servicenow_incident_events.csv"
COMPLAINTS = "cfpb_complaints.csv"
INVOICES = "online_retail_invoices.csv"
PURCHASES = "cdnow_sample.txt"


def slices(folder: Path) -> dict[str, bytes]:
    """The slices of the sets in a folder, by file name."""
    cut: dict[str, Callable[[bytes], bytes]] = {
        INCIDENTS: _incidents,
        COMPLAINTS: _complaints,
        INVOICES: _invoices,
        PURCHASES: _purchases,
    }
    return {name: work((folder / name).read_bytes()) for name, work in cut.items()}


def _incidents(data: bytes) -> bytes:
    """All incidents of the callers with the most of them, then of those with the longest histories."""
    header, *lines = data.splitlines(keepends=True)
    callers = [(cells[7], cells[0]) for cells in _cells(lines)]
    incidents = Counter(caller for caller, _ in set(callers))
    changes = Counter(caller for caller, _ in callers)
    chosen = _first(incidents, changes, budget=250_000, size=len(data) // len(lines))
    return header + b"".join(line for line, (caller, _) in zip(lines, callers, strict=True) if caller in chosen)


def _complaints(data: bytes) -> bytes:
    """All complaints about one large company, and about some smaller ones."""
    header, *lines = data.splitlines(keepends=True)
    companies = [cells[5] for cells in _cells(lines)]
    count = Counter(companies)
    small = Counter({company: number for company, number in count.items() if number <= 30})
    chosen = {"Wells Fargo & Company"} | _first(small, small, budget=75_000, size=len(data) // len(lines))
    return header + b"".join(line for line, company in zip(lines, companies, strict=True) if company in chosen)


def _invoices(data: bytes) -> bytes:
    """All invoices of the best customers, and some without a customer, every kind among them."""
    header, *lines = data.splitlines(keepends=True)
    customers = [cells[2] for cells in _cells(lines)]
    count = Counter(customer for customer in customers if customer != "(blank)")
    chosen = _first(count, count, budget=150_000, size=len(data) // len(lines))
    unnamed = [line for line, customer in zip(lines, customers, strict=True) if customer == "(blank)"]
    kept = {*unnamed[:80], *(line for line in unnamed if line.startswith(b"A"))}
    return header + b"".join(
        line for line, customer in zip(lines, customers, strict=True) if customer in chosen or line in kept
    )


def _purchases(data: bytes) -> bytes:
    """All purchases of the most frequent customers."""
    lines = data.splitlines(keepends=True)
    customers = [line.split()[0].decode() for line in lines]
    count = Counter(customers)
    chosen = _first(count, count, budget=20_000, size=len(data) // len(lines))
    return b"".join(line for line, customer in zip(lines, customers, strict=True) if customer in chosen)


def _cells(lines: Collection[bytes]) -> list[list[str]]:
    return list(reader(line.decode() for line in lines))


def _first(rank: Counter[str], rows: Counter[str], *, budget: int, size: int) -> set[str]:
    """The highest ranked whose rows stay within a budget of bytes."""
    chosen: set[str] = set()
    for name in sorted(rank, key=lambda name: (-rank[name], -rows[name], name)):
        if sum(rows[each] for each in chosen) * size + rows[name] * size <= budget:
            chosen.add(name)
    return chosen


def main(source: str, target: str) -> None:
    """Write the slices."""
    for name, content in slices(Path(source)).items():
        (Path(target) / name).write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
