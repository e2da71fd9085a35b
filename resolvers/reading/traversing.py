"""Sources over the network: what a function finds for all rows of an answer at once, and what that is made of."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from graphql import get_nullable_type, is_list_type

from resolvers.reading.asking import Traverse
from resolvers.reading.context import Getter
from resolvers.reading.declarations import finding_of
from resolvers.reading.found import Found, Items, holes, writer_of
from resolvers.reading.relations import DEFAULT_PAGE, page_size
from resolvers.reading.rows import Probe
from resolvers.reading.source import NO_BIND, Piece, Selected, Source
from resolvers.reading.sqljson import JsonArray, JsonDocument, JsonRows
from resolvers.reading.values import Of, expression, wire
from resolvers.reading.work import Each, EachTagged, Inside, InsideTagged, Tasks, Work, decoder

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


@dataclass(kw_only=True)
class Traversal(Source):
    """Objects that an async function finds: called once for all rows of the answer, and read by one more statement."""

    function: Callable[..., Any]
    needs: tuple[Of, ...]
    weight: int = 10

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A hole with the needs, and the work that fills it."""
        finding = finding_of(selected.type)
        assert finding is not None  # noqa: S101  # the binder checked it
        inner = compiler.inner()
        found = holes(inner.name("t"))
        each = Found(finding.layout, found.value, whole=False)
        scope = inner.scope(finding, each)
        if any(isinstance(clause, sa.False_) for clause in scope):  # nothing would be seen, so nothing is asked
            return Piece(sa.null())
        document, tasks = inner.object(selected.type, selected.nodes, each)
        is_list = is_list_type(get_nullable_type(selected.definition.type))
        work = _inside(tasks, is_list=is_list)
        statement = sa.select(found.place, sa.cast(document, sa.Text())).select_from(found.source).where(*scope)
        plan = compiler.finish_inner(inner, statement, selected.key, work)
        needs = [expression(of, row) for of in self.needs]
        traverse = Traverse(
            self.function,
            tuple(decoder(one.type) for one in needs),
            self._arguments(compiler, selected),
            self._size(compiler, selected) if is_list else None,
            writer_of(each),
            plan,
            work,
        )
        return Piece(JsonArray(*[wire(one) for one in needs]), traverse)

    def _arguments(self, compiler: Compiler, selected: Selected) -> list[Getter]:
        """Where the function's arguments come from, in the order of their declaration."""
        own = [selected.reader(name, a) for name, a in self.arguments.items() if a.bound is not NO_BIND]
        compiler.checks += own
        return own

    @staticmethod
    def _size(compiler: Compiler, selected: Selected) -> Getter:
        size = selected.getter("first", page_size, DEFAULT_PAGE)
        compiler.checks.append(size)
        return size

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch the needs."""
        del target
        for of in self.needs:
            expression(of, parent)


@dataclass(kw_only=True)
class Listed(Source):
    """The objects inside an object that a traversal found, at most `most`, in their order."""

    of: Callable[[Any], Any]
    most: int = 1
    nested_selects = 2
    row_weight: int = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A correlated sub-select that collects their documents."""
        objects = self.of(row)
        items = Items(compiler.name("t"), objects.array)
        document, work = self._each(compiler, Found(objects.layout, items.value, whole=True), selected)
        query = sa.select(document.label("document")).select_from(items.source).order_by(items.place)
        rows = query.subquery(compiler.name("s"))
        whole = sa.select(JsonRows(rows.c.document)).select_from(rows).scalar_subquery()
        return Piece(JsonDocument(whole), work)

    def _each(self, compiler: Compiler, row: Found, selected: Selected) -> tuple[Any, Work | None]:
        """The document of one object, and the work on the list."""
        document, tasks = compiler.object(selected.type, selected.nodes, row)
        return document, _inside(tasks, is_list=True)

    def probe(self, parent: Probe, target: Probe) -> None:
        """See that the attribute is there; the columns of which it tells are declared."""
        del target
        self.of(parent)


@dataclass(kw_only=True)
class ListedRows(Listed):
    """The rows that such objects name, each of one of several types."""

    members: Mapping[str, enum.Enum]
    nested_selects = 3
    row_weight: int = 1

    def _each(self, compiler: Compiler, row: Found, selected: Selected) -> tuple[Any, Work | None]:
        document, tasks = named_row(compiler, self.members, row, selected)
        return document, EachTagged(tasks, compiler.walking)


@dataclass(kw_only=True)
class OneOf(Source):
    """The row of one of several types that an object's `kind` and `id` name; `members` are the types' kinds."""

    of: Callable[[Any], Any]
    members: Mapping[str, enum.Enum]
    nested_selects = 1
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The row's document."""
        document, tasks = named_row(compiler, self.members, self.of(row), selected)
        return Piece(document, InsideTagged(tasks, compiler.walking))

    def probe(self, parent: Probe, target: Probe) -> None:
        """See that the attributes are there; the types mask their own fields."""
        del target
        named = self.of(parent)
        assert named.kind is not None  # noqa: S101  # touched
        assert named.id is not None  # noqa: S101  # touched


def named_row(
    compiler: Compiler, members: Mapping[str, enum.Enum], named: Any, selected: Selected
) -> tuple[JsonDocument, dict[str, Tasks]]:
    """The document of the row that an object names: a sub-select for each type, of which one is run.

    It tells its type where a walk or its own work must know it.
    """
    cases: list[tuple[Any, Any]] = []
    tasks: dict[str, Tasks] = {}
    for name, kind in members.items():
        gtype = compiler.type(name)
        entity = compiler.entity(gtype)
        target = compiler.alias(entity.table)
        document, tasks[name] = compiler.object(gtype, selected.nodes, target.columns, tagged=True)
        query = sa.select(document).select_from(target.source)
        query = query.where(target.columns["id"] == named.id, *compiler.scope(entity, target.columns))
        cases.append((named.kind == sa.literal_column(f"'{kind.value}'"), query.scalar_subquery()))
    return JsonDocument(sa.case(*cases)), tasks


def _inside(tasks: Tasks, *, is_list: bool) -> Each | Inside | None:
    if not tasks:
        return None
    return Each(tasks) if is_list else Inside(tasks)
