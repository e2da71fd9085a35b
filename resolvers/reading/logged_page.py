"""A query's page of the event log: Relay's connection, forwards only; its end moves on also where nothing matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from graphql import FieldNode, GraphQLObjectType, get_named_type

from outbox.cursor import Position
from resolvers.reading.context import Getter, Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.logged import WHOLE, Found, Scan, Stretch, fill, found, log_of, position_at
from resolvers.reading.rows import Probe
from resolvers.reading.source import NO_BIND, Argument, Piece, Selected, Source
from resolvers.reading.work import Tasks, Work

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

MOST: Final = 100
"""Rows of one page, at most."""

USUAL: Final = 50
"""Rows of one page, when nothing else is said."""

PAGING: Final = {
    "first": Argument(int | None, f"How many rows at most, 1 to {MOST}.", NO_BIND, USUAL),
    "after": Argument(str | None, "Only rows after this cursor; when left out, from the oldest that is kept.", NO_BIND),
}


class Part(NamedTuple):
    """A selected field of the page, of its edges or of its page info."""

    key: str
    name: str
    number: int = 0
    """Which of a row's documents it shows."""
    inner: Sequence[Part] = ()


@dataclass(kw_only=True)
class LogPage(Source):
    """Rows of the log of these kinds, in pages, up to where the process has seen that all may be read."""

    kinds: tuple[str, ...]
    nested_selects = 4

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """One page's array; the work makes a connection of it."""
        del row
        stretch = _StretchOf(selected.getter("after"))
        scan = Scan(compiler, selected, compiler.node_type(selected.type), self.kinds, stretch)
        compiler.before.append(stretch.prepare)
        parts = _parts(compiler, selected.type, selected.nodes, scan)
        size = selected.number("first", page_size, USUAL)
        names = (selected.type.name, f"{scan.gtype.name}Edge")
        work = PageOfLog(stretch, parts, tuple(scan.tasks), selected.getter("first", page_size, USUAL), names)
        return Piece(scan.array(size), work)

    def probe(self, parent: Probe, target: Probe) -> None:
        """The type of the rows masks its own fields."""


class _StretchOf:
    """The stretch of one selection: found once in each request, since the tail goes on while the statement runs."""

    def __init__(self, after: Getter) -> None:
        self._after = after

    async def prepare(self, run: Run) -> None:
        """Find it. Raises InvalidError."""
        cursor, log = self._after(run), log_of(run.context)
        after = None if cursor is None else await position_at(run.context, cursor)
        run.prepared[self] = Stretch(after, log.tail.position)

    def __call__(self, run: Run) -> Stretch:
        """What was found."""
        prepared: Stretch = run.prepared.get(self, WHOLE)
        return prepared


def _parts(compiler: Compiler, gtype: GraphQLObjectType, nodes: Sequence[FieldNode], scan: Scan) -> Sequence[Part]:
    """The selected fields of a page, an edge or a page info; rows' documents are taken from the scan."""
    parts = []
    for key, fields in compiler.collect(gtype, nodes).items():
        name = fields[0].name.value
        with compiler.below(key):
            if name in {"nodes", "node"}:
                parts.append(Part(key, name, scan.document(fields)))
            elif name in {"edges", "pageInfo"}:
                inner = cast("GraphQLObjectType", get_named_type(gtype.fields[name].type))
                parts.append(Part(key, name, inner=_parts(compiler, inner, fields, scan)))
            else:
                parts.append(Part(key, name))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class PageOfLog(Work):
    """Makes a connection of a scan's array. `names` are the types of the page and of its edges."""

    stretch: _StretchOf
    parts: Sequence[Part]
    tasks: Sequence[Tasks]
    size: Getter
    names: tuple[str, str]

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Check that the log may be read on from there, and put the page together. Raises InvalidError."""
        stretch = self.stretch(run)
        batch = found(document[key], stretch, self.size(run))
        fill(batch.rows, self.tasks, run)
        document[key] = self._page(batch, stretch, run)

    def _page(self, batch: Found, stretch: Stretch, run: Run) -> Mapping[str, Any]:
        sign = log_of(run.context).keys.sign
        cursors = [sign(position) for position, _ in batch.rows]
        info = {
            "__typename": "PageInfo",
            "hasNextPage": batch.end.id < stretch.upto.id,
            "hasPreviousPage": stretch.after is not None,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": sign(batch.end),
        }
        page: dict[str, Any] = {}
        for part in self.parts:
            match part.name:
                case "nodes":
                    page[part.key] = [documents[part.number] for _, documents in batch.rows]
                case "edges":
                    pairs = zip(cursors, batch.rows, strict=True)
                    page[part.key] = [self._edge(part.inner, cursor, row) for cursor, row in pairs]
                case "pageInfo":
                    page[part.key] = {inner.key: info[inner.name] for inner in part.inner}
                case _:
                    page[part.key] = self.names[0]
        return page

    def _edge(self, parts: Sequence[Part], cursor: str, row: tuple[Position, list[Any]]) -> Mapping[str, Any]:
        shown = {"cursor": cursor, "__typename": self.names[1]}
        return {part.key: row[1][part.number] if part.name == "node" else shown[part.name] for part in parts}


def page_size(number: int | None) -> int:
    """A page's size, from 1 to 100 rows."""
    if number is None:
        return USUAL
    if not 1 <= number <= MOST:
        raise InvalidError("BAD_PAGE_SIZE", f"Ask for 1 to {MOST} rows a page, not {number}.")
    return number
