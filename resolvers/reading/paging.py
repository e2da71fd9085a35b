"""Keyset paging: the window of a page, forwards or backwards, over any query with ordering keys (as in Relay)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from graphql import FieldNode, GraphQLObjectType, get_named_type

from resolvers.reading.cursors import cursor_of, key_reader
from resolvers.reading.errors import InvalidError
from resolvers.reading.relations import DEFAULT_PAGE, FIRST, MAX_PAGE, page_size
from resolvers.reading.source import NO_BIND, Argument, Piece, Selected
from resolvers.reading.sqljson import JsonBoolean, JsonDocument, JsonObject, JsonRows
from resolvers.reading.work import Each, Inside, Work

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler

COUNT_LIMIT = 10_000
"""`totalCount` stops counting here; one more means "more than this"."""

PAGING = {
    "first": FIRST,
    "after": Argument(str | None, "Only rows after this cursor.", NO_BIND),
    "last": Argument(int | None, f"How many rows before `before`, 0 to {MAX_PAGE}, instead of `first`.", NO_BIND),
    "before": Argument(str | None, "Only rows before this cursor.", NO_BIND),
}


@dataclass(frozen=True)
class Key:
    """One ordering key of a query."""

    column: Any
    descending: bool
    type: Any


@dataclass
class Window:
    """Which part of an ordered query a page shows."""

    selected: Selected
    order: str
    keys: Sequence[Key]
    backward: bool = field(init=False)
    size: Any = field(init=False)
    one_more: Any = field(init=False)
    bounds: list[tuple[bool, list[Any]]] = field(init=False)
    """For each cursor that was given: whether rows must lie after it, and its values as bind parameters."""

    def __post_init__(self) -> None:
        self.backward = self.selected.is_given("last")
        if self.backward and self.selected.shape("first", lambda v: v is not None):
            raise InvalidError("BAD_PAGE_SIZE", "Ask for `first` or for `last`, not for both.")
        name = "last" if self.backward else "first"
        self.size = self.selected.number(name, page_size, DEFAULT_PAGE)
        self.one_more = self.selected.number(name, page_size, DEFAULT_PAGE, more=1)
        cursors = (("after", True), ("before", False))
        self.bounds = [(after, self._values(name)) for name, after in cursors if self.selected.is_given(name)]

    @property
    def cursor(self) -> Any:
        """The cursor of a row."""
        return cursor_of(self.order, [key.column for key in self.keys])

    @property
    def ordering(self) -> list[Any]:
        """The order in which rows are read: the declared one, or its reverse when the page is the last one."""
        return [k.column.desc() if k.descending != self.backward else k.column for k in self.keys]

    def _values(self, name: str) -> list[Any]:
        types = [key.type for key in self.keys]
        bind = self.selected.compiler.bind
        return [bind(self.selected.getter(name, key_reader(self.order, types, i)), t) for i, t in enumerate(types)]

    def conditions(self) -> list[Any]:
        """Rows inside the cursors."""
        return [beyond(self.keys, values, after=after) for after, values in self.bounds]


def beyond(keys: Sequence[Key], values: Sequence[Any], *, after: bool) -> Any:
    """Rows after (or before) a position. One direction: a row comparison, which an index serves; mixed: spelled out."""
    if len({key.descending for key in keys}) == 1:
        position, row = sa.tuple_(*values), sa.tuple_(*[key.column for key in keys])
        return row < position if keys[0].descending == after else row > position
    steps = []
    for i, key in enumerate(keys):
        same = [k.column == v for k, v in zip(keys[:i], values, strict=False)]
        steps.append(sa.and_(*same, key.column < values[i] if key.descending == after else key.column > values[i]))
    return sa.or_(*steps)


MakeNode = Callable[[Sequence[FieldNode]], tuple[Any, Any]]
"""Compiles a node's selection: its document, and the work on it."""


class Page:
    """A connection's selection over a query: edges, nodes, pageInfo, totalCount under their response keys."""

    def __init__(self, compiler: Compiler, selected: Selected, window: Window) -> None:
        self.compiler, self.selected, self.window = compiler, selected, window
        self.parts = self.compiler.collect(self.selected.type, self.selected.nodes)
        edges = self.selected.type.fields["edges"].type
        self.edge_type = cast("GraphQLObjectType", get_named_type(edges))
        self.needs_info = any(nodes[0].name.value == "pageInfo" for nodes in self.parts.values())

    def documents(self, make_node: MakeNode) -> dict[str, tuple[Any, Work | None]]:
        """For each response key of edges or nodes: the document of one row, and the work on the list of them."""
        found = {}
        for key, nodes in self.parts.items():
            with self.compiler.below(key):
                if nodes[0].name.value == "nodes":
                    document, tasks = make_node(nodes)
                    found[key] = document, self.node_work(tasks)
                elif nodes[0].name.value == "edges":
                    found[key] = self._edge(nodes, make_node)
        return found

    def _edge(self, nodes: list[FieldNode], make_node: MakeNode) -> tuple[Any, Work | None]:
        pairs: list[tuple[str, Any]] = []
        tasks: list[tuple[str, Work]] = []
        for key, inner in self.compiler.collect(self.edge_type, nodes).items():
            match inner[0].name.value:
                case "node":
                    with self.compiler.below(key):
                        document, work = make_node(inner)
                    pairs.append((key, document))
                    tasks += [(key, w)] if (w := self.one_node_work(work)) else []
                case "cursor":
                    pairs.append((key, self.window.cursor))
                case _:
                    pairs.append((key, sa.literal_column(f"'{self.edge_type.name}'")))
        return JsonObject(pairs), Each(tuple(tasks)) if tasks else None

    def node_work(self, tasks: Any) -> Work | None:
        """The work on a list of nodes."""
        return Each(tasks) if tasks else None

    def one_node_work(self, work: Any) -> Work | None:
        """The work on an edge's node."""
        return Inside(work) if work else None

    def piece(self, query: Any, documents: dict[str, tuple[Any, Work | None]], count: Callable[[], Any]) -> Piece:
        """The connection's document. `query` gives one row a node with its documents as d0, d1, ..., `cur` and `n`."""
        names = {key: f"d{i}" for i, key in enumerate(documents)}
        numbered = self.needs_info or self.window.backward
        rows = self._rows(query, numbered=numbered)
        pairs: list[tuple[str, Any]] = []
        reads_rows = False
        for key, nodes in self.parts.items():
            match nodes[0].name.value:
                case "__typename":
                    pairs.append((key, sa.literal_column(f"'{self.selected.type.name}'")))
                case "totalCount":
                    pairs.append((key, count()))
                case "pageInfo":
                    document, reads = self._info(nodes, rows)
                    pairs.append((key, document))
                    reads_rows |= reads
                case _:
                    keep = (rows.c.n <= self.window.size,) if numbered else ()
                    pairs.append((key, JsonRows(rows.c[names[key]], *keep)))
                    reads_rows = True
        tasks = tuple((key, work) for key, (_, work) in documents.items() if work and work.needed())
        return Piece(self._whole(pairs, rows if reads_rows else None), Inside(tasks) if tasks else None)

    @staticmethod
    def _whole(pairs: list[tuple[str, Any]], rows: Any) -> Any:
        """Without an aggregate over them, the rows would each give a document of the connection."""
        if rows is None:
            return JsonObject(pairs)
        return JsonDocument(sa.select(JsonObject(pairs)).select_from(rows).scalar_subquery())

    def _rows(self, query: Any, *, numbered: bool) -> Any:
        name = self.compiler.name
        if not numbered:
            return query.limit(self.window.size).subquery(name("s"))
        rows = query.limit(self.window.one_more).subquery(name("s"))
        whole = sa.select(rows, sa.func.count().over().label("total"))
        if self.window.backward:
            whole = whole.order_by(rows.c.n.desc())
        return whole.subquery(name("s"))

    def _info(self, nodes: list[FieldNode], rows: Any) -> tuple[Any, bool]:
        """The document of pageInfo, and whether it reads the rows: what the arguments alone decide does not."""
        info = cast("GraphQLObjectType", get_named_type(self.selected.type.fields["pageInfo"].type))
        size, given = self.window.size, self.selected.is_given
        more = JsonBoolean(sa.func.coalesce(sa.func.max(rows.c.total), sa.literal_column("0")) > size)
        one: Any = sa.literal_column("1")
        first, last = self._cursor_at(rows, _least(one, size)), self._cursor_at(rows, _least(rows.c.total, size))
        beyond_after, beyond_before = JsonBoolean(_truth(given("after"))), JsonBoolean(_truth(given("before")))
        values = {
            "hasNextPage": beyond_before if self.window.backward else more,
            "hasPreviousPage": more if self.window.backward else beyond_after,
            "startCursor": last if self.window.backward else first,
            "endCursor": first if self.window.backward else last,
            "__typename": sa.literal_column("'PageInfo'"),
        }
        parts = [(key, inner[0].name.value) for key, inner in self.compiler.collect(info, nodes).items()]
        known = {"__typename", "hasNextPage" if self.window.backward else "hasPreviousPage"}
        return JsonObject([(key, values[name]) for key, name in parts]), any(name not in known for _, name in parts)

    @staticmethod
    def _cursor_at(rows: Any, number: Any) -> Any:
        return sa.func.max(rows.c.cur).filter(rows.c.n == number)


def counted(query: Any) -> Any:
    """How many rows a query has, counted up to `COUNT_LIMIT` and one more."""
    some = query.limit(sa.literal_column(str(COUNT_LIMIT + 1))).subquery("counted")
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def row_number(ordering: Sequence[Any]) -> Any:
    """The row's place in the order in which rows are read."""
    return sa.func.row_number().over(order_by=list(ordering)).label("n")


def _least(total: Any, size: Any) -> Any:
    return sa.case((total < size, total), else_=size)


def _truth(value: object) -> Any:
    return sa.literal_column("1 = 1" if value else "1 = 0", sa.Boolean())
