from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from resolvers.reading import ReadStore, open_reads
from server.identity.authenticator import open_authenticator
from server.identity.identity import Authenticator
from server.settings import Settings
from store.session import Database
from tests.server.identity.issuer import AUDIENCE, TestIssuer, issuing

Opening = Callable[..., AbstractAsyncContextManager[Authenticator]]


@pytest.fixture(scope="module")
def shared_issuer() -> Iterator[TestIssuer]:
    with issuing() as made:
        yield made


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with issuing() as made:
        yield made


@pytest.fixture
async def reads(database: Database, store_url: str) -> AsyncIterator[ReadStore]:
    """The reading side of the test's store."""
    store = await open_reads(store_url, size=2)
    yield store
    await store.close()


@pytest.fixture
def opening(reads: ReadStore, store_url: str, tmp_path: Path) -> Opening:
    """Opens the authenticator of these settings over the test's store."""

    def opened(issuer: TestIssuer | None = None, **settings: Any) -> AbstractAsyncContextManager[Authenticator]:
        oidc = {} if issuer is None else {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
        usual = {"database_url": store_url, "token_keys_file": tmp_path / "keys.json"}
        return open_authenticator(Settings(**{**usual, **oidc, **settings}), reads)

    return opened


@pytest.fixture
async def authenticator(opening: Opening) -> AsyncIterator[Authenticator]:
    """The authenticator of a development's settings."""
    async with contextlib.AsyncExitStack() as stack:
        yield await stack.enter_async_context(opening())
