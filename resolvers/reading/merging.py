"""A source that pages through rows of several types in one order by time, newest first: the timeline."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from graphql import GraphQLObjectType

from resolvers.reading.connections import ONE_COLUMN
from resolvers.reading.paging import Key, Page, Window, counted, row_number
from resolvers.reading.rows import Probe
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonDocument
from resolvers.reading.work import EachTagged, InsideTagged, Tasks, Work
from store.types import Instant, Uid

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


@dataclass(frozen=True)
class Member:
    """One type of a merged connection: which rows, their time, and the kind under which a client filters them."""

    on: Callable[[Any, Any], Any]
    at: Any
    kind: enum.Enum


class Timed:
    """A member's row as the timeline's arguments see it: its time is `happened_at`."""

    def __init__(self, row: Any, at: Any) -> None:
        self.happened_at = row[at.key]


KEY_COLUMNS: tuple[tuple[str, Any], ...] = (("at", Instant()), ("tag", sa.Integer()), ("id", Uid()))
"""The ordering keys of a merged connection: the time, the number of the member, the row's id."""


class MergedPage(Page):
    """A page whose nodes are of several types: a node's document comes from its member's branch of the union."""

    def __init__(self, compiler: Compiler, selected: Selected, window: Window, members: Mapping[str, Member]) -> None:
        super().__init__(compiler, selected, window)
        self.members = members
        self.selections: list[tuple[tuple[str, ...], Any]] = []
        self.tasks: list[dict[str, Tasks]] = []
        self.branch_queries: list[Any] = []

    def named(self, nodes: Any) -> tuple[Any, Any]:
        """A column of the union for one selection of nodes; the branches fill it, each with its own type's document."""
        self.selections.append((self.compiler.path, nodes))
        tasks: dict[str, Tasks] = {}
        self.tasks.append(tasks)
        return JsonDocument(sa.literal_column(f"n{len(self.selections) - 1}")), tasks

    def node_work(self, tasks: Any) -> Work | None:
        """The work on a list of nodes; the branches fill in whether there is any."""
        return EachTagged(tasks, self.compiler.walking)

    def one_node_work(self, work: Any) -> Work | None:
        """The work on an edge's node."""
        return InsideTagged(work, self.compiler.walking)

    def branch(self, name: str, member: Member, number: int, conditions: Callable[[Any], list[Any]]) -> Any:
        """One member's rows: never more than a page of them, read along its index."""
        compiler, gtype = self.compiler, self.compiler.type(name)
        target = compiler.alias(compiler.entity(gtype).table)
        columns = [
            self._document(gtype, path, nodes, target.columns, tasks).label(f"n{i}")
            for i, ((path, nodes), tasks) in enumerate(zip(self.selections, self.tasks, strict=True))
        ]
        at, row_id = target.columns[member.at.key], target.columns["id"]
        keys = [at.label("at"), sa.literal_column(str(number)).label("tag"), row_id.label("id")]
        base = conditions(target.columns)
        self.branch_queries.append(sa.select(ONE_COLUMN).select_from(target.source).where(*base))
        order = [at, row_id] if self.window.backward else [at.desc(), row_id.desc()]
        bounds = [_beyond_in_branch(at, row_id, number, values, after=after) for after, values in self.window.bounds]
        query = sa.select(*columns, *keys).select_from(target.source).where(*base, *bounds)
        return sa.select(query.order_by(*order).limit(self.window.one_more).subquery(compiler.name("s")))

    def _document(
        self, gtype: GraphQLObjectType, path: tuple[str, ...], nodes: Any, row: Any, tasks: dict[str, Tasks]
    ) -> Any:
        """A member's document; it tells its type where a walk or its own work must know it."""
        with self.compiler.at(path):
            document, own = self.compiler.object(gtype, nodes, row, tagged=True)
        tasks[gtype.name] = own
        return document

    def nothing(self) -> Any:
        """A union without members has no rows."""
        columns = [sa.null().label(f"n{i}") for i in range(len(self.selections))]
        keys = [sa.cast(sa.null(), t).label(n) for n, t in KEY_COLUMNS]
        return sa.select(*columns, *keys).where(sa.false())

    def count(self) -> Any:
        """How many rows all members have together, up to the limit."""
        if not self.branch_queries:
            return sa.literal_column("0")
        return counted(sa.select(ONE_COLUMN).select_from(sa.union_all(*self.branch_queries).subquery("all_members")))


def _beyond_in_branch(at: Any, row_id: Any, number: int, values: list[Any], *, after: bool) -> Any:
    """The part of the position's comparison that is left where the member's number is known."""
    at_value, tag_value, id_value = values
    this: sa.ColumnElement[int] = sa.literal_column(str(number))
    earlier = sa.or_(
        at < at_value, sa.and_(at == at_value, sa.or_(this < tag_value, sa.and_(this == tag_value, row_id < id_value)))
    )
    later = sa.or_(
        at > at_value, sa.and_(at == at_value, sa.or_(this > tag_value, sa.and_(this == tag_value, row_id > id_value)))
    )
    return sa.and_(at <= at_value, earlier) if after else sa.and_(at >= at_value, later)


@dataclass(kw_only=True)
class Merged(Source):
    """Rows of several types in one order, newest first. Every type's part is read along its own index."""

    members: Mapping[str, Member]
    within: bool = False
    nested_selects = 4
    weight = 5  # each member's type is read

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """One page over the union of the members."""
        kinds = selected.shape("kinds", lambda v: None if v is None else frozenset(v))
        members = {n: m for n, m in self.members.items() if kinds is None or m.kind in kinds}
        union = compiler.name("u")
        keys = [Key(sa.literal_column(f"{union}.{name}", of), descending=True, type=of) for name, of in KEY_COLUMNS]
        window = Window(selected, f"{selected.type.name}.HAPPENED_AT", keys)
        page = MergedPage(compiler, selected, window, members)
        documents = page.documents(page.named)
        branches = [
            page.branch(name, member, number, self._conditions(compiler, row, member, name, selected))
            for number, (name, member) in enumerate(self.members.items())
            if name in members
        ]
        query = self._query(page, documents, branches, union)
        return page.piece(query, documents, page.count)

    @staticmethod
    def _query(page: MergedPage, documents: Mapping[str, Any], branches: list[Any], union: str) -> Any:
        window = page.window
        whole: Any = sa.union_all(*branches) if branches else page.nothing()
        rows = whole.subquery(union)
        columns = [document.label(f"d{i}") for i, (document, _) in enumerate(documents.values())]
        if page.needs_info or window.backward:
            columns += [window.cursor.label("cur"), row_number(window.ordering)]
        columns = columns or [ONE_COLUMN]
        return sa.select(*columns).select_from(rows).order_by(*window.ordering)

    def _conditions(self, compiler: Compiler, row: Any, member: Member, name: str, selected: Selected) -> Any:
        def conditions(target: Any) -> list[Any]:
            scope = [] if self.within else compiler.scope(compiler.entity(compiler.type(name)), target)
            return [member.on(row, target), *scope, *selected.conditions(self.arguments, Timed(target, member.at))]

        return conditions

    def probe(self, parent: Probe, target: Probe) -> None:
        """Each member's type masks its own fields; the conditions touch ids and times only."""
