"""The service over a real store: who asks, what comes back, and what happens when the store goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from server.app import Application
from server.refusal import Code
from server.settings import Settings
from store import schema_version
from store.customer import CustomerRow
from store.session import Database
from tests import stores
from tests.factories.customer import add_customer
from tests.server.proxy import proxied
from tests.server.running import running
from tests.server.test_http import refused_with

MANAGER = {"x-c360-role": "manager"}
NAMES = "{ customers(first: 5) { nodes { id code name taxNumber } } }"


def filled(url: str) -> CustomerRow:
    """A store with one customer in it."""

    async def fill() -> CustomerRow:
        database = Database(url)
        async with database.transaction() as session:
            row = await add_customer(session, code="C-1", name="张伟", tax_number="T1")
        await database.close()
        return row

    return asyncio.run(fill())


@pytest.fixture
def customer(store_url: str) -> CustomerRow:
    return filled(store_url)


@pytest.fixture
def url(store_url: str, customer: CustomerRow) -> Iterator[str]:
    with running(Application(Settings(database_url=store_url, trust_subject_headers=True))) as address:
        yield address


def ask(url: str, query: str, **headers: str) -> httpx.Response:
    named = {f"x-c360-{name}": value for name, value in {"role": "manager", **headers}.items()}
    return httpx.post(f"{url}/graphql", json={"query": query}, headers=named, timeout=20)


def test_a_customer_is_read(url, customer):
    (node,) = ask(url, NAMES).json()["data"]["customers"]["nodes"]

    assert node == {"id": f"Customer:{customer.id}", "code": "C-1", "name": "张伟", "taxNumber": "T1"}


def test_whoever_asks_sees_what_the_headers_allow(url, customer):
    (seen,) = ask(url, NAMES, role="partner", customers=f"Customer:{customer.id}").json()["data"]["customers"]["nodes"]
    stranger = ask(url, NAMES, role="partner").json()["data"]["customers"]["nodes"]

    assert (seen["name"], seen["taxNumber"]) == ("张伟", None)
    assert stranger == []


def test_headers_that_name_nobody_are_refused(url):
    refused_with(ask(url, NAMES, role="king"), 400, Code.INVALID_SUBJECT)


def test_a_mutation_does_not_come_by_get(url):
    response = httpx.get(f"{url}/graphql", params={"query": "mutation { __typename }"}, headers=MANAGER)

    refused_with(response, 405, Code.METHOD_NOT_ALLOWED)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("query", ["{ nope", "query A { viewer { name } } query B { viewer { name } }"])
def test_a_wrong_document_by_get_is_an_error_of_the_document(url, query):
    response = httpx.get(f"{url}/graphql", params={"query": query}, headers=MANAGER)

    assert response.status_code == 200
    assert response.json()["errors"]


def test_readiness_asks_the_store(url):
    assert httpx.get(f"{url}/readyz").status_code == 200


def test_a_missing_store_is_refused(tmp_path, caplog):
    starts_not(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/none.db"))

    assert "There is no database at" in caplog.text


def test_a_store_of_another_version_is_refused(tmp_path, caplog):
    url = f"sqlite+aiosqlite:///{tmp_path}/old.db"
    asyncio.run(schema_version.upgrade(url, "0001"))

    starts_not(Settings(database_url=url))

    assert "c360 migrate" in caplog.text


def starts_not(settings: Settings) -> None:
    with pytest.raises(AssertionError, match="did not start"), running(Application(settings)):
        pass


@pytest.mark.skipif(not stores.POSTGRES and not stores.IN_CI, reason="C360_TEST_POSTGRES names no PostgreSQL")
class TestOutOfReach:
    @pytest.fixture
    def template(self, tmp_path_factory):
        with stores.template("postgresql", tmp_path_factory.mktemp("template")) as made:
            yield made

    def test_it_says_so_and_heals_by_itself(self, template, tmp_path):
        with stores.empty_store(template, tmp_path) as direct:
            filled(direct)
            address = sa.make_url(direct)
            with proxied(str(address.host), address.port or 5432) as proxy:
                through = address.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
                with running(Application(Settings(database_url=through, trust_subject_headers=True))) as url:
                    assert ask(url, NAMES).status_code == 200

                    proxy.cut()
                    refused_with(ask(url, NAMES), 503, Code.UNAVAILABLE)
                    refused_with(httpx.get(f"{url}/readyz", timeout=10), 503, Code.UNAVAILABLE)

                    proxy.mend()
                    answers = [ask(url, NAMES).status_code for _ in range(10)]
                    assert answers[-1] == 200

    def test_a_statement_that_takes_too_long_is_ended(self, template, tmp_path):
        with stores.empty_store(template, tmp_path) as direct:
            filled(direct)
            settings = Settings(database_url=direct, request_timeout=0.5, trust_subject_headers=True)
            with running(Application(settings)) as url:
                with Locked(direct, "customer"):
                    refused_with(ask(url, NAMES), 503, Code.TIMEOUT)
                assert ask(url, NAMES).status_code == 200


class Locked:
    """A table that nobody else can read for a while."""

    def __init__(self, url: str, table: str) -> None:
        self._url, self._table = url, table
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> None:
        self._loop.run_until_complete(self._lock())

    async def _lock(self) -> None:
        self._database = Database(self._url)
        self._connection = await self._database.engine.connect()
        await self._connection.execute(sa.text(f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE"))

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._free())
        self._loop.close()

    async def _free(self) -> None:
        await self._connection.rollback()
        await self._connection.close()
        await self._database.close()
