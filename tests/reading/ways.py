"""All ways to answer on all stores, side by side; and how an answer is compared with the right one."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLSchema

import schema.enums
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Answerer, Context, Way, open_reads
from schema.query import Query
from tests.reading.naive import Expected

assert schema.enums.expose, "titles must be there before any type uses an enum"

MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)


def query_schema() -> strawberry.Schema:
    """The readable schema, without mutations; binding changes it, so each answerer has one of its own."""
    return strawberry.Schema(Query)


def types() -> GraphQLSchema:
    """The schema's types alone, bound to nothing."""
    return query_schema()._schema


@dataclass
class Ways:
    """Answerers by store and way."""

    answerers: Mapping[tuple[str, Way], Answerer]

    async def bodies(
        self, text: str, variables: Mapping[str, Any], name: str | None, subject: Subject, now: dt.datetime
    ) -> dict[tuple[str, Way], bytes]:
        """Every way's answer to one request."""
        return {
            key: (await answerer.answer(text, variables, name, Context(subject, now))).body
            for key, answerer in self.answerers.items()
        }


@contextlib.asynccontextmanager
async def open_ways(urls: Mapping[str, str]) -> AsyncIterator[Ways]:
    """All ways over these stores (URLs by kind of store)."""
    reads = {kind: await open_reads(url, size=2) for kind, url in urls.items()}
    try:
        yield Ways({(kind, way): Answerer(query_schema(), reads[kind], way=way) for kind in reads for way in Way})
    finally:
        for store in reads.values():
            await store.close()


def plain(value: Any) -> Any:
    """A document whose equality is that of JSON: objects with the order of their keys, 4.0 the same as 4."""
    if isinstance(value, Mapping):
        return [(key, plain(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return ["list", *map(plain, value)]
    return ("boolean", value) if isinstance(value, bool) else value


def difference(expected: Expected, body: bytes) -> str | None:
    """What is wrong with an answer, or None."""
    answer = json.loads(body)
    errors = answer.get("errors", [])
    if expected.refused:
        return None if errors and "data" not in answer else "it should have been refused"
    if plain(answer.get("data", "no data")) != plain(expected.data):
        return f"the data is {json.dumps(answer.get('data'))[:2000]}"
    for error in errors:
        code = error["extensions"]["code"]
        if code not in expected.codes.get(tuple(error.get("path", ())), ()):
            return f"an error that should not be: {error}"
    paths = {tuple(error["path"]) for error in errors}
    if expected.data is None:
        return None if paths else "there should be an error"
    return None if paths == expected.codes.keys() else f"errors are missing: {expected.codes.keys() - paths}"
