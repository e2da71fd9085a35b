"""The GraphiQL page and its files. Everything comes from this origin, and the browser is told to load nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from resolvers.access import Role
from server.http import Outgoing
from server.identity.own_tokens import Bearer

HERE = Path(__file__).parent
STATIC = HERE / "static"
EXAMPLES = HERE / "examples"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Example(NamedTuple):
    """An operation that the page offers in a tab: the document, its variables, and who asks."""

    name: str
    query: str
    variables: dict[str, Any]
    bearer: Bearer


Signing = Callable[[Bearer], str]
"""Makes a token for whoever an example says."""


def examples() -> tuple[Example, ...]:
    """The examples, by the order of their files: `<name>.graphql`, and `<name>.json` beside it for the rest."""
    return tuple(_example(path) for path in sorted(EXAMPLES.glob("*.graphql")))


def page(sign: Signing | None = None) -> Outgoing:
    """The page as an answer that is ready to go. With `sign`, its tabs carry tokens; else a person puts one in."""
    tabs = [
        {
            "query": each.query,
            "variables": _pretty(each.variables),
            "headers": _pretty({"Authorization": f"Bearer {sign(each.bearer) if sign else ''}"}),
        }
        for each in examples()
    ]
    # a closing script tag inside of an example must not end the block that holds it
    data = orjson.dumps(tabs).replace(b"<", b"\\u003c")
    body = (HERE / "page.html").read_bytes().replace(b"@TABS@", data)
    headers = (
        (b"content-security-policy", POLICY.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"vary", b"accept"),
    )
    return Outgoing(200, b"text/html; charset=utf-8", body, headers)


class Assets(StaticFiles):
    """The files of the page. Browsers keep them, and ask each time whether they are still the newest."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Any, status_code: int = 200
    ) -> Response:
        """The file, or the word that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _example(path: Path) -> Example:
    beside = path.with_suffix(".json")
    extra = orjson.loads(beside.read_bytes())
    return Example(path.stem, path.read_text("utf-8"), extra.get("variables", {}), _bearer(**extra["asked_by"]))


def _bearer(role: str, staff: str | None = None, customers: Sequence[str] = ()) -> Bearer:
    return Bearer(Role[role.upper()], staff_number=staff, customer_codes=customers)


def _pretty(value: dict[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if value else ""
