"""The schema, put together."""

from __future__ import annotations

import importlib

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers.reading import Answerer, ReadStore, Way
from schema import enums
from schema.query import Query
from schema.subscription import Subscription

__all__ = ["build_answerer", "build_schema", "enums"]


def build_schema() -> strawberry.Schema:
    """The schema; every call gives one of its own, since binding changes it."""
    mutation = importlib.import_module("schema.mutation").Mutation
    return strawberry.Schema(Query, mutation, Subscription, config=StrawberryConfig(auto_camel_case=True))


def build_answerer(store: ReadStore, *, way: Way = Way.DIRECT) -> Answerer:
    """What answers requests over a store."""
    return Answerer(build_schema(), store, way=way)
