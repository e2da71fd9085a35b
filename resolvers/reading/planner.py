"""Plans: compiled statements with the origin of every parameter, kept by operation, entry, shape and access class."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from graphql import FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from sqlalchemy.engine import Dialect

from resolvers.access import AccessClass
from resolvers.reading.compiler import Compiler, Shape
from resolvers.reading.context import Disclosed, Getter, Prepare, Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.parameters import NOW, SUBJECT, TODAY
from resolvers.reading.room import TooDeepError, check_room, depths
from resolvers.reading.rows import FromSource
from resolvers.reading.source import Piece
from resolvers.reading.withholding import Notice, encoded
from resolvers.reading.work import Work, settle
from store.types import Uid

PLANS = 256
"""How many operations' plans are kept."""

SHAPES = 64
"""How many shapes of one operation's variables are kept."""

Select = Callable[[Compiler], Mapping[str, list[FieldNode]]]
Parameter = tuple[Getter, Callable[[Any], Any] | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement that gives one row: a text of JSON for each response key."""

    text: str
    parameters: Sequence[Parameter]
    keys: Sequence[str]
    works: Sequence[Work | None]
    needs_walk: bool
    unused: Sequence[Getter]
    """Arguments that the statement does not need, such as the page's size under `totalCount`; checked all the same."""
    replans: bool = False
    """Whether the best way to run the statement depends on the values, as with filters: the store is to plan anew."""
    withheld: Sequence[Notice] = ()
    """The fields that are left out for want of clearance."""
    withheld_json: bytes = b""
    disclosed: Mapping[Disclosed, None] = field(default_factory=dict)
    """The secrets of which filters and orders tell."""
    before: Sequence[Prepare] = ()
    """What must be found out before the values can be read."""

    @property
    def is_whole(self) -> bool:
        """Whether the database's text is the answer already."""
        return not any(self.works)

    def values(self, run: Run) -> list[Any]:
        """The parameters' values for one request, as the driver wants them."""
        for check in self.unused:
            check(run)
        return [
            value if process is None else process(value) for get, process in self.parameters for value in (get(run),)
        ]

    async def prepare(self, run: Run) -> None:
        """Find out what the values depend on."""
        for step in self.before:
            await step(run)

    async def texts(self, run: Run) -> Sequence[str | None]:
        """Run the statement; JSON by response key."""
        if not self.keys:  # directives left nothing to ask for
            return ()
        await self.prepare(run)
        row: Sequence[str | None] = await run.context.store.row(self.text, self.values(run), replan=self.replans)
        if self.disclosed:
            run.context.notes.disclosed.update(self.disclosed)
        return row

    async def documents(self, run: Run) -> list[Any]:
        """Run the statement and do what is left to Python."""
        documents = [None if text is None else orjson.loads(text) for text in await self.texts(run)]
        if any(self.works):
            for position, work in enumerate(self.works):
                if work is not None:
                    work.fill(documents, position, run)
            if run.waiting or run.holes:
                await settle(run)
        return documents


@dataclass(slots=True)
class Kept:
    """The plans of one operation's entry. Holding the operation keeps its identity, which is the key, its own."""

    operation: OperationDefinitionNode
    shapes: dict[Any, Shape]
    plans: dict[tuple[Any, ...], Plan]

    def key(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        """The shape of these variables."""
        return tuple([_shape(read, variables) for read in self.shapes.values()])


class Planner:
    """Finds or makes the plan of an entry."""

    def __init__(self, schema: GraphQLSchema, dialect: Dialect) -> None:
        self.schema, self.dialect = schema, dialect
        self.quote = dialect.identifier_preparer.quote
        self.kept: OrderedDict[Any, Kept] = OrderedDict()
        self.compiled = 0

    def plan(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        parent: GraphQLObjectType,
        select: Select,
        variables: Mapping[str, Any],
        access: AccessClass,
        *,
        walking: bool,
        entry: Hashable,
    ) -> Plan:
        """The plan for these variables' shape and this access class."""
        kept = self._kept(operation, (id(operation), entry, access, walking))
        plan = kept.plans.get(kept.key(variables))
        if plan is not None:
            return plan

        def compiler_for(depth: int) -> Compiler:
            return Compiler(self, fragments, variables, access, walking=walking, max_depth=depth)

        plan, compiler = self._fitting(compiler_for, parent, select)
        if len(kept.plans) >= SHAPES or compiler.shapes.keys() - kept.shapes.keys():
            kept.plans.clear()
        kept.shapes.update(compiler.shapes)
        kept.plans[kept.key(variables)] = plan
        return plan

    def _fitting(
        self, compiler_for: Callable[[int], Compiler], parent: GraphQLObjectType, select: Select
    ) -> tuple[Plan, Compiler]:
        """The plan with as few statements as the store's parser has room for."""
        for depth in depths(self.dialect.name):
            compiler = compiler_for(depth)
            try:
                plan = self._compile(compiler, parent, select)
            except TooDeepError:
                continue
            except RecursionError:
                break
            compiler.variables = {}  # the plan is kept, and would keep this request's values
            return plan, compiler
        raise InvalidError("TOO_DEEP", "This is nested too deeply to be answered at once: ask in several steps.")

    def _kept(self, operation: OperationDefinitionNode, key: Any) -> Kept:
        kept = self.kept.get(key)
        if kept is None:
            kept = self.kept[key] = Kept(operation, {}, {})
            if len(self.kept) > PLANS:
                self.kept.popitem(last=False)
        else:
            self.kept.move_to_end(key)
        return kept

    def _compile(self, compiler: Compiler, parent: GraphQLObjectType, select: Select) -> Plan:
        self.compiled += 1
        nodes = select(compiler)
        pieces = [self._entry(compiler, parent, key, fields) for key, fields in nodes.items()]
        columns = [sa.cast(document, sa.Text()).label(f"r{i}") for i, (document, _) in enumerate(pieces)]
        statement = sa.select(*columns or [sa.cast(sa.null(), sa.Text()).label("r0")])
        return self.finish(statement, compiler, list(nodes), [work for _, work in pieces])

    @staticmethod
    def _entry(compiler: Compiler, parent: GraphQLObjectType, key: str, fields: list[FieldNode]) -> Piece:
        if fields[0].name.value == "__typename":
            return Piece(sa.literal_column(f"'\"{parent.name}\"'"))
        return compiler.field(parent, key, fields, FromSource(lambda name: _of_source(compiler, name)))

    def finish(self, statement: Any, compiler: Compiler, keys: Sequence[str], works: Sequence[Work | None]) -> Plan:
        """The statement's text, and where each of its parameters comes from."""
        compiled = statement.compile(dialect=self.dialect)
        check_room(self.dialect.name, compiled.string)
        parameters = [self._parameter(compiler, compiled.binds[name]) for name in compiled.positiontup or ()]
        done = [work if work is not None and work.needed() else None for work in works]
        unused = [*compiler.checks, *(read for name, read in compiler.getters.items() if name not in compiled.binds)]
        withheld = tuple(compiler.withheld)
        return Plan(
            compiled.string,
            parameters,
            keys,
            done,
            compiler.walk_needed,
            unused,
            compiler.values_matter,
            withheld,
            encoded(withheld),
            compiler.disclosed,
            tuple(compiler.before),
        )

    def _parameter(self, compiler: Compiler, bind: sa.BindParameter[Any]) -> Parameter:
        process = bind.type.dialect_impl(self.dialect).bind_processor(self.dialect)
        return _getter(compiler, bind), process


def _shape(read: Shape, variables: Mapping[str, Any]) -> Any:
    """A value that may not be is a shape of its own: its field may be left out this time; else compiling refuses it."""
    try:
        return read(variables)
    except InvalidError:
        return InvalidError


def _of_source(compiler: Compiler, name: str) -> Any:
    return compiler.bind(lambda run: getattr(run.source, name), Uid())


def _getter(compiler: Compiler, bind: sa.BindParameter[Any]) -> Getter:
    name = bind.key
    if name in compiler.getters:
        return compiler.getters[name]
    if name == NOW:
        return lambda run: run.context.now
    if name == TODAY:
        return lambda run: run.context.now.date()
    if name == "holes":
        return lambda run: run.hole_keys
    if name.startswith(SUBJECT):
        attribute = name.removeprefix(SUBJECT)
        return lambda run: getattr(run.context.subject, attribute)
    value = bind.value
    return lambda _: value
