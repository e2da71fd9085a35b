"""In production nothing of what graphql-cop looks for is found; on a stock server the same probes find it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL

from tests.clients.endpoint import Endpoint, serving
from tests.clients.weaknesses import names
from tests.server.running import running

PRODUCTION = {
    "C360_ENVIRONMENT": "production",
    "C360_ALLOWED_HOSTS": "127.0.0.1",
    "C360_ACCEPT_OWN_TOKENS": "true",
}


@strawberry.type
class Page:
    """What `customers` gives."""

    nodes: list[str]


@strawberry.type
class Query:
    @strawberry.field
    def customers(self) -> Page:
        return Page(nodes=[])


@pytest.fixture(scope="module")
def production(world: Path) -> Iterator[Endpoint]:
    """A server as it runs in production, and a token that it takes."""
    with serving(world, **PRODUCTION) as endpoint:
        yield endpoint


def test_nothing_is_found_in_production(production):
    with httpx.Client(headers={"authorization": f"Bearer {production.token}"}) as client:
        assert production.ask("{ __typename }") == {"__typename": "Query"}
        assert names(client, production.url) == []


def test_nothing_is_found_in_production_without_a_token(production):
    with httpx.Client() as client:
        assert names(client, production.url) == []


def test_the_probes_find_what_a_stock_server_lets_through():
    app = Starlette(routes=[Mount("/graphql", GraphQL(strawberry.Schema(Query)))])
    with running(app) as url, httpx.Client(follow_redirects=True) as client:
        assert names(client, f"{url}/graphql") == [
            "alias overloading",
            "directive overloading",
            "field duplication",
            "field suggestions",
            "field suggestions of introspection",
            "query by GET",
            "IDE",
            "introspection",
            "introspection of a type",
        ]
