"""The application around GraphQL: health, the page, its files, and what is not there."""

from __future__ import annotations

import asyncio
import contextlib
import gc

import httpx
import pytest

from server.app import Application
from server.graphiql.page import STATIC
from server.refusal import Code
from server.settings import Settings
from server.user_error import UserError
from tests.server.running import running
from tests.server.test_http import refused_with
from tests.server.tiny import TinyService

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_health_says_that_the_process_lives(client):
    response = client.get("/healthz")

    assert response.json() == {"service": "customer360", "status": "ok"}
    assert response.headers["cache-control"] == "no-store"


def test_readiness_asks_the_database(client, tiny):
    assert client.get("/readyz").json() == {"service": "customer360", "status": "ready"}

    tiny.ping_failure = OSError("connect to db.internal failed")
    message = refused_with(client.get("/readyz"), 503, Code.UNAVAILABLE)

    assert message == "The database does not answer"


@pytest.mark.parametrize("path", ["/", "/graphql/", "/nope", "/static/graphiql/nope.js", "/static/graphiql/../page.py"])
def test_other_paths_are_not_there(client, path):
    refused_with(client.get(path), 404, Code.NOT_FOUND)


def test_health_is_only_read(client):
    response = client.post("/healthz")

    refused_with(response, 405, Code.METHOD_NOT_ALLOWED)
    assert "GET" in response.headers["allow"]


def test_a_browser_gets_the_page(client):
    response = client.get("/graphql", headers={"accept": BROWSER})

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "unsafe-eval" not in response.headers["content-security-policy"]
    assert "://" not in response.text.split("<script", 1)[0]


@pytest.mark.parametrize(
    "accept", ["application/json", "text/html;q=0.5, application/json", "*/*", "text/html;q=0, */*"]
)
def test_others_get_json(client, accept):
    response = client.get("/graphql", params={"query": "{ echo }"}, headers={"accept": accept})

    assert response.json() == {"data": {"echo": "hello"}}


def test_the_page_can_be_switched_off():
    with running(Application(Settings(graphiql=False), opener=TinyService().opened)) as url:
        response = httpx.get(f"{url}/graphql", params={"query": "{ echo }"}, headers={"accept": BROWSER})

    assert response.json() == {"data": {"echo": "hello"}}


def test_every_file_of_the_page_is_served(client):
    page = client.get("/graphql", headers={"accept": BROWSER}).text
    named = {path.name for path in STATIC.iterdir() if f"static/graphiql/{path.name}" in page}

    assert {"graphiql.min.js", "react.production.min.js", "explorer.umd.js", "page.js", "page.css"} <= named
    for name in named:
        response = client.get(f"/static/graphiql/{name}")
        assert response.status_code == 200
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-cache"


def test_a_file_that_has_not_changed_is_not_sent_again(client):
    first = client.get("/static/graphiql/page.js")
    again = client.get("/static/graphiql/page.js", headers={"if-none-match": first.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_the_files_of_the_page_are_small_enough_to_ship():
    assert sum(path.stat().st_size for path in STATIC.iterdir()) < 4_000_000


def test_what_is_loaded_at_the_start_can_be_frozen():
    with running(Application(Settings(), opener=TinyService().opened, freeze=True)):
        frozen = gc.get_freeze_count()
    gc.unfreeze()

    assert frozen > 1_000


def test_nothing_is_served_before_it_is_open():
    async def ask(path: str) -> int:
        transport = httpx.ASGITransport(Application(Settings()))  # sends no lifespan
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get(path)).status_code

    assert asyncio.run(ask("/readyz")) == 503
    assert asyncio.run(ask("/graphql")) == 404


def test_a_failing_start_ends_the_server(capfd):
    @contextlib.asynccontextmanager
    async def failing(_settings):
        raise UserError("There is no database")
        yield

    with pytest.raises(AssertionError, match="did not start"), running(Application(Settings(), opener=failing)):
        pass
