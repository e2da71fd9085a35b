"""Signing in as clients do it: by tokens and API keys over HTTP, and what those hear who are nobody."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.access import Role
from resolvers.api_keys import create_key, revoke_key, withdraw_customer
from server.app import Application
from server.demo import signing
from server.identity.own_tokens import Bearer
from server.refusal import Code
from server.settings import Settings
from store.session import Database
from tests.factories.assignment import add_assignment
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.staff import add_membership, add_staff
from tests.server.identity.issuer import AUDIENCE, TestIssuer
from tests.server.running import running
from tests.server.test_http import refused_with

QUERY = "{ viewer { name role scope clearance staff { number } } customers(first: 9) { nodes { code } } }"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def filled(store_url: str) -> None:
    """Customers: C-1 of a department, C-2 of the one below it, C-3 of another; S-1 leads the first and serves C-3."""

    async def fill(session: AsyncSession) -> None:
        top, other = await add_department(session), await add_department(session)
        below = await add_department(session, parent=top)
        for code, department in (("C-1", top), ("C-2", below), ("C-3", other)):
            customer = await add_customer(session, code=code, department_id=department.id)
        staff = await add_staff(session, number="S-1")
        await add_membership(session, staff, top, role="HEAD")
        await add_assignment(session, customer, staff)

    changed(store_url, fill)


@pytest.fixture
def url(store_url: str, issuer: TestIssuer, tmp_path: Path) -> Iterator[str]:
    settings = Settings(
        database_url=store_url,
        token_keys_file=tmp_path / "keys.json",
        oidc_issuer=issuer.url,
        oidc_audience=AUDIENCE,
        patience_ms=0,
    )
    with running(Application(settings)) as address:
        yield address


def changed(store_url: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def change() -> T:
        database = Database(store_url)
        async with database.transaction() as session:
            done = await work(session)
        await database.close()
        return done

    return asyncio.run(change())


def ask(url: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{url}/graphql", json={"query": QUERY}, headers=named, timeout=20)


def seen(response: httpx.Response) -> tuple[dict[str, object], set[str]]:
    data = response.json()["data"]
    return data["viewer"], {node["code"] for node in data["customers"]["nodes"]}


@pytest.mark.parametrize(
    ("bearer", "codes"),
    [
        (Bearer(Role.MANAGER), {"C-1", "C-2", "C-3"}),
        (Bearer(Role.SUPERVISOR, staff_number="S-1"), {"C-1", "C-2"}),
        (Bearer(Role.AGENT, staff_number="S-1"), {"C-3"}),
        (Bearer(Role.PARTNER, customer_codes=["C-2"]), {"C-2"}),
        (Bearer(Role.PARTNER), set()),
    ],
    ids=lambda value: str(getattr(value, "role", "")),
)
def test_tokens_open_what_their_role_reaches(url, tmp_path, bearer, codes):
    viewer, found = seen(ask(url, authorization=f"Bearer {signing(tmp_path / 'keys.json')(bearer)}"))

    assert viewer["role"] == bearer.role
    assert found == codes
    assert viewer["staff"] == ({"number": "S-1"} if bearer.staff_number else None)


def test_tokens_of_the_issuer_are_taken(url, issuer):
    now = int(dt.datetime.now(dt.UTC).timestamp())

    viewer, _ = seen(ask(url, authorization=f"Bearer {issuer.token(iat=now, exp=now + 60, c360_staff='S-1')}"))

    assert (viewer["name"], viewer["role"], viewer["staff"]) == ("staff:S-1", "MANAGER", {"number": "S-1"})


def test_a_key_ends_with_the_request_after_it_was_revoked(url, store_url):
    now = dt.datetime.now(dt.UTC)
    row, key = changed(
        store_url, lambda s: create_key(s, "ACME", ["C-1", "C-2"], expires_at=None, now=now, actor="ann")
    )
    assert seen(ask(url, x_api_key=key))[1] == {"C-1", "C-2"}

    changed(store_url, lambda s: withdraw_customer(s, row.hint, "C-1"))
    assert seen(ask(url, authorization=f"Bearer {key}"))[1] == {"C-2"}

    changed(store_url, lambda s: revoke_key(s, row.hint, now=now, actor="ann"))
    assert refused_with(ask(url, x_api_key=key), 401, Code.UNAUTHENTICATED) == "The API key is not known"


def test_nobody_is_told_how_to_sign_in(url):
    response = ask(url)

    assert "Sign in" in refused_with(response, 401, Code.UNAUTHENTICATED)
    assert response.headers["www-authenticate"] == 'Bearer realm="customer360"'
    assert httpx.get(f"{url}/healthz").status_code == 200


@pytest.mark.parametrize(
    ("headers", "words", "error"),
    [
        ({"authorization": "Bearer nonsense"}, "The token is not valid", "invalid_token"),
        ({"authorization": f"Bearer {'x' * 9_000}"}, "The token is not valid", "invalid_token"),
        ({"authorization": "Basic YTpi"}, "Authorization must be", "invalid_request"),
        ({"authorization": "Bearer"}, "Authorization must be", "invalid_request"),
        ({"x_api_key": "c360_x"}, "The API key is not valid", "invalid_token"),
        ({"x_api_key": "c360_x", "authorization": "Bearer y"}, "Send one credential", "invalid_request"),
        ({"x_c360_role": "manager"}, "Sign in", None),
    ],
)
def test_what_proves_nothing_is_refused(url, headers, words, error):
    response = ask(url, **headers)

    assert words in refused_with(response, 401, Code.UNAUTHENTICATED)
    assert (f'error="{error}"' in response.headers["www-authenticate"]) == (error is not None)


def test_a_person_who_is_unknown_is_nobody(url, tmp_path):
    token = signing(tmp_path / "keys.json")(Bearer(Role.AGENT, staff_number=f"S-{uuid.uuid4()}"))

    refused_with(ask(url, authorization=f"Bearer {token}"), 401, Code.UNAUTHENTICATED)


def test_an_issuer_that_is_away_is_said(store_url, issuer):
    issuer.broken = True
    with running(Application(Settings(database_url=store_url, oidc_issuer=issuer.url, oidc_audience="x"))) as url:
        response = ask(url, authorization=f"Bearer {issuer.token()}")

    refused_with(response, 503, Code.UNAVAILABLE)
    assert response.headers["retry-after"]
