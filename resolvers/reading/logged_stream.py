"""A subscription to the event log: its rows one by one, in batches of one statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from resolvers.reading.context import Run
from resolvers.reading.declarations import source_of
from resolvers.reading.logged import WHOLE, LogCursor, Scan, Stretch, fill, found
from resolvers.reading.rows import Probe
from resolvers.reading.source import NO_BIND, Argument, Piece, Selected, Source
from resolvers.reading.work import Tasks, Work

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

BATCH: Final = 50
"""Rows of one batch, at most."""

AFTER: Final = Argument(str | None, "Begin after this cursor; when left out, with what happens from now on.", NO_BIND)


@dataclass(kw_only=True)
class LogStream(Source):
    """Rows of the log of these kinds. `bookmark` has the fields of an update that tells nothing but a place."""

    kinds: tuple[str, ...]
    bookmark: Mapping[str, str]
    nested_selects = 4

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """One batch of the stretch that is the run's source; the work makes a `Found` of it."""
        del row
        scan = Scan(compiler, selected, selected.type, self.kinds, _stretch)
        scan.document(selected.nodes)
        return Piece(scan.array(sa.literal_column(str(BATCH))), BatchOfLog(tuple(scan.tasks)))

    def probe(self, parent: Probe, target: Probe) -> None:
        """The type of the rows masks its own fields."""

    def place_only(self, compiler: Compiler, selected: Selected, cursor: str) -> dict[str, Any]:
        """The document of a bookmark: its cursor, its own fields, and null for all others."""
        own = {"__typename": selected.type.name, **self.bookmark}
        shown: dict[str, Any] = {}
        for key, nodes in compiler.collect(selected.type, selected.nodes).items():
            name = nodes[0].name.value
            is_cursor = name in selected.type.fields and isinstance(source_of(selected.type.fields[name]), LogCursor)
            shown[key] = cursor if is_cursor else own.get(name)
        return shown


@dataclass(frozen=True, slots=True)
class BatchOfLog(Work):
    """Makes a `Found` of a scan's array."""

    tasks: Sequence[Tasks]

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Check that the log may be read on from there. Raises InvalidError."""
        batch = found(document[key], _stretch(run), BATCH)
        fill(batch.rows, self.tasks, run)
        document[key] = batch


def _stretch(run: Run) -> Stretch:
    stretch: Stretch | None = run.source
    return stretch or WHOLE
