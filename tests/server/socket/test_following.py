"""Subscriptions over real sockets: what is sent, to whom, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import socket
import struct
import time
from collections.abc import Callable

import httpx
import psutil
import pytest
import sqlalchemy as sa

from resolvers.access import Role
from resolvers.api_keys import create_key, revoke_key, withdraw_customer
from resolvers.customer import CustomerChanges, update_customer
from server.app import Application
from server.identity.claims import LEEWAY
from server.identity.key_file import signing_key
from server.identity.own_tokens import Bearer, own_claims, signed
from server.sockets import transport
from store.customer import CustomerRow
from tests.commands.worlds import Office
from tests.factories import NOW
from tests.server.proxy import proxied
from tests.server.running import running
from tests.server.socket.changing import opened, replied
from tests.server.socket.conftest import settings_for
from tests.server.socket.talking import MANAGER, STREAM, TICKS, VIEWER, Talk, signed_in, talking

pytestmark = pytest.mark.anyio


async def key_for(office: Office, *customer_ids) -> str:
    """A partner's key for these customers."""
    async with office.database.transaction() as session:
        codes = list(await session.scalars(sa.select(CustomerRow.code).where(CustomerRow.id.in_(customer_ids))))
        return (await create_key(session, "partner", codes, expires_at=None, now=NOW, actor="test"))[1]


async def test_a_change_on_one_socket_is_seen_on_another(url, office: Office):
    async with signed_in(url) as watching:
        await watching.subscribe()
        start = await watching.update()
        key = await opened(office)
        update = await watching.update()

    assert start["kind"] == "BOOKMARK"
    assert (update["kind"], update["ticket"]["id"]) == ("OPENED", f"Ticket:{key}")


async def test_a_filtered_subscriber_gets_bookmarks(url, office: Office):
    variables = {"filter": {"kind": {"eq": "CLAIM"}}}
    async with signed_in(url) as talk:
        await talk.subscribe({"query": STREAM, "variables": variables})
        start = await talk.update()
        await opened(office)
        later = await talk.update()

    assert later["kind"] == "BOOKMARK"
    assert later["cursor"] != start["cursor"]


async def test_a_revoked_key_ends_the_socket_and_is_told_of_nothing_after_it(url, office: Office):
    world = office.world
    key = await key_for(office, world.own)
    async with signed_in(url, {"x-api-key": key}) as talk:
        await talk.subscribe(key="a")
        await talk.update("a")
        before = await opened(office)
        assert (await talk.update("a"))["ticket"]["id"] == f"Ticket:{before}"
        async with office.database.transaction() as session:
            await revoke_key(session, key[-4:], now=NOW, actor="test")
        await opened(office)
        code, reason = await talk.closed()

    (error,) = [message for message in talk.heard if message["type"] == "error"]
    assert (error["id"], error["payload"][0]["extensions"]["code"]) == ("a", "UNAUTHENTICATED")
    assert (code, reason) == (4403, "Forbidden: The API key is not known")
    assert sum(message["type"] == "next" for message in talk.heard) == 2


async def test_a_key_revoked_under_fire_gets_nothing_that_happened_after_it(url, office: Office):
    """Eight writers change tickets while the key is revoked: every update is of a change before the revocation."""
    world = office.world
    key = await key_for(office, world.own)
    async with signed_in(url, {"x-api-key": key}) as talk:
        await talk.subscribe()
        await talk.update()
        stop = asyncio.Event()
        after: set[str] = set()

        async def write() -> None:
            while not stop.is_set():
                was_revoked = revoked.is_set()
                ticket = f"Ticket:{await opened(office)}"
                if was_revoked:
                    after.add(ticket)

        revoked = asyncio.Event()
        writers = [asyncio.create_task(write()) for _ in range(4)]
        for _ in range(10):
            await talk.update()
        async with office.database.transaction() as session:
            await revoke_key(session, key[-4:], now=NOW, actor="test")
        revoked.set()
        code, _ = await talk.closed()
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.gather(*writers)

    told = {
        message["payload"]["data"]["ticketUpdates"]["ticket"]["id"]
        for message in talk.heard[2:]
        if message["type"] == "next" and message["payload"]["data"]["ticketUpdates"]["ticket"]
    }
    assert code == 4403
    assert after
    assert told & after == set()


async def test_a_withdrawn_customer_is_not_told_of_any_more(url, office: Office):
    world = office.world
    key = await key_for(office, world.own, world.foreign)
    async with signed_in(url, {"authorization": f"Bearer {key}"}) as talk:
        await talk.subscribe()
        await talk.update()
        first = await opened(office, world.foreign)
        assert (await talk.update())["ticket"]["id"] == f"Ticket:{first}"
        async with office.database.transaction() as session:
            code = await session.scalar(sa.select(CustomerRow.code).where(CustomerRow.id == world.foreign))
            await withdraw_customer(session, key[-4:], code)
        await opened(office, world.foreign)
        mine = await opened(office, world.own)
        update = await talk.update()
        while update["kind"] == "BOOKMARK":
            update = await talk.update()

    assert update["ticket"]["id"] == f"Ticket:{mine}"


async def test_a_customer_that_moves_away_is_not_told_of_any_more(url, office: Office):
    world = office.world
    who = {"x-c360-role": "supervisor", "x-c360-departments": f"{world.head},{world.service}"}
    async with signed_in(url, who) as talk:
        await talk.subscribe({"query": STREAM, "variables": {"filter": {"what": {"isNull": True}}}})
        await talk.update()
        first = await opened(office, world.own)
        assert (await talk.update())["ticket"]["id"] == f"Ticket:{first}"
        await office.do(update_customer, CustomerChanges(world.own, department_id=world.other))
        await opened(office, world.own)
        still = await opened(office, world.neighbour)
        update = await talk.update()
        while update["kind"] == "BOOKMARK":
            update = await talk.update()

    assert update["ticket"]["id"] == f"Ticket:{still}"


async def test_an_expired_token_ends_an_idle_socket_too(store_url, world, tmp_path):
    now = dt.datetime.now(dt.UTC)
    settings = settings_for(store_url, token_keys_file=tmp_path / "keys.json")
    almost_over = now - dt.timedelta(seconds=LEEWAY)
    claims = own_claims(Bearer(Role.MANAGER), almost_over, dt.timedelta(seconds=6))
    with running(Application(settings)) as url:
        token = signed(claims, signing_key(tmp_path / "keys.json", now))
        async with signed_in(url, {"Authorization": f"Bearer {token}"}) as talk:
            code, reason = await talk.closed(60)

    assert code == 4403
    assert "expired" in reason


async def test_whoever_does_not_read_is_dropped_and_others_are_not_held_up(store_url, office: Office, monkeypatch):
    monkeypatch.setattr(transport, "LINGER_SECONDS", 0.5)
    with running(Application(settings_for(store_url))) as url:
        async with signed_in(url, {"x-c360-role": "auditor"}) as good:
            await good.subscribe()
            await good.update()
            with contextlib.closing(_deaf(url)) as raw:
                held = _held(raw)
                assert held()
                _ask_without_reading(raw, 3_000)
                changed = await opened(office)
                assert (await good.update())["ticket"]["id"] == f"Ticket:{changed}"
                await _until(lambda: not held())


async def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _held(raw: socket.socket) -> Callable[[], bool]:
    """Whether the server, in this process, still holds its end of a client's connection."""
    client, server = raw.getsockname(), raw.getpeername()
    return lambda: any((end.laddr, end.raddr) == (server, client) for end in psutil.Process().net_connections("tcp"))


def _deaf(url: str) -> socket.socket:
    """A client with small buffers that has signed in, and reads nothing from then on."""
    port = int(url.rpartition(":")[2])
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.connect(("127.0.0.1", port))
    raw.sendall(
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\nx-c360-role: manager\r\n\r\n".encode()
    )
    assert b"101" in raw.recv(1_000)
    raw.sendall(_frame({"type": "connection_init"}))
    raw.recv(1_000)
    return raw


def _ask_without_reading(raw: socket.socket, times: int) -> None:
    """Ask for large answers again and again, as long as the server takes it."""
    large = "{ __schema { types { name description fields { name description } } } }"
    raw.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        for number in range(times):
            raw.sendall(_frame({"id": str(number), "type": "subscribe", "payload": {"query": large}}))


def _frame(message) -> bytes:
    data = json.dumps(message).encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(data))
    return b"\x81" + length + b"\0\0\0\0" + data


async def test_a_stop_tells_sockets_to_come_back(store_url, world):
    server = contextlib.ExitStack()
    url = server.enter_context(running(Application(settings_for(store_url))))
    async with contextlib.AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(signed_in(url)) for _ in range(3)]
        for talk in talks:
            await talk.subscribe()
            await talk.update()
        stopping = asyncio.create_task(asyncio.to_thread(server.close))
        codes = [(await talk.closed())[0] for talk in talks]
        await stopping

    assert codes == [1012] * 3


async def test_a_database_that_was_away_costs_no_update(store_url, office: Office, template):
    if template.kind == "sqlite":
        pytest.skip("a file does not go away")
    address = sa.make_url(store_url)
    with proxied(str(address.host), address.port or 5432) as cable:
        through = address.set(host="127.0.0.1", port=cable.port).render_as_string(hide_password=False)
        with running(Application(settings_for(through))) as url:
            async with signed_in(url) as talk:
                await talk.subscribe()
                cursor = (await talk.update())["cursor"]
                for number in range(3):
                    cable.cut()
                    wanted = f"Ticket:{await opened(office)}"
                    await asyncio.sleep(0.1)
                    cable.mend()
                    cursor = await _seen_again(talk, wanted, cursor, f"again {number}")


async def _seen_again(talk: Talk, wanted: str, cursor: str, key: str) -> str:
    """Wait for an update, coming back with the last cursor when the operation has ended; gives its cursor."""
    while True:
        message = await talk.hear(20)
        if message["type"] == "error":
            assert message["payload"][0]["extensions"]["code"] == "UNAVAILABLE", message
            await asyncio.sleep(0.2)
            await talk.subscribe({"query": STREAM, "variables": {"after": cursor}}, key=f"{key} {len(talk.heard)}")
            continue
        update = message["payload"]["data"]["ticketUpdates"]
        cursor = update["cursor"]
        if update["ticket"] is not None and update["ticket"]["id"] == wanted:
            return str(cursor)


async def test_replies_carry_what_was_withheld(url, office: Office):
    text = "subscription { ticketUpdates { cursor ticket { description } } }"
    async with signed_in(url, {"x-c360-role": "partner", "x-c360-customers": str(office.world.own)}) as talk:
        await talk.subscribe({"query": text})
        await talk.hear()
        await opened(office)
        message = await talk.hear()

    assert message["payload"]["extensions"]["withheld"][0]["field"] == "description"


async def test_sockets_and_their_updates_are_counted(store_url, office: Office):
    settings = settings_for(store_url, metrics_key="k" * 16)
    with running(Application(settings)) as url:
        async with signed_in(url) as talk:
            await talk.subscribe(key="a")
            await talk.update("a")
            await talk.subscribe(key="b")
            await talk.update("b")
            shown = _metrics(url)
            assert "c360_sockets_open 1.0" in shown
            assert "c360_subscriptions_running 2.0" in shown
            assert "c360_updates_delivered_total 2.0" in shown
            await talk.say("rubbish")
            await talk.closed()
        await _until(lambda: "c360_sockets_open 0.0" in _metrics(url))
        shown = _metrics(url)
        assert "c360_subscriptions_running 0.0" in shown
        assert 'c360_socket_closes_total{code="4400"} 1.0' in shown


def _metrics(url: str) -> str:
    return httpx.get(f"{url}/metrics", headers={"authorization": f"Bearer {'k' * 16}"}).text


async def test_http_refuses_subscriptions_with_words(url):
    async with httpx.AsyncClient(base_url=url, headers=MANAGER) as client:
        answer = (await client.post("/graphql", json=TICKS)).json()

    assert answer["errors"][0]["extensions"]["code"] == "BAD_OPERATION"


async def test_events_are_to_be_had_over_http(url, office: Office):
    key = await opened(office)
    await replied(office, key)
    text = "query ($after: String) { events(after: $after) { nodes { cursor version } pageInfo { endCursor } } }"
    async with httpx.AsyncClient(base_url=url, headers=MANAGER) as client, asyncio.timeout(10):
        nodes = []
        while len(nodes) < 2:
            page = (await client.post("/graphql", json={"query": text})).json()["data"]["events"]
            nodes = page["nodes"]

    assert [node["version"] for node in nodes] == [None, 2]
    async with signed_in(url) as talk:
        await talk.subscribe({"query": STREAM, "variables": {"after": nodes[0]["cursor"]}})
        assert (await talk.update())["kind"] == "BOOKMARK"
        assert (await talk.update())["version"] == 2


async def test_patience_with_rubbish_ends_at_the_handshake(store_url, world):
    with running(Application(settings_for(store_url, patience_ms=20))) as url:
        codes = []
        for _ in range(30):
            try:
                async with talking(url) as talk:
                    await talk.say("rubbish")
                    codes.append((await talk.closed())[0])
            except Exception as refusal:  # noqa: BLE001
                codes.append(refusal.response.status_code)

    assert codes[0] == 4400
    assert codes[-1] == 429


async def test_refused_operations_use_up_patience_too(store_url, world):
    with running(Application(settings_for(store_url, patience_ms=4))) as url:
        async with signed_in(url) as talk:
            codes = set()
            for number in range(15):
                await talk.subscribe({"query": f"{{ nothing{number} }}"}, key=str(number))
                codes.add(await talk.code(str(number)))
            assert codes == {"GRAPHQL_VALIDATION_FAILED", "RATE_LIMITED"}
            await talk.subscribe(VIEWER, key="honest")
            assert await talk.code("honest") == "RATE_LIMITED"
