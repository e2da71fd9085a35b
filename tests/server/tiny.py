"""A service over a tiny schema, so that the edge is tested without a store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import orjson
import strawberry
from graphql import OperationType, get_operation_ast, parse
from graphql.error import GraphQLSyntaxError

from server.http import Headers
from server.payload import Asked
from server.refusal import Code, Refusal
from server.settings import Settings


@strawberry.type
class Query:
    @strawberry.field
    def echo(self, text: str = "hello") -> str:
        return text

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field
    def whole(self, numbers: list[int]) -> int:
        return sum(numbers)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def remember(self, text: str) -> str:
        return text


SCHEMA = strawberry.Schema(Query, Mutation)


@dataclass(frozen=True)
class TinyAnswer:
    body: bytes
    executed: bool


@dataclass
class TinyService:
    """Counts what it is asked; `failure` is raised instead of an answer, `ping_failure` by the health question."""

    failure: Exception | None = None
    ping_failure: Exception | None = None
    asked: list[Asked] = field(default_factory=list)
    headers: list[Headers] = field(default_factory=list)

    async def __call__(self, asked: Asked, headers: Headers, *, allow_mutation: bool) -> TinyAnswer:
        self.asked.append(asked)
        self.headers.append(headers)
        if self.failure is not None:
            raise self.failure
        if not allow_mutation and is_mutation(asked):
            raise Refusal(405, Code.METHOD_NOT_ALLOWED, "Mutations need POST", headers=[(b"allow", b"POST")])
        result = await SCHEMA.execute(asked.query, asked.variables, operation_name=asked.operation_name)
        errors = [error.formatted for error in result.errors or ()]
        executed = result.data is not None
        payload = {"data": result.data} if executed else {"errors": errors}
        return TinyAnswer(orjson.dumps(payload), executed)

    async def ping(self) -> None:
        if self.ping_failure is not None:
            raise self.ping_failure

    @contextlib.asynccontextmanager
    async def opened(self, _settings: Settings) -> AsyncIterator[TinyService]:
        yield self


def is_mutation(asked: Asked) -> bool:
    try:
        document = parse(asked.query)
    except GraphQLSyntaxError:
        return False
    operation = get_operation_ast(document, asked.operation_name)
    return operation is not None and operation.operation is OperationType.MUTATION
