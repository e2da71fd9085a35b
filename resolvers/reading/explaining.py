"""How an operation would be answered: the way, the statements, what Python does, and why a faster way does not do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
)

from resolvers.access import AccessClass
from resolvers.reading.answer import Answerer, Way
from resolvers.reading.asking import Traverse
from resolvers.reading.compiler import Compiler
from resolvers.reading.context import Context, Run
from resolvers.reading.cost import cost_of
from resolvers.reading.disclosing import Disclose
from resolvers.reading.errors import UnplannableError
from resolvers.reading.logged_page import PageOfLog
from resolvers.reading.logged_stream import BatchOfLog
from resolvers.reading.planner import Plan
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
    """How an operation would be answered. `cost` is in points."""

    way: Way
    cost: int
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
    cost = cost_of(answerer.schema, document, operation, values)
    if operation.operation is not OperationType.MUTATION:
        try:
            whole = _plan(answerer, operation, document.fragments, values, access, None)
        except UnplannableError as error:
            entries = _by_entries(answerer, operation, document.fragments, values, access)
            return Explanation(Way.LEAN, cost, [str(error)], entries)
        if whole.needs_walk:
            return Explanation(Way.WALK, cost, ["an ordinary resolver is inside"], [_statement("(whole)", whole)])
        return Explanation(Way.DIRECT, cost, [], [_statement("(whole)", whole)])
    reason = "a mutation runs commands first; its payload reads back after the commit"
    return Explanation(Way.LEAN, cost, [reason], [])


def _by_entries(
    answerer: Answerer,
    operation: OperationDefinitionNode,
    fragments: Any,
    values: Mapping[str, Any],
    access: AccessClass,
) -> Sequence[Statement]:
    """The entries that can be planned alone; the others are graphql-core's."""
    found = []
    for key in _entries(answerer, operation, fragments, values, access):
        try:
            found.append(_statement(key, _plan(answerer, operation, fragments, values, access, key)))
        except UnplannableError:
            continue
    return found


def _root(answerer: Answerer, operation: OperationDefinitionNode) -> GraphQLObjectType:
    root = answerer.schema.get_root_type(operation.operation)
    assert root is not None  # noqa: S101  # the document was found valid
    return root


def _entries(
    answerer: Answerer, operation: OperationDefinitionNode, fragments: Any, values: Any, access: AccessClass
) -> list[str]:
    compiler = Compiler(answerer.planner, fragments, values, access, walking=False)
    return list(compiler.collect(_root(answerer, operation), [operation]))


def _plan(
    answerer: Answerer,
    operation: OperationDefinitionNode,
    fragments: Any,
    values: Mapping[str, Any],
    access: AccessClass,
    only: str | None,
) -> Plan:
    root = _root(answerer, operation)

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
        case Traverse(function, plan=plan):
            what = f"one more statement for what it finds ({len(plan.text):,} characters)"
            yield Step(path, f"call {function.__name__} once for all rows, then {what}")
        case Disclose(type_name, field):
            yield Step(path, f"put {type_name}.{field} on record, a secret that is told")
        case PageOfLog() | BatchOfLog():
            yield Step(path, "check the cursor, sign new ones")
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
        case Deeper(_, inner) | Disclose(work=inner) | Traverse(inside=inner):
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
