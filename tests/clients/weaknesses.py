"""What graphql-cop looks for, asked in our own words: it is on no package registry, so its list is kept here.

Each weakness has a request that shows it, and tells from the answer whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

Found = Callable[[httpx.Response], bool]


@dataclass(frozen=True)
class Weakness:
    """One thing that should not be found."""

    name: str
    found: Found
    method: str = "POST"
    query: str = "query Probe { __typename }"
    form: bool = False
    batch: int = 0
    accept: str = "application/json"

    def is_in(self, client: httpx.Client, url: str) -> bool:
        """Whether the endpoint has it."""
        return self.found(client.request(self.method, url, headers={"accept": self.accept}, **self._content()))

    def _content(self) -> dict[str, Any]:
        asked: Any = {"query": self.query}
        if self.method == "GET":
            return {"params": asked} if "html" not in self.accept else {}
        if self.form:
            return {"data": asked}
        return {"json": [asked] * self.batch if self.batch else asked}


def names(client: httpx.Client, url: str) -> list[str]:
    """The weaknesses that an endpoint has."""
    return [each.name for each in WEAKNESSES if each.is_in(client, url)]


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _has_data(answer: httpx.Response) -> bool:
    body = _json(answer)
    return isinstance(body, dict) and bool(body.get("data"))


def _errors(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    body = _json(answer)
    yield from body.get("errors", ()) if isinstance(body, dict) else ()


def _suggests(answer: httpx.Response) -> bool:
    return "did you mean" in answer.text.lower()


def _traces(answer: httpx.Response) -> bool:
    body = _json(answer)
    return isinstance(body, dict) and "tracing" in body.get("extensions", {})


def _is_unhandled(answer: httpx.Response) -> bool:
    words = ("traceback", "exception", "stacktrace", ' file "')
    return answer.status_code >= 500 or any(word in answer.text.lower() for word in words)


def _counts_each(answer: httpx.Response) -> bool:
    """Every directive was looked at: there is an error for each."""
    return len(list(_errors(answer))) >= 10


def _shows_ide(answer: httpx.Response) -> bool:
    return any(word in answer.text.lower() for word in ("graphiql", "playground", "apollo-sandbox"))


_DEEP = (
    "{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }"
)

WEAKNESSES = (
    Weakness("alias overloading", _has_data, query="{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }"),
    Weakness("batches", lambda answer: isinstance(_json(answer), list), batch=10),
    Weakness("circular introspection", _has_data, query=_DEEP),
    Weakness("directive overloading", _counts_each, query="{ __typename " + "@aa " * 10 + "}"),
    Weakness("field duplication", _has_data, query="{ " + "__typename " * 501 + "}"),
    Weakness("field suggestions", _suggests, query="{ custmers { nodes { id } } }"),
    Weakness("field suggestions of introspection", _suggests, query="{ __schema { directive } }"),
    Weakness("mutation by GET", _has_data, method="GET", query="mutation Probe { __typename }"),
    Weakness("query by GET", _has_data, method="GET"),
    Weakness("IDE", _shows_ide, method="GET", accept="text/html"),
    Weakness("introspection", _has_data, query="{ __schema { types { name fields { name } } } }"),
    Weakness("introspection of a type", _has_data, query='{ __type(name: "Customer") { name fields { name } } }'),
    Weakness("form as a query", _has_data, form=True),
    Weakness("tracing", _traces),
    Weakness("unhandled error", _is_unhandled, query="query Probe { abc"),
    Weakness("unhandled error of an unknown operation", _is_unhandled, query="inquiry Probe { abc }"),
)
