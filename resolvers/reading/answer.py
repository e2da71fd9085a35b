"""Answering a request, the fastest way that can.

direct  the whole operation is one planned statement; graphql-core's executor is not called
lean    graphql-core runs the operation, and takes each planned entry's result as complete: mutations, payloads
walk    graphql-core walks the nested documents: ordinary resolvers inside, or an error to be reported at its place

All three give the same answer; tests compare them.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, cast

import orjson
import strawberry
import structlog
from graphql import GraphQLError, OperationDefinitionNode, OperationType, execute, get_variable_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.reading.binding import Ready, bind
from resolvers.reading.context import Context, Run
from resolvers.reading.documents import Document, Documents
from resolvers.reading.errors import InvalidError, UnplannableError
from resolvers.reading.payloads import check_payloads
from resolvers.reading.planner import Planner
from resolvers.reading.stores import ReadStore

log = structlog.get_logger()

UNUSABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no store can hold."""


class Way(enum.StrEnum):
    """How to answer; a faster way falls back to a slower one."""

    DIRECT = "direct"
    LEAN = "lean"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Reply:
    """The response's body. `executed` is False when the request was refused before anything ran."""

    body: bytes
    executed: bool = True
    way: Way | None = None


class LeanExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which leaves a planned entry's answer as it is."""

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """Complete whatever is not ready."""
        if type(result) is Ready:
            return result.data
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


class Answerer:
    """Answers GraphQL requests over one store."""

    def __init__(self, schema: strawberry.Schema, store: ReadStore, *, way: Way = Way.DIRECT) -> None:
        self.schema = schema._schema  # noqa: SLF001  # strawberry gives no public way to graphql-core's schema
        self.store, self.way = store, way
        self.planner = Planner(self.schema, store.dialect)
        self.documents = Documents(self.schema)
        bind(self.schema, self.planner)

    async def answer(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        *,
        allow_mutation: bool = True,
    ) -> Reply:
        """Answer one request. Never raises for what a client can send."""
        document = self.documents.get(query)
        if document.errors:
            return refused(document.errors)
        try:
            operation = document.operation(operation_name)
            _check_kind(operation, allow_mutation=allow_mutation)
            values = self.coerced(operation, variables or {})
            context = replace(context, store=self.store, walking=self.way is Way.WALK)
            if operation.operation is OperationType.MUTATION:
                check_payloads(self.planner, document, operation, values, context)
        except InvalidError as error:
            return refused([error])
        except BadVariablesError as error:
            return refused(error.errors)
        if self._may_be_direct(document, operation):
            body = await self._direct(document, operation, values, context)
            if body is not None:
                return Reply(body, way=Way.DIRECT)
        return await self._execute(document, operation, variables, context)

    def coerced(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The variables as the operation wants them. Raises InvalidError or BadVariablesError."""
        if not operation.variable_definitions:
            return {}
        _refuse_unusable(given)
        found = get_variable_values(self.schema, operation.variable_definitions, dict(given))
        if isinstance(found, list):
            raise BadVariablesError(found)
        return cast("Mapping[str, Any]", found.coerced)

    def _may_be_direct(self, document: Document, operation: OperationDefinitionNode) -> bool:
        name = operation.name.value if operation.name else None
        return self.way is Way.DIRECT and operation.operation is OperationType.QUERY and name not in document.undirect

    async def _direct(
        self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any], context: Context
    ) -> bytes | None:
        """The answer without the executor, or None when a slower way must find the answer, or the errors."""
        root = self.schema.query_type
        assert root is not None  # noqa: S101  # a schema without queries is not ours
        run = Run(context, variables)
        try:
            plan = self.planner.plan(
                operation,
                document.fragments,
                root,
                lambda compiler: compiler.collect(root, [operation]),
                variables,
                context.subject.access,
                walking=False,
                entry="",
            )
            if plan.is_whole and not plan.needs_walk:
                return whole(plan.keys, await plan.texts(run))
            documents = [] if plan.needs_walk else await plan.documents(run)
        except UnplannableError:
            document.undirect.add(operation.name.value if operation.name else None)
            return None
        except InvalidError:
            return None
        if run.failed or plan.needs_walk:
            return None
        return orjson.dumps({"data": dict(zip(plan.keys, documents, strict=True))})

    async def _execute(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any] | None,
        context: Context,
    ) -> Reply:
        """graphql-core's answer."""
        assert document.node is not None  # noqa: S101  # a document without errors has a node
        result = execute(
            self.schema,
            document.node,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation.name.value if operation.name else None,
            executor_class=LeanExecutor,
        )
        done = cast("Any", await result if isawaitable(result) else result)
        body: dict[str, Any] = {"data": done.data}
        if done.errors:
            body["errors"] = [formatted(error) for error in done.errors]
        return Reply(orjson.dumps(body), way=Way.WALK if context.walking else Way.LEAN)


def whole(keys: Sequence[str], texts: Sequence[str | None]) -> bytes:
    """The response's body from the database's own texts."""
    parts = [b'"%s":%s' % (k.encode(), b"null" if t is None else t.encode()) for k, t in zip(keys, texts, strict=True)]
    return b'{"data":{%s}}' % b",".join(parts)


def refused(errors: Sequence[GraphQLError]) -> Reply:
    """The answer to a request that cannot be run."""
    return Reply(orjson.dumps({"errors": [formatted(error) for error in errors]}), executed=False)


def formatted(error: GraphQLError) -> Any:
    """An error as clients see it: with a code, and without the words of anything inside."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        log.error("a field failed", path=error.path, exc_info=error.original_error)
        masked: dict[str, Any] = {"message": "Internal error.", "extensions": {"code": "INTERNAL"}}
        return {**masked, **({"path": error.path} if error.path else {})}
    shown = dict(error.formatted)
    shown["extensions"] = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
    return shown


class BadVariablesError(Exception):
    """The variables do not fit the operation; `errors` says which and why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("the variables do not fit the operation")
        self.errors = errors


def _check_kind(operation: OperationDefinitionNode, *, allow_mutation: bool) -> None:
    if operation.operation is OperationType.SUBSCRIPTION:
        raise InvalidError("BAD_OPERATION", "Subscriptions are not answered over HTTP.")
    if operation.operation is OperationType.MUTATION and not allow_mutation:
        raise InvalidError("BAD_OPERATION", "Mutations are sent by POST.")


def _refuse_unusable(value: Any) -> None:
    """PostgreSQL's text cannot hold NUL, SQLite's would not be found again; halves of a surrogate pair are no text."""
    if isinstance(value, str):
        if UNUSABLE.search(value):
            raise InvalidError("BAD_USER_INPUT", "Text may not hold NUL characters, or halves of surrogate pairs.")
    elif isinstance(value, Mapping):
        for inner in value.values():
            _refuse_unusable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unusable(inner)
