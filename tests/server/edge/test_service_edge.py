"""The edge around the real service: hostile documents, trusted ones, production, and statements that take too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pytest

from resolvers.reading import ReadStore, open_reads
from server.app import Application
from server.call import Call
from server.outage import refused_in_outage
from server.refusal import Code
from server.service import open_service
from server.settings import Settings
from server.user_error import UserError
from store import schema_version
from tests.bench.edge_attacks import Attack, attacks
from tests.bench.edge_client import loop
from tests.server.edge.serving import MOST_CPU, Served, post, sent, served
from tests.server.tiny import TinyAnswer, TinyService

SUBJECT = {"x-c360-role": "manager"}
HELLO = "{ viewer { name } }"


def ask(server: Served, payload: object, *headers: str) -> dict[str, object]:
    response = sent(server, post(orjson.dumps(payload), "x-c360-role: manager", *headers))
    return {"status": response.status_code, **response.json()}


def codes(answer: dict[str, object]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty store on SQLite."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('edge')}/empty.db"
    asyncio.run(schema_version.upgrade(url))
    return url


@contextlib.contextmanager
def served_real(url: str, **settings: object) -> Iterator[Served]:
    usual = {"trust_subject_headers": True, "patience_ms": 0, "rate_points": 0}
    with served(Application(Settings(database_url=url, **{**usual, **settings}))) as found:
        yield found


@pytest.fixture(scope="module")
def server(database_url) -> Iterator[Served]:
    with served_real(database_url) as found:
        ask(found, {"query": HELLO})
        yield found


@pytest.mark.parametrize("attack", tuple(attacks()), ids=lambda attack: attack.name)
def test_each_attack_of_the_checklist_is_refused_with_its_code_and_cheaply(server, attack: Attack):
    before, times = server.cpu_seconds, 3

    found = asyncio.run(loop(attack, server.address[1], SUBJECT if attack.signed_in else {}, 30, times))

    assert set(found) <= attack.codes | {Code.BODY_TOO_LARGE}
    assert (server.cpu_seconds - before) / times < MOST_CPU


def test_a_subscription_by_post_is_refused_in_words_where_stock_says_something_about_null(server):
    answer = ask(server, {"query": "subscription { ticketUpdates { id } }"})

    assert "data" not in answer
    assert codes(answer)


class TestTrusted:
    def manifest(self, folder: Path, documents: object) -> Path:
        path = folder / "documents.json"
        path.write_text(json.dumps(documents))
        return path

    def test_only_they_are_answered(self, database_url, tmp_path):
        path = self.manifest(tmp_path, {"me": HELLO})
        with served_real(database_url, trusted_documents=path, trusted_only=True) as server:
            known = ask(server, {"documentId": "me"})
            written_out = ask(server, {"query": HELLO})
            other = ask(server, {"query": "{ viewer { role } }"})
            unknown = ask(server, {"documentId": "you"})
            by_get = sent(
                server, b"GET /graphql?documentId=me HTTP/1.1\r\nhost: localhost\r\nx-c360-role: agent\r\n\r\n"
            )

        assert known["data"] == written_out["data"] == {"viewer": {"name": "manager"}}
        assert by_get.json()["data"] == {"viewer": {"name": "agent"}}
        for answer in (other, unknown):
            assert (answer["status"], codes(answer)) == (400, [Code.UNTRUSTED_DOCUMENT])

    @pytest.mark.parametrize(
        ("text", "word"),
        [("{ nope }", "nope"), ("{ viewer {", "Syntax Error"), ("{ customers { nodes { id } }", "Syntax Error")],
    )
    def test_one_that_cannot_be_answered_stops_the_start(self, database_url, tmp_path, text, word):
        path = self.manifest(tmp_path, {"good": HELLO, "bad-one": text})

        async def start() -> None:
            async with open_service(Settings(database_url=database_url, trusted_documents=path)):
                pass

        with pytest.raises(UserError, match=word) as caught:
            asyncio.run(start())

        assert "'bad-one'" in caught.value.message
        assert str(path) in caught.value.message


class HeavyService(TinyService):
    """Answers everything by one statement that takes minutes."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.reads: ReadStore

    async def __call__(self, call: Call) -> TinyAnswer:
        with refused_in_outage():
            if call.asked.query == "{ quick }":
                await self.reads.row("SELECT 1", ())
            else:
                await self.reads.row(HEAVY, ())
        return TinyAnswer(b'{"data":{}}', executed=True)

    @contextlib.asynccontextmanager
    async def opened(self, settings: Settings) -> AsyncIterator[HeavyService]:
        self.reads = await open_reads(self._url, size=1, seconds=600)
        yield self
        await self.reads.close()


HEAVY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000) SELECT max(x) FROM n"


def test_a_statement_that_takes_too_long_is_really_ended(store_url):
    service = HeavyService(store_url)
    settings = Settings(request_timeout=0.5, rate_points=0, patience_ms=0)
    with served(Application(settings, opener=service.opened)) as server:
        answer = ask(server, {"query": "{ slow }"})
        began = time.monotonic()
        after = ask(server, {"query": "{ quick }"})

        assert (answer["status"], codes(answer)) == (503, [Code.TIMEOUT])
        assert after["status"] == 200
        assert time.monotonic() - began < 10
        assert running_statements(store_url) == 0


def running_statements(url: str) -> int:
    """How many statements of ours PostgreSQL still works on; SQLite works in our process, which was free again."""
    if not url.startswith("postgresql"):
        return 0
    return asyncio.run(_running(url))


async def _running(url: str) -> int:
    reads = await open_reads(url, size=1)
    text = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE n(x)%'"
    row = await reads.row(text, ())
    await reads.close()
    return int(row[0])
