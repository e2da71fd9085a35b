"""From a selection to SQL: fields by response key, documents of objects, masks, scopes, and bind parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)

from resolvers.access import AccessClass
from resolvers.reading.context import Disclosed, Getter, Prepare
from resolvers.reading.declarations import Entity, Finding, entity_of, source_of
from resolvers.reading.disclosing import Record, disclosing
from resolvers.reading.errors import InvalidError, UnplannableError
from resolvers.reading.found import Found
from resolvers.reading.rows import Alias, FromHole
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonArray, JsonObject
from resolvers.reading.withholding import Notice
from resolvers.reading.work import TAG, Deeper, Tasks, Work
from store.clearance import Clearance

if TYPE_CHECKING:
    from resolvers.reading.planner import Plan, Planner

Shape = Callable[[Mapping[str, Any]], Any]


class Compiler:
    """Compiles one entry of one operation, for one access class and one shape of its variables."""

    def __init__(
        self,
        planner: Planner,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        access: AccessClass,
        *,
        walking: bool,
        max_depth: int = 1,
    ) -> None:
        self.planner, self.schema, self.max_depth = planner, planner.schema, max_depth
        self.fragments, self.variables, self.access, self.walking = fragments, variables, access, walking
        self.depth = 0
        self.names = 0
        self.walk_needed = False
        self.values_matter = False
        self.shapes: dict[Any, Shape] = {}
        self.getters: dict[str, Getter] = {}
        self.checks: list[Getter] = []
        self.before: list[Prepare] = []
        self.path: tuple[str, ...] = ()
        self.record: Record | None = None
        self.withheld: dict[Notice, None] = {}
        self.disclosed: dict[Disclosed, None] = {}

    def name(self, prefix: str) -> str:
        """A name that is new in this statement."""
        self.names += 1
        return f"{prefix}{self.names}"

    def alias(self, table: sa.Table) -> Alias:
        """A table under a new name."""
        return Alias(self.name("t"), table, self.planner.quote)

    def bind(self, read: Getter, bound: Any) -> sa.BindParameter[Any]:
        """A bind parameter whose value is found in each request."""
        name = self.name("p")
        self.getters[name] = read
        return sa.bindparam(name, type_=bound)

    def shape(self, key: Any, read: Shape) -> Any:
        """Something of the variables that changes the statement's text: the plan is only found again for its like."""
        self.shapes[key] = read
        return read(self.variables)

    def let_values_matter(self) -> None:
        """Something in the selection is found best in another way for other values."""
        self.values_matter = True

    def must_walk(self) -> None:
        """Something in the selection needs graphql-core to walk the answer."""
        self.walk_needed = True

    def type(self, name: str) -> GraphQLObjectType:
        """An object type of the schema."""
        return cast("GraphQLObjectType", self.schema.type_map[name])

    def node_type(self, connection: GraphQLObjectType) -> GraphQLObjectType:
        """The type of a connection's nodes; the type itself where rows come one by one."""
        nodes = connection.fields.get("nodes")
        return connection if nodes is None else cast("GraphQLObjectType", get_named_type(nodes.type))

    def entity(self, gtype: GraphQLObjectType) -> Entity:
        """The declared table and scope of a type."""
        found = entity_of(gtype)
        assert found is not None  # noqa: S101  # the binder checked it
        return found

    def scope(self, entity: Entity | Finding, row: Any) -> list[Any]:
        """The row scope of a type, as conditions."""
        clause = entity.scope(row, self.access) if entity.scope else None
        return [] if clause is None else [clause]

    def require(self, level: int, action: str, type_name: str, name: str) -> None:
        """Refuse what would tell a subject about columns above its clearance; note what tells one of secrets."""
        if level > self.access.clearance:
            raise InvalidError("FORBIDDEN", f"You may not {action}.")
        if level >= Clearance.SECRET:
            self.disclosed[Disclosed(type_name, None, name)] = None

    def below(self, key: str) -> AbstractContextManager[None]:
        """Compile what lies under a response key."""
        return self.at((*self.path, key))

    @contextmanager
    def at(self, path: tuple[str, ...]) -> Iterator[None]:
        """Compile what lies at this place of the answer (response keys, without the places in lists)."""
        outer, self.path = self.path, path
        try:
            yield
        finally:
            self.path = outer

    @contextmanager
    def _of(self, record: Record | None) -> Iterator[None]:
        """Compile fields of this record."""
        outer, self.record = self.record, record
        try:
            yield
        finally:
            self.record = outer

    def included(self, directives: Iterable[DirectiveNode]) -> bool:
        """Whether @skip and @include let a selection stand."""
        for directive in directives:
            name, value = directive.name.value, directive.arguments[0].value if directive.arguments else None
            if name not in ("skip", "include") or value is None:
                raise UnplannableError(f"@{name}")
            if isinstance(value, VariableNode):
                variable = value.name.value
                on = self.shape(("directive", variable), partial(_variable, variable))
                if on is None:
                    raise InvalidError("BAD_USER_INPUT", f"@{name} needs true or false: ${variable} is null.")
            else:
                on = value.value  # type: ignore[attr-defined]  # validation allows only a Boolean here
            if bool(on) == (name == "skip"):
                return False
        return True

    def collect(self, gtype: GraphQLObjectType, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        """Fields by response key for one object type; `nodes` are the fields whose selections are merged."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(gtype, node.selection_set, found, seen)
        return found

    def _collect(
        self, gtype: GraphQLObjectType, selections: SelectionSetNode, found: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for selection in selections.selections:
            if not self.included(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
                continue
            inner: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in seen:
                    continue
                seen.add(selection.name.value)
                inner = self.fragments[selection.name.value]
            if self._applies(inner.type_condition, gtype):
                self._collect(gtype, inner.selection_set, found, seen)

    def _applies(self, condition: Any, gtype: GraphQLObjectType) -> bool:
        if condition is None:
            return True
        on = self.schema.type_map[condition.name.value]
        return on is gtype or (is_abstract_type(on) and self.schema.is_sub_type(on, gtype))

    def object(
        self, gtype: GraphQLObjectType, nodes: Iterable[Any], row: Any, *, tagged: bool = False
    ) -> tuple[JsonObject, Tasks]:
        """An object's document and the work on it. `tagged`: it tells its type where a walk or the work needs it."""
        pairs: list[tuple[str, Any]] = []
        tasks: list[tuple[str, Work]] = []
        record = self.record if entity_of(gtype) is None else Record(gtype.name, row)
        for key, field_nodes in self.collect(gtype, nodes).items():
            with self._of(record):
                document, work = self.field(gtype, key, field_nodes, row)
            pairs.append((key, document))
            if work is not None and work.needed():
                tasks.append((key, work))
        if tagged and (self.walking or tasks):
            pairs.append((TAG, sa.literal_column(f"'{gtype.name}'")))
        return JsonObject(pairs), tuple(tasks)

    def field(self, gtype: GraphQLObjectType, key: str, nodes: list[FieldNode], row: Any) -> Piece:
        """One field's document, null where the subject's clearance is too low."""
        name = nodes[0].name.value
        if name == "__typename":
            return Piece(sa.literal_column(f"'{gtype.name}'"))
        definition = gtype.fields.get(name)
        source = source_of(definition) if definition is not None else None
        if source is None or definition is None:
            raise UnplannableError(f"{gtype.name}.{name} is not declared with a source")
        if source.level > self.access.clearance:
            self.withheld[Notice((*self.path, key), gtype.name, name, source.level.name)] = None
            return Piece(sa.null())
        record = self.record
        with self.below(key), self._of(record and record.inside(name)):
            piece = self._nested(source, Selected(self, key, nodes, definition), row)
        return piece if source.level < Clearance.SECRET else disclosing(piece, record, gtype.name, name)

    def _nested(self, source: Source, selected: Selected, row: Any) -> Piece:
        cost = source.nested_selects
        if cost and self.depth + cost > self.max_depth and not isinstance(row, FromHole | Found) and self.depth:
            return self._cut(source, selected, row)
        self.depth += cost
        try:
            return source.compile(self, row, selected)
        finally:
            self.depth -= cost

    def _cut(self, source: Source, selected: Selected, row: Any) -> Piece:
        """Too deep for the store's parser: leave a hole with the parent's keys, for one more statement to fill."""
        inner = self.inner()
        inner.depth = source.nested_selects
        parent = FromHole(row)
        own = Selected(inner, selected.key, selected.nodes, selected.definition)
        document, work = source.compile(inner, parent, own)
        holes = sa.func.json_each(sa.bindparam("holes", type_=sa.Text())).table_valued("value", name="hole")
        statement = sa.select(sa.cast(document, sa.Text()).label("r0")).select_from(holes)
        plan = self.finish_inner(inner, statement, selected.key, work)
        return Piece(JsonArray(*[row[n] for n in parent.names]), Deeper(plan, work))

    def inner(self) -> Compiler:
        """A compiler for one more statement, whose documents stand where we are in the answer."""
        inner = Compiler(
            self.planner,
            self.fragments,
            self.variables,
            self.access,
            walking=self.walking,
            max_depth=self.max_depth,
        )
        inner.shapes, inner.path = self.shapes, self.path
        inner.withheld, inner.disclosed = self.withheld, self.disclosed
        return inner

    def finish_inner(self, inner: Compiler, statement: Any, key: str, work: Work | None) -> Plan:
        """The plan of such a statement. Bad arguments are refused even where there is no hole to fill."""
        self.walk_needed |= inner.walk_needed
        plan = self.planner.finish(statement, inner, [key], [work])
        inner.variables = {}
        self.checks += [*inner.getters.values(), *inner.checks]
        return plan


def _variable(name: str, variables: Mapping[str, Any]) -> Any:
    return variables.get(name)
