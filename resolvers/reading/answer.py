"""Answering a request, the fastest way that can.

direct  the whole operation is one planned statement; graphql-core's executor is not called
lean    graphql-core runs the operation, and takes each planned entry's result as complete: mutations, payloads
walk    graphql-core walks the nested documents: ordinary resolvers inside, or an error to be reported at its place

All three give the same answer; tests compare them. An answer that tells secrets is given only once that is on record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import GraphQLError, OperationDefinitionNode, OperationType, execute
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.disclosures import record
from resolvers.reading.binding import Ready, bind
from resolvers.reading.context import Context, Notes, Run
from resolvers.reading.cost import cost_of
from resolvers.reading.documents import Document, Documents
from resolvers.reading.errors import InvalidError, UnplannableError
from resolvers.reading.extensions import Cost, extensions
from resolvers.reading.limits import Limits
from resolvers.reading.payloads import check_payloads
from resolvers.reading.planner import Plan, Planner
from resolvers.reading.replies import Reply, Way, body_of, codes_of, formatted, refused, whole
from resolvers.reading.stores import ReadStore
from resolvers.reading.variables import read_variables
from resolvers.reading.withholding import encoded

__all__ = ["Answerer", "BadVariablesError", "Prepared", "Reply", "Way", "formatted", "refused"]


class LeanExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which leaves a planned entry's answer as it is."""

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """Complete whatever is not ready."""
        if type(result) is Ready:
            return result.data
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may run: its operation, the variables as the operation wants them, and its cost."""

    document: Document
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    cost: Cost

    @property
    def name(self) -> str | None:
        """The operation's name."""
        return self.operation.name.value if self.operation.name else None


class Answerer:
    """Answers GraphQL requests over one store."""

    def __init__(
        self,
        schema: strawberry.Schema,
        store: ReadStore,
        *,
        way: Way = Way.DIRECT,
        limits: Limits = Limits(),  # noqa: B008  # it is frozen
    ) -> None:
        """Bind the schema to the store."""
        self.schema = schema._schema  # noqa: SLF001  # strawberry gives no public way to graphql-core's schema
        self.store, self.way, self.limits = store, way, limits
        self.planner = Planner(self.schema, store.dialect)
        self.documents = Documents(self.schema, limits)
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
        """Answer one query or mutation.

        Never raises for what a client can send, except what `context.admit` raises.
        """
        kinds = (OperationType.QUERY, OperationType.MUTATION) if allow_mutation else (OperationType.QUERY,)
        prepared = self.prepare(query, variables, operation_name, context, kinds=kinds)
        if isinstance(prepared, Reply):
            return prepared
        context = replace(context, store=self.store, walking=self.way is Way.WALK, notes=Notes())
        reply = await self._fastest(prepared, context, variables)
        if context.notes.disclosed:
            await record(context.database, context)
        return reply

    def prepare(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        *,
        kinds: Collection[OperationType],
    ) -> Prepared | Reply:
        """All that stands between a request and its run; where it may not run, the reply that says why.

        Asks `context.admit`, and raises what that raises.
        """
        document = self.documents.get(query)
        if document.errors:
            return refused(document.errors, request_id=context.request_id)
        name = kind = cost = None
        try:
            operation = document.operation(operation_name)
            name, kind = operation.name.value if operation.name else None, operation.operation.value
            _check_kind(operation, kinds)
            values = self.coerced(operation, variables or {})
            cost = self._admitted(document, operation, values, context)
            if operation.operation is OperationType.MUTATION:
                check_payloads(self.planner, document, operation, values, context, walking=self.way is Way.WALK)
        except InvalidError as error:
            cost = error.cost if isinstance(error, TooCostlyError) else cost
            return refused([error], cost=cost, name=name, kind=kind, request_id=context.request_id)
        except BadVariablesError as error:
            return refused(error.errors, name=name, kind=kind, request_id=context.request_id)
        return Prepared(document, operation, values, cost)

    def coerced(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The variables as the operation wants them. Raises InvalidError or BadVariablesError."""
        found = read_variables(self.schema, operation, given, self.limits)
        if isinstance(found, list):
            raise BadVariablesError(found)
        return found

    def plan(self, prepared: Prepared, context: Context, *, walking: bool) -> Plan:
        """The plan of a whole operation. Raises UnplannableError or InvalidError."""
        root = self.schema.get_root_type(prepared.operation.operation)
        assert root is not None  # noqa: S101  # the operation was found valid
        return self.planner.plan(
            prepared.operation,
            prepared.document.fragments,
            root,
            lambda compiler: compiler.collect(root, [prepared.operation]),
            prepared.variables,
            context.subject.access,
            walking=walking,
            entry="",
        )

    def _admitted(
        self, document: Document, operation: OperationDefinitionNode, values: Mapping[str, Any], context: Context
    ) -> Cost:
        """What the request costs, once it is admitted. Raises TooCostlyError, or what `context.admit` raises."""
        cost = Cost(cost_of(self.schema, document, operation, values), self.limits.cost)
        if cost.requested > cost.limit:
            raise TooCostlyError(cost)
        return cost if context.admit is None else cost._replace(available=context.admit(cost.requested))

    async def _fastest(self, prepared: Prepared, context: Context, variables: Mapping[str, Any] | None) -> Reply:
        """The reply of the fastest way that can."""
        direct = self.way is Way.DIRECT and prepared.operation.operation is OperationType.QUERY
        body = None
        if direct and prepared.name not in prepared.document.undirect:
            body = await self._direct(prepared, context)
        if body is None:
            return await self._execute(prepared, context, variables)
        return _reply(prepared, body, Way.DIRECT)

    async def _direct(self, prepared: Prepared, context: Context) -> bytes | None:
        """The answer without the executor, or None when a slower way must find the answer, or the errors."""
        run = Run(context, prepared.variables)
        try:
            plan = self.plan(prepared, context, walking=False)
            ending = extensions(prepared.cost, plan.withheld_json)
            if plan.is_whole and not plan.needs_walk:
                return whole(plan.keys, await plan.texts(run), ending)
            documents = [] if plan.needs_walk else await plan.documents(run)
        except UnplannableError:
            prepared.document.undirect.add(prepared.name)
            return None
        except InvalidError:
            return None
        context.walking |= run.failed  # only a walk can report an error at its place
        if run.failed or plan.needs_walk:
            return None
        return body_of({"data": dict(zip(plan.keys, documents, strict=True))}, ending)

    async def _execute(self, prepared: Prepared, context: Context, variables: Mapping[str, Any] | None) -> Reply:
        """graphql-core's answer."""
        assert prepared.document.node is not None  # noqa: S101  # a document without errors has a node
        result = execute(
            self.schema,
            prepared.document.node,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=prepared.name,
            executor_class=LeanExecutor,
            hide_suggestions=not self.limits.suggestions,
        )
        done = cast("Any", await result if isawaitable(result) else result)
        body: dict[str, Any] = {"data": done.data}
        if done.errors:
            body["errors"] = [formatted(error, context.request_id) for error in done.errors]
        ending = extensions(prepared.cost, encoded(context.notes.withheld))
        way = Way.WALK if context.walking else Way.LEAN
        return _reply(prepared, body_of(body, ending), way, codes_of(body.get("errors", ())))


class TooCostlyError(InvalidError):
    """The request costs more than one may."""

    def __init__(self, cost: Cost) -> None:
        super().__init__(
            "COST_EXCEEDED",
            f"This costs {cost.requested:,} points, and one request may cost {cost.limit:,}: "
            "ask for smaller pages, or in several requests.",
        )
        self.cost = cost


class BadVariablesError(Exception):
    """The variables do not fit the operation; `errors` says which and why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("the variables do not fit the operation")
        self.errors = errors


def _reply(prepared: Prepared, body: bytes, way: Way, codes: tuple[str, ...] = ()) -> Reply:
    kind = prepared.operation.operation.value
    return Reply(body, True, way, prepared.cost.requested, prepared.name, kind, codes)  # noqa: FBT003


def _check_kind(operation: OperationDefinitionNode, kinds: Collection[OperationType]) -> None:
    if operation.operation in kinds:
        return
    if operation.operation is OperationType.MUTATION:
        raise InvalidError("BAD_OPERATION", "Mutations are sent by POST.")
    if operation.operation is OperationType.SUBSCRIPTION:
        raise InvalidError("BAD_OPERATION", "Subscriptions are not answered over HTTP.")
    raise InvalidError("BAD_OPERATION", "Only subscriptions are answered here.")
