"""Answering a subscription to the event log: replay from a cursor, then live, in one loop without a seam.

There is no queue. Each subscription reads the log by its own planned statement, from its place up to the tail's
position, hands its updates on one by one, and waits for the tail to move. Whoever takes them slowly is read for slowly.

Why nobody is sent what they may not see. Take an update that is handed on, and call P the moment of the statement that
read it, C the moment of the confirmation after that statement, and R the moment at which the credential was revoked, or
its reach was made smaller. What the statement saw had been committed before P. The confirmation at C > P read the store
too, and found the credential in force, with the very reach that the statement was compiled and run for; else the batch
is thrown away. So R > C > P: the change that the update tells of was committed before R, and so was the ticket as the
update shows it. Handing on takes time, so the confirmation is repeated when the last one is older than
`confirmed_seconds`, and a batch whose reach does not hold any more is thrown away from there on: older updates too end
soon after R. A reach that grows is seen at once: the subject is confirmed before each statement as well. All this is as
good as the confirmation: API keys are read from the store each time; what a token's holder reaches may be two seconds
old.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, cast

from graphql import GraphQLObjectType, OperationType, execute

from outbox.cursor import Position
from outbox.tail import Tail
from resolvers.access import AccessClass
from resolvers.disclosures import record
from resolvers.reading.answer import Answerer, LeanExecutor, Prepared
from resolvers.reading.binding import Ready
from resolvers.reading.compiler import Compiler
from resolvers.reading.context import Context, Notes, Run
from resolvers.reading.declarations import source_of
from resolvers.reading.errors import InvalidError, UnplannableError
from resolvers.reading.extensions import Cost, extensions
from resolvers.reading.logged import Found, Stretch, log_of, position_at
from resolvers.reading.logged_stream import LogStream
from resolvers.reading.planner import Plan
from resolvers.reading.replies import Reply, Way, body_of, codes_of, formatted, refused
from resolvers.reading.source import Selected

ContextOf = Callable[[], Awaitable[Context]]
"""Gives the request as it is now: the credential confirmed by the store, its reach read again. Raises refusals."""

Clock = Callable[[], float]

Turn = Callable[[], AbstractAsyncContextManager[None]]
"""A turn to read one batch: whoever has many subscriptions is not to hold all connections to the store."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a subscription behaves over time.

    A bookmark comes when the log went on without a match for `bookmark_seconds`, or for `bookmark_rows`. Batches begin
    `least_seconds` apart at the least, so that a busy log is read in batches and not row by row.
    """

    bookmark_seconds: float = 15.0
    bookmark_rows: int = 1_000
    confirmed_seconds: float = 1.0
    least_seconds: float = 0.01


PACE = Pace()


async def subscribe(
    answerer: Answerer,
    query: str,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context_of: ContextOf,
    *,
    pace: Pace = PACE,
    turn: Turn = contextlib.nullcontext,
    clock: Clock = time.monotonic,
) -> AsyncGenerator[Reply, None]:
    """The replies of one subscription, for as long as they are taken.

    A reply that is not `executed` is the last one, and says why. What `context_of` raises, and what the store raises,
    passes through.
    """
    context = await context_of()
    prepared = answerer.prepare(query, variables, operation_name, context, kinds=(OperationType.SUBSCRIPTION,))
    if isinstance(prepared, Reply):
        yield prepared
        return
    try:
        stream = _Stream(answerer, prepared, variables, context_of, pace, turn, clock)
        async with contextlib.aclosing(stream.replies(context)) as replies:
            async for reply in replies:
                yield reply
    except InvalidError as error:
        yield refused([error], name=prepared.name, kind="subscription", request_id=context.request_id)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one statement found, and for whom."""

    found: Found
    context: Context
    ending: bytes


class _Stream:
    """One subscription: the place that it has read to, and the last place that its reader was told."""

    def __init__(
        self,
        answerer: Answerer,
        prepared: Prepared,
        variables: Mapping[str, Any] | None,
        context_of: ContextOf,
        pace: Pace,
        turn: Turn,
        clock: Clock,
    ) -> None:
        self._answerer, self._prepared, self._variables = answerer, prepared, variables
        self._context_of, self._pace, self._turn, self._clock = context_of, pace, turn, clock
        self._source, self._selected = self._entry()
        self._confirmed: tuple[_Batch | None, float] = (None, clock())
        self._read_at = clock()

    async def replies(self, context: Context) -> AsyncGenerator[Reply, None]:
        """A bookmark of the place where it begins, then updates and bookmarks in the order of the log."""
        log = log_of(context)
        cursor = self._selected.value("after", self._prepared.variables)
        place = told = log.tail.position if cursor is None else await position_at(context, cursor)
        batch = await self._read(context, Stretch(place, log.tail.position))
        told_at = self._clock()
        yield await self._bookmark(batch, place, self._prepared.cost)
        while True:
            for position, documents in batch.found.rows:
                if not await self._still_holds(batch):
                    break
                yield await self._reply(batch, documents[0])
                place, told, told_at = position, position, self._clock()
            else:
                place = batch.found.end
            if self._is_late(place, told, told_at):
                yield await self._bookmark(batch, place)
                told, told_at = place, self._clock()
            await self._something_to_read(log.tail, place, None if place == told else told_at)
            batch = await self._read(await self._context_of(), Stretch(place, log.tail.position))

    def _entry(self) -> tuple[LogStream, Selected]:
        """The operation's one field. Raises InvalidError."""
        root, prepared = self._root(), self._prepared
        fragments, values = prepared.document.fragments, prepared.variables
        compiler = Compiler(self._answerer.planner, fragments, values, AccessClass(), walking=False)
        with contextlib.suppress(UnplannableError):
            fields = compiler.collect(root, [prepared.operation])
            for key, nodes in fields.items():
                definition = root.fields.get(nodes[0].name.value)
                source = source_of(definition) if definition is not None else None
                if len(fields) == 1 and definition is not None and isinstance(source, LogStream):
                    return source, Selected(compiler, key, nodes, definition)
        raise InvalidError("BAD_OPERATION", "A subscription asks for exactly one stream.")

    def _root(self) -> GraphQLObjectType:
        root = self._answerer.schema.subscription_type
        assert root is not None  # noqa: S101  # the operation was found valid
        return root

    async def _read(self, context: Context, stretch: Stretch) -> _Batch:
        """The next batch; where a function of it fails, read so that the failure is reported at its place."""
        self._read_at = self._clock()
        walking = self._answerer.way is Way.WALK
        async with self._turn():
            plan, run, found = await self._found(context, stretch, walking=walking)
            if not walking and (run.failed or plan.needs_walk):
                plan, run, found = await self._found(context, stretch, walking=True)
        return _Batch(found, run.context, plan.withheld_json)

    async def _found(self, context: Context, stretch: Stretch, *, walking: bool) -> tuple[Plan, Run, Found]:
        plan = self._answerer.plan(self._prepared, context, walking=walking)
        own = replace(context, store=self._answerer.store, walking=walking, notes=Notes())
        run = Run(own, self._prepared.variables, stretch)
        (found,) = await plan.documents(run)
        return plan, run, found

    async def _still_holds(self, batch: _Batch) -> bool:
        """Whether the batch may be handed on now: confirmed since it was read, and not too long ago."""
        confirmed, at = self._confirmed
        if confirmed is batch and self._clock() - at <= self._pace.confirmed_seconds:
            return True
        began = self._clock()
        context = await self._context_of()
        self._confirmed = batch, began
        if context.subject != batch.context.subject:
            return False
        if batch.context.notes.disclosed:
            await record(batch.context.database, batch.context)
        return True

    def _is_late(self, place: Position, told: Position, told_at: float) -> bool:
        """Whether the reader's last cursor is too old."""
        old = self._clock() - told_at >= self._pace.bookmark_seconds
        return place != told and (old or place.id - told.id >= self._pace.bookmark_rows)

    async def _something_to_read(self, tail: Tail, place: Position, told_at: float | None) -> None:
        """Wait until the log goes on after a place, or, where a bookmark will be due, until it is."""
        await asyncio.sleep(self._read_at + self._pace.least_seconds - self._clock())
        due = None if told_at is None else told_at + self._pace.bookmark_seconds - self._clock()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(due):
                await tail.moved(place.id)

    async def _bookmark(self, batch: _Batch, place: Position, cost: Cost | None = None) -> Reply:
        cursor = log_of(batch.context).keys.sign(place)
        document = self._source.place_only(self._selected.compiler, self._selected, cursor)
        return await self._reply(batch, document, cost)

    async def _reply(self, batch: _Batch, document: Any, cost: Cost | None = None) -> Reply:
        """One update as a reply, by the fastest way that can."""
        body: dict[str, Any] = {"data": {self._selected.key: document}}
        way = Way.WALK if batch.context.walking else self._answerer.way
        if way is not Way.DIRECT:
            body = await self._executed(batch.context, document if way is Way.WALK else Ready(document))
        requested = cost.requested if cost is not None else 0
        return Reply(
            body_of(body, extensions(cost, batch.ending)),
            way=way,
            cost=requested,
            operation_name=self._prepared.name,
            operation_kind="subscription",
            codes=codes_of(body.get("errors", ())),
        )

    async def _executed(self, context: Context, document: Any) -> dict[str, Any]:
        """graphql-core's view of an update."""
        assert self._prepared.document.node is not None  # noqa: S101  # a document without errors has a node
        result = execute(
            self._answerer.schema,
            self._prepared.document.node,
            root_value={self._selected.key: document},
            context_value=context,
            variable_values=dict(self._variables or {}),
            operation_name=self._prepared.name,
            executor_class=LeanExecutor,
        )
        done = cast("Any", await result if isawaitable(result) else result)
        errors = [formatted(error, context.request_id) for error in done.errors or ()]
        return {"data": done.data, **({"errors": errors} if errors else {})}
