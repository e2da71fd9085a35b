"""All customers, tickets or decisions that change, as CSV for a spreadsheet."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from resolvers.decisions.simulation import Mover
from rules.facts.vocabulary import Subject

HEADING: Final = (
    "code",
    "name",
    "before",
    "after",
    "value_12m",
    "exposure",
    "reason.before.zh",
    "reason.before.en",
    "reason.after.zh",
    "reason.after.en",
)
OF_TICKETS: Final = ("number", "title")
"""The columns that come before where tickets change."""

_FORMULAS: Final = tuple("=+-@＝＋－＠\t\r\n")
"""What makes a spreadsheet take a text for a formula."""


@contextlib.contextmanager
def table_of_movers(path: Path, about: Subject = Subject.CUSTOMER) -> Iterator[Callable[[Sequence[Mover]], None]]:
    """Writes movers as they come. The file is there when all of them are in it, or not at all.

    It begins with a byte order mark, by which spreadsheets know that it is UTF-8.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADING if about is Subject.CUSTOMER else (*OF_TICKETS, *HEADING))
            yield lambda movers: writer.writerows(map(_row, movers))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe stands before what would begin a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) else text


def _row(mover: Mover) -> list[str]:
    amounts = ["" if amount is None else str(amount) for amount in (mover.value_12m, mover.exposure)]
    reasons = [text for words in (mover.reason_before, mover.reason_after) for text in (words.zh, words.en)]
    ticket = [] if mover.number is None else [mover.number, mover.title or ""]
    return [
        *map(harmless, (*ticket, mover.code or "", mover.name or "", mover.before, mover.after)),
        *amounts,
        *map(harmless, reasons),
    ]
