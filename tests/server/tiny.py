"""A service over a tiny schema, so that the edge is tested without a store."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import strawberry
from graphql import OperationType, get_operation_ast, parse
from graphql.error import GraphQLSyntaxError

from resolvers.access import Clearance, Role, Scope, Subject
from server.call import Call
from server.edge.texts import Texts
from server.identity.identity import Authenticator, Identity, unauthenticated
from server.payload import Asked
from server.refusal import Code, Refusal
from server.settings import Settings

NAME = b"x-tiny-name"
"""Who asks; `nobody` is not let in."""


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
    def burn(self, times: int) -> str:
        """Takes processor time, some 0.5 ms each."""
        for _ in range(times):
            hashlib.sha256(b"x" * 1_000_000)
        return "done"

    @strawberry.field
    def whole(self, numbers: list[int]) -> int:
        return sum(numbers)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def remember(self, text: str) -> str:
        return text


class _Schema(strawberry.Schema):
    def process_errors(self, *_: Any) -> None:
        """Keep the log of a test that fails readable: some send thousands of documents with errors."""


SCHEMA = _Schema(Query, Mutation)


@dataclass(frozen=True)
class TinyAnswer:
    body: bytes
    executed: bool
    way: str | None = None
    cost: int = 0
    operation_name: str | None = None
    operation_kind: str | None = None
    codes: tuple[str, ...] = ()


class TinyAuthenticator:
    """Believes everybody but `nobody`."""

    async def identify(self, headers: Mapping[bytes, bytes], now: dt.datetime) -> Identity:
        name = headers.get(NAME, b"somebody").decode()
        if name == "nobody":
            raise unauthenticated("Sign in", error=None)
        return Identity(Subject(name, Role.MANAGER, Clearance.SECRET, Scope.ALL), None, None)

    async def confirm(self, identity: Identity, now: dt.datetime) -> Identity:
        return identity


@dataclass
class TinyService:
    """Notes what it is asked; `failure` is raised instead of an answer, `ping_failure` by the health question."""

    failure: Exception | None = None
    ping_failure: Exception | None = None
    texts: Texts = field(default_factory=lambda: Texts({}))
    authenticator: Authenticator = field(default_factory=TinyAuthenticator)
    upkeep: None = None
    tracing: None = None
    calls: list[Call] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    cost: int = 0

    async def __call__(self, call: Call) -> TinyAnswer:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure
        text = self.texts.text(call.asked)
        if not call.allow_mutation and is_mutation(text, call.asked.operation_name):
            raise Refusal(405, Code.METHOD_NOT_ALLOWED, "Mutations need POST", headers=[(b"allow", b"POST")])
        call.admit(self.cost)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            return await self._answer(text, call.asked)
        finally:
            self.running -= 1

    async def _answer(self, text: str, asked: Asked) -> TinyAnswer:
        result: Any = await SCHEMA.execute(text, asked.variables, operation_name=asked.operation_name)
        errors = [error.formatted for error in result.errors or ()]
        executed = result.data is not None
        if executed:
            self.texts.keep(asked)
        return TinyAnswer(
            orjson.dumps({"data": result.data} if executed else {"errors": errors}), executed, cost=self.cost
        )

    async def ping(self) -> None:
        if self.ping_failure is not None:
            raise self.ping_failure

    @contextlib.asynccontextmanager
    async def opened(self, _settings: Settings) -> AsyncIterator[TinyService]:
        yield self


def is_mutation(text: str, name: str | None) -> bool:
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return False
    operation = get_operation_ast(document, name)
    return operation is not None and operation.operation is OperationType.MUTATION
