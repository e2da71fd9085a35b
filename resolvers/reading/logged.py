"""Reading the event log in its order: the statement that all fields over it share, cursors, and their checks.

One statement gives the rows, each with its documents, and all that tells whether they may be read from there: the log's
epoch and floor, and which rows are now where the cursor was taken and where the tail stands (`outbox.reader.verify`).
It looks at `SCANNED` rows of the log at most, so a filter that hardly anything fulfils costs little at a time; the
place that was reached is that of the last row looked at, whether it matched or not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from graphql import FieldNode, GraphQLObjectType

from outbox.cursor import BadCursor, Position
from outbox.event import LogMetaRow
from outbox.reader import CursorExpired, Resync, position_of, uid_of, verify
from resolvers.reading.context import Context, Log, Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.filtering import compile_filter
from resolvers.reading.rows import Columns, Probe
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonArray, JsonDocument, JsonRows
from resolvers.reading.work import Tasks, Work
from store.base import Base

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

SCANNED: Final = 1_000
"""Rows of the log that one statement looks at, at most."""

_META: Final = Base.metadata.tables[LogMetaRow.__tablename__]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the log that a statement may read: after one place, up to another. No `after`: from the beginning."""

    after: Position | None
    upto: Position


WHOLE: Final = Stretch(None, Position("", 2**63 - 1, b""))
"""All of it: what is explained, where nobody follows the log."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement has found: places with their documents, in order, and the last place that was looked at."""

    rows: Sequence[tuple[Position, list[Any]]]
    end: Position


class Scan:
    """The next rows of the log, of some kinds, that the subject sees and that the argument `filter` lets through.

    `row` stands for one of them, `documents` are made of each, `tasks` are left to do to them.
    """

    def __init__(
        self,
        compiler: Compiler,
        selected: Selected,
        gtype: GraphQLObjectType,
        kinds: Sequence[str],
        stretch: Callable[[Run], Stretch],
    ) -> None:
        self.compiler, self.selected, self.gtype, self.kinds = compiler, selected, gtype, kinds
        self._entity = compiler.entity(gtype)
        self._after = compiler.bind(lambda run: _begin(stretch(run)), sa.BigInteger())
        self._upto = compiler.bind(lambda run: stretch(run).upto.id, sa.BigInteger())
        self._rows = self._scanned()
        self.row = Columns(self._rows.name, self._entity.table, compiler.planner.quote)
        self.documents: list[Any] = []
        self.tasks: list[Tasks] = []

    def document(self, nodes: Sequence[FieldNode]) -> int:
        """Have each row's document of this selection; gives its number."""
        document, tasks = self.compiler.object(self.gtype, nodes, self.row)
        self.documents.append(document)
        self.tasks.append(tasks)
        return len(self.documents) - 1

    def array(self, size: Any) -> JsonArray:
        """The array that `found` reads, with so many rows at most."""
        matching = self._matching().limit(size).subquery(self.compiler.name("s"))
        documents = sa.select(JsonRows(matching.c.document)).select_from(matching).scalar_subquery()
        return JsonArray(
            sa.select(_META.c.epoch).scalar_subquery(),
            sa.select(_META.c.floor).scalar_subquery(),
            self._uid_at(self._after),
            self._uid_at(self._upto),
            self._last(self.row.id),
            self._last(self.row.uid),
            JsonDocument(documents),
        )

    def _scanned(self) -> Any:
        """The rows that the statement looks at, whatever they tell."""
        log = self.compiler.alias(self._entity.table)
        columns = [log.columns[column.name].label(column.name) for column in self._entity.table.c]
        between = (log.columns.id > self._after, log.columns.id <= self._upto)
        query = sa.select(*columns).select_from(log.source).where(*between).order_by(log.columns.id)
        return query.limit(_literal(SCANNED)).cte(self.compiler.name("scanned"))

    def _matching(self) -> Any:
        told = sa.or_(*[self.row.kind == sa.literal_column(f"'{kind}'") for kind in self.kinds])
        scope = self.compiler.scope(self._entity, self.row)
        chosen = compile_filter(self.compiler, self.selected, "filter", self.row)
        document = JsonArray(self.row.id, self.row.uid, *self.documents).label("document")
        return sa.select(document).select_from(self._rows).where(told, *scope, *chosen).order_by(self.row.id)

    def _last(self, value: Any) -> Any:
        query = sa.select(value).select_from(self._rows).order_by(self.row.id.desc())
        return query.limit(_literal(1)).scalar_subquery()

    def _uid_at(self, number: Any) -> Any:
        log = self.compiler.alias(self._entity.table)
        return sa.select(log.columns.uid).select_from(log.source).where(log.columns.id == number).scalar_subquery()


def found(array: Sequence[Any], stretch: Stretch, size: int) -> Found:
    """What a scan's array says.

    Raises:
        InvalidError: RESYNC or CURSOR_EXPIRED, the log cannot be read on from there.
    """
    epoch, floor, seen, ahead, last_id, last_uid, rows = array
    try:
        if stretch.after is not None:
            verify(stretch.after, epoch, floor, uid_of(seen))
        if stretch.upto.id >= _begin(stretch):  # what the tail saw may be older than a restore
            verify(stretch.upto, epoch, floor, uid_of(ahead))
    except Resync:
        message = "The event log is not the one of this cursor: read what you keep anew, then begin without a cursor."
        raise InvalidError("RESYNC", message) from None
    except CursorExpired:
        message = "What follows this cursor is no longer kept: read what you keep anew, then begin without a cursor."
        raise InvalidError("CURSOR_EXPIRED", message) from None
    places = [(position_of(epoch, number, uid), documents) for number, uid, *documents in rows]
    if len(places) == size:
        return Found(places, places[-1][0])
    if last_id is not None:
        return Found(places, position_of(epoch, last_id, last_uid))
    return Found(places, stretch.after or stretch.upto)


def fill(rows: Sequence[tuple[Position, list[Any]]], tasks: Sequence[Tasks], run: Run) -> None:
    """Do what is left to do to the documents."""
    for _, documents in rows:
        for document, todo in zip(documents, tasks, strict=True):
            for key, work in todo:
                work.fill(document, key, run)


def log_of(context: Context) -> Log:
    """The event log as this process follows it. Raises InvalidError where it does not."""
    if context.log is None:
        raise InvalidError("UNAVAILABLE", "The event log is not followed here: ask the service itself.")
    return context.log


async def position_at(context: Context, cursor: str) -> Position:
    """The place behind a client's cursor. Raises InvalidError."""
    try:
        return await log_of(context).keys.accept(cursor)
    except BadCursor:
        message = "This is no cursor of the event log. Take the one of an update, or endCursor of a page of `events`."
        raise InvalidError("BAD_CURSOR", message) from None


@dataclass(kw_only=True)
class LogCursor(Source):
    """The cursor of a row of the log."""

    nested_selects = 1

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The row's place, to be signed."""
        del compiler, selected
        return Piece(JsonArray(sa.select(_META.c.epoch).scalar_subquery(), row.id, row.uid), _SIGN)

    def probe(self, parent: Probe, target: Probe) -> None:
        """Places are public."""


@dataclass(frozen=True, slots=True)
class Sign(Work):
    """Makes a cursor of a place."""

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Sign it."""
        document[key] = log_of(run.context).keys.sign(position_of(*document[key]))


_SIGN: Final = Sign()


def _begin(stretch: Stretch) -> int:
    return 0 if stretch.after is None else stretch.after.id


def _literal(number: int) -> Any:
    return sa.literal_column(str(number))
