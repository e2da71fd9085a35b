"""Asking a server of ours over HTTP, as any client would."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import orjson

from server.graphiql.page import Example
from server.user_error import UserError

SECONDS = 30.0


def wait_until_ready(url: str, is_alive: Callable[[], bool]) -> None:
    """Return when the server answers.

    Raises:
        UserError: it ended, or takes longer than 30 s.
    """
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and is_alive():
        try:
            if _answer(url, "GET", "/readyz")[0] == 200:
                return
        except (OSError, HTTPException):
            pass  # not yet
        time.sleep(0.05)
    raise UserError("The server did not start", cure="run `c360 doctor`")


def ask(url: str, example: Example, token: str) -> Any:
    """What the server answers to whoever holds a token, with errors in it as data.

    Raises:
        UserError: it does not answer in GraphQL.
    """
    body = orjson.dumps({"query": example.query, "variables": example.variables})
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "authorization": f"Bearer {token}",
    }
    try:
        return orjson.loads(_answer(url, "POST", "/graphql", body, headers)[1])
    except (OSError, HTTPException, orjson.JSONDecodeError) as error:
        raise UserError(f"{url} does not answer: {error}", cure="run `c360 doctor`") from error


def _answer(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)) as connection:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
