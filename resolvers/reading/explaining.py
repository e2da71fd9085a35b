"""How an operation would be answered: the way, the statements, what Python does, and why a faster way does not do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_abstract_type,
)

from resolvers.access import AccessClass
from resolvers.reading.answer import Answerer, Way
from resolvers.reading.compiler import Compiler
from resolvers.reading.context import Context, Run
from resolvers.reading.declarations import source_of
from resolvers.reading.errors import UnplannableError
from resolvers.reading.planner import Plan
from resolvers.reading.source import Selected
from resolvers.reading.work import (
    Call,
    CallOnce,
    Deeper,
    Each,
    EachTagged,
    InOrder,
    Inside,
    InsideTagged,
    Work,
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that Python does after the statement, and where in the answer."""

    path: str
    what: str


@dataclass(slots=True)
class Statement:
    """One statement of an operation: for the whole of it, or for one entry."""

    entry: str
    plan: Plan
    steps: Sequence[Step]
    explained: Sequence[str] = field(default_factory=list)

    @property
    def selects(self) -> int:
        """How many selects the statement has."""
        return len(re.findall(r"\bSELECT\b", self.plan.text))


@dataclass(slots=True)
class Explanation:
    """How an operation would be answered."""

    way: Way
    reasons: Sequence[str]
    statements: Sequence[Statement]


def explain(
    answerer: Answerer, text: str, operation_name: str | None, variables: Mapping[str, Any], access: AccessClass
) -> Explanation:
    """Plan an operation without running it. Raises GraphQLError when it is not valid."""
    document = answerer.documents.get(text)
    if document.errors:
        raise document.errors[0]
    operation = document.operation(operation_name)
    values = answerer.coerced(operation, variables)
    if operation.operation is OperationType.QUERY:
        try:
            whole = _plan(answerer, operation, document.fragments, values, access, None)
        except UnplannableError as error:
            return _by_entries(answerer, operation, document.fragments, values, access, [str(error)])
        if whole.needs_walk:
            return Explanation(Way.WALK, ["an ordinary resolver is inside"], [_statement("(whole)", whole)])
        return Explanation(Way.DIRECT, [], [_statement("(whole)", whole)])
    reason = "a mutation runs commands first; its payload reads back after the commit"
    return Explanation(Way.LEAN, [reason], [])


def _by_entries(
    answerer: Answerer,
    operation: OperationDefinitionNode,
    fragments: Any,
    values: Mapping[str, Any],
    access: AccessClass,
    reasons: list[str],
) -> Explanation:
    """The entries that can be planned alone; the others are graphql-core's."""
    found = []
    for key in _entries(answerer, operation, fragments, values, access):
        try:
            found.append(_statement(key, _plan(answerer, operation, fragments, values, access, key)))
        except UnplannableError:
            continue
    return Explanation(Way.LEAN, reasons, found)


def _root(answerer: Answerer) -> GraphQLObjectType:
    root = answerer.schema.query_type
    assert root is not None  # noqa: S101  # a schema without queries is not ours
    return root


def _entries(
    answerer: Answerer, operation: OperationDefinitionNode, fragments: Any, values: Any, access: AccessClass
) -> list[str]:
    compiler = Compiler(answerer.planner, fragments, values, access, walking=False)
    return list(compiler.collect(_root(answerer), [operation]))


def _plan(
    answerer: Answerer,
    operation: OperationDefinitionNode,
    fragments: Any,
    values: Mapping[str, Any],
    access: AccessClass,
    only: str | None,
) -> Plan:
    root = _root(answerer)

    def select(compiler: Compiler) -> Any:
        found = compiler.collect(root, [operation])
        return found if only is None else {only: found[only]}

    return answerer.planner.plan(
        operation, fragments, root, select, values, access, walking=False, entry="explain:" + (only or "")
    )


def _statement(entry: str, plan: Plan) -> Statement:
    steps = [s for key, work in zip(plan.keys, plan.works, strict=True) for s in steps_of(key, work)]
    return Statement(entry, plan, steps)


def steps_of(path: str, work: Work | None) -> Iterator[Step]:
    """The steps of a plan's work, with their places in the answer."""
    match work:
        case InOrder():
            yield Step(path, "put the objects into the order of the ids")
        case Call(function):
            yield Step(path, f"call {function.__name__} for each row")
        case CallOnce(function):
            yield Step(path, f"call {function.__name__} once for all rows")
        case Deeper(plan):
            yield Step(path, f"one more statement, since the store's parser ends here ({len(plan.text):,} characters)")
    for place, inner in _inner(path, work):
        yield from steps_of(place, inner)


def _inner(path: str, work: Work | None) -> Iterator[tuple[str, Work | None]]:
    match work:
        case Inside(tasks):
            yield from ((f"{path}.{key}", inner) for key, inner in tasks)
        case Each(tasks):
            yield from ((f"{path}[].{key}", inner) for key, inner in tasks)
        case EachTagged(by_type) | InsideTagged(by_type) | InOrder(_, by_type):
            yield from ((f"{path}({name}).{key}", inner) for name, tasks in by_type.items() for key, inner in tasks)
        case Deeper(_, inner):
            yield path, inner


async def explain_in_store(
    answerer: Answerer, statement: Statement, context: Context, values: Mapping[str, Any]
) -> None:
    """Ask the store how it would run a statement."""
    postgresql = answerer.store.dialect.name == "postgresql"
    run = Run(context, values)
    words = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
    rows = await answerer.store.rows(f"{words} {statement.plan.text}", statement.plan.values(run))
    statement.explained = [row[0] if postgresql else row[3] for row in rows]


def largest_answer(answerer: Answerer, text: str, operation_name: str | None, variables: Mapping[str, Any]) -> int:
    """The most objects that the operation's answer can hold: pages multiplied along every path."""
    document = answerer.documents.get(text)
    operation = document.operation(operation_name)
    values = answerer.coerced(operation, variables)
    compiler = Compiler(answerer.planner, document.fragments, values, AccessClass(), walking=False)
    return _objects(compiler, _root(answerer), [operation])


def _objects(compiler: Compiler, gtype: GraphQLObjectType, nodes: Sequence[Any]) -> int:
    total = 1
    for key, fields in compiler.collect(gtype, nodes).items():
        definition = gtype.fields.get(fields[0].name.value)
        if definition is not None:
            rows = _rows(Selected(compiler, key, fields, definition))
            total += rows * max((_objects(compiler, one, fields) for one in _types(compiler, definition)), default=0)
    return total


def _types(compiler: Compiler, definition: GraphQLField) -> Sequence[GraphQLObjectType]:
    """The types of the objects that a field gives."""
    named = get_named_type(definition.type)
    if is_abstract_type(named):
        return compiler.schema.get_possible_types(named)
    return [named] if isinstance(named, GraphQLObjectType) else []


def _rows(selected: Selected) -> int:
    """How many objects a field gives at most."""
    source = source_of(selected.definition)
    arguments = source.arguments if source is not None else {}
    if "ids" in arguments:
        return len(selected.value("ids", selected.compiler.variables))
    for name in ("last", "first"):
        given = selected.value(name, selected.compiler.variables) if name in arguments else None
        if given is not None:
            return int(given)
    return int(arguments["first"].default) if "first" in arguments else 1
