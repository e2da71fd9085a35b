"""Documents over the schema as clients get it, and the CPU that refusing or accepting one takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphql import GraphQLSchema

from resolvers.reading.cost import cost_of
from resolvers.reading.documents import Document, Documents
from resolvers.reading.limits import Limits
from schema.build import build_schema


@cache
def schema() -> GraphQLSchema:
    """The schema; nothing of these tests runs it."""
    return build_schema()._schema


def read(text: str, **limits: Any) -> Document:
    """A document, read anew."""
    return Documents(schema(), Limits(**limits)).get(text)


def codes(text: str, **limits: Any) -> list[str]:
    """The codes of a document's errors."""
    return [error.extensions["code"] for error in read(text, **limits).errors]


def words(text: str, **limits: Any) -> str:
    """What the first error says."""
    return read(text, **limits).errors[0].message


def cost(text: str, variables: Mapping[str, Any] | None = None, name: str | None = None) -> int:
    """The points of a document's operation; a document that is refused fails the test."""
    document = read(text)
    assert not document.errors, document.errors
    return cost_of(schema(), document, document.operation(name), variables or {})


def milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The CPU of this thread that some work takes, the best of a few times."""
    schema()
    taken = []
    for _ in range(times):
        before = time.thread_time()
        work()
        taken.append(time.thread_time() - before)
    return min(taken) * 1000


def most(milliseconds: float) -> float:
    """A bound for CPU; where coverage counts every line, pure Python takes several times as long."""
    return milliseconds * (1 if sys.gettrace() is None else 6)
