"""All ways to answer on all stores, side by side; and how an answer is compared with the right one."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import GraphQLSchema

import schema.enums
from graph.relational import RelationalGraph
from resolvers.access import Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from schema.query import Query
from store.session import Database
from tests.factories import NOW
from tests.reading.lax import LAX
from tests.reading.naive import Expected
from tests.reading.subjects import EVERYTHING
from tests.stores import opened

assert schema.enums.expose, "titles must be there before any type uses an enum"


def query_schema() -> strawberry.Schema:
    """The readable schema, without mutations; binding changes it, so each answerer has one of its own."""
    return strawberry.Schema(Query)


def types() -> GraphQLSchema:
    """The types of the schema, bound to nothing."""
    return query_schema()._schema


@dataclass
class Ways:
    """Answerers by store and way."""

    answerers: Mapping[tuple[str, Way], Answerer]
    database: Database
    """Where it is written down that secrets were read: a store of its own, so that the world stays as it is."""

    async def body(self, kind: str, way: Way, asking: Asking) -> bytes:
        """One way's answer."""
        answerer = self.answerers[kind, way]
        context = Context(asking.subject, asking.now, self.database, graph=RelationalGraph(answerer.store))
        reply = await answerer.answer(asking.text, asking.variables, asking.name, context)
        return reply.body


@dataclass(frozen=True)
class Asking:
    """One request."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    subject: Subject = EVERYTHING
    now: dt.datetime = NOW
    name: str | None = None


@contextlib.asynccontextmanager
async def open_ways(urls: Mapping[str, str], records: str) -> AsyncIterator[Ways]:
    """All ways over these stores (URLs by kind of store); what secrets were read is written down in another one."""
    reads = {kind: await open_reads(url, size=2) for kind, url in urls.items()}
    try:
        ways = [(kind, way) for kind in reads for way in Way]
        answerers = {key: Answerer(query_schema(), reads[key[0]], way=key[1], limits=LAX) for key in ways}
        async with opened(records) as database:
            yield Ways(answerers, database)
    finally:
        for store in reads.values():
            await store.close()


def difference(expected: Expected, body: bytes) -> str | None:
    """What is wrong with an answer, or None."""
    answer = json.loads(body)
    errors = answer.get("errors", [])
    if expected.refused:
        return None if errors and "data" not in answer else "it should have been refused"
    wrong = first_difference(expected.data, answer.get("data", "no data"))
    if wrong:
        return f"{wrong}; errors: {errors}"
    for error in errors:
        code = error["extensions"]["code"]
        if code not in expected.codes.get(tuple(error.get("path", ())), ()):
            return f"an error that should not be: {error}"
    paths = {tuple(error["path"]) for error in errors}
    if expected.data is None:
        return None if paths else "there should be an error"
    return None if paths == expected.codes.keys() else f"errors are missing: {expected.codes.keys() - paths}"


def first_difference(right: Any, found: Any, path: str = "data") -> str | None:
    """Where two documents differ, the order of keys included; 4.0 is the same as 4, as JSON has it."""
    if isinstance(right, dict) and isinstance(found, dict):
        if list(right) != list(found):
            return f"{path} should have the keys {list(right)}, not {list(found)}"
        return next((d for k in right if (d := first_difference(right[k], found[k], f"{path}.{k}"))), None)
    if isinstance(right, list) and isinstance(found, list) and len(right) == len(found):
        pairs = enumerate(zip(right, found, strict=True))
        return next((d for i, (a, b) in pairs if (d := first_difference(a, b, f"{path}[{i}]"))), None)
    same = right == found and isinstance(right, bool) == isinstance(found, bool)
    return None if same else f"{path} should be {right!r:.500}, not {found!r:.500}"
