"""The protocol, line by line: what the server says, and with which code a socket ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from server.app import Application
from server.sockets import socket as socket_module
from tests import stores
from tests.commands.worlds import World
from tests.server.running import running
from tests.server.socket.conftest import built_in, settings_for
from tests.server.socket.talking import MANAGER, STREAM, VIEWER, signed_in, talking

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[tuple[str, World]]:
    """One server for all that is said here, over a store of the simple kind: the protocol does not know stores."""
    folder = tmp_path_factory.mktemp("protocol")
    with stores.template("sqlite", folder) as template, stores.empty_store(template, folder) as store_url:
        world = asyncio.run(built_in(store_url))
        with running(Application(settings_for(store_url))) as address:
            yield address, world


@pytest.fixture
def url(office) -> str:
    return office[0]


@pytest.fixture
def world(office) -> World:
    return office[1]


async def test_a_query_is_answered_and_completed(url):
    async with signed_in(url) as talk:
        await talk.subscribe(VIEWER)

        answer = await talk.hear()
        assert (answer["type"], answer["id"]) == ("next", "1")
        assert answer["payload"]["data"] == {"viewer": {"role": "MANAGER"}}
        assert await talk.hear() == {"id": "1", "type": "complete"}


async def test_a_mutation_changes_things(url, world):
    text = "mutation ($i: ReplyToTicketInput!) { replyToTicket(input: $i) { ticket { version } errors { code } } }"
    async with signed_in(url) as talk:
        await talk.subscribe({"query": text, "variables": {"i": {"id": f"Ticket:{world.ticket}"}}})

        answer = await talk.hear()
        assert answer["payload"]["data"]["replyToTicket"] == {"ticket": {"version": 2}, "errors": []}


async def test_several_operations_run_at_a_time_and_keep_their_ids(url):
    async with signed_in(url) as talk:
        await talk.subscribe(key="stream")
        assert (await talk.update("stream"))["kind"] == "BOOKMARK"
        for number in range(20):
            await talk.subscribe(VIEWER, key=f"query {number}")

        heard = []
        while sum(message["type"] == "complete" for message in heard) < 20:
            heard.append(await talk.hear())
        for number in range(20):
            kinds = [message["type"] for message in heard if message["id"] == f"query {number}"]
            assert kinds == ["next", "complete"]


async def test_complete_ends_a_stream_and_frees_its_id(url):
    async with signed_in(url) as talk:
        for _ in range(3):
            await talk.subscribe(key="again")
            assert (await talk.update("again"))["kind"] == "BOOKMARK"
            await talk.say({"id": "again", "type": "complete"})
        await talk.subscribe(VIEWER, key="after")
        assert (await talk.hear())["id"] == "after"


async def test_complete_of_an_unknown_id_is_ignored(url):
    async with signed_in(url) as talk:
        await talk.say({"id": "never", "type": "complete"})
        await talk.subscribe(VIEWER)
        assert (await talk.hear())["type"] == "next"


@pytest.mark.parametrize("payload", [None, {}, {"n": [1, {"a": "b"}]}])
async def test_pings_are_answered_with_their_payload_before_and_after_the_init(url, payload):
    message = {"type": "ping"} if payload is None else {"type": "ping", "payload": payload}
    expected = {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
    async with talking(url) as talk:
        await talk.say(message)
        assert await talk.hear() == expected
        await talk.init()
        await talk.say({"type": "pong"})
        await talk.say(message)
        assert await talk.hear() == expected


@pytest.mark.parametrize("payload", [MANAGER, {"X-C360-Role": "manager", "other": 1}])
async def test_the_init_may_say_who_it_is_in_any_case(url, payload):
    async with talking(url) as talk:
        await talk.init(payload)


async def test_the_handshake_may_say_who_it_is(url):
    async with talking(url, additional_headers=MANAGER) as talk:
        await talk.init(None)


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer nonsense"}, {"x-api-key": "c360_x"}])
async def test_whoever_is_nobody_is_forbidden(url, payload):
    async with talking(url) as talk:
        await talk.say({"type": "connection_init", **({} if payload is None else {"payload": payload})})
        code, reason = await talk.closed()
    assert code == 4403
    assert reason.startswith("Forbidden: ")


async def test_an_operation_before_the_init_is_unauthorized(url):
    async with talking(url) as talk:
        await talk.subscribe(VIEWER)
        assert await talk.closed() == (4401, "Unauthorized")


async def test_two_inits_are_too_many(url):
    async with signed_in(url) as talk:
        await talk.say({"type": "connection_init", "payload": MANAGER})
        assert await talk.closed() == (4429, "Too many initialisation requests")


async def test_two_inits_at_once_are_too_many(url):
    async with talking(url) as talk:
        for _ in range(2):
            await talk.say({"type": "connection_init", "payload": MANAGER})
        assert (await talk.closed())[0] == 4429


async def test_two_operations_of_one_id_end_the_socket(url):
    async with signed_in(url) as talk:
        await talk.subscribe()
        await talk.subscribe()
        assert await talk.closed() == (4409, "Subscriber for 1 already exists")


async def test_no_init_ends_the_socket(url, monkeypatch):
    monkeypatch.setattr(socket_module, "INIT_SECONDS", 0.3)
    async with talking(url) as talk:
        await talk.say({"type": "ping"})
        assert await talk.closed() == (4408, "Connection initialisation timeout")


async def test_a_client_has_five_seconds_for_its_init(url):
    assert socket_module.INIT_SECONDS == 5


MALFORMED = [
    "",
    "nonsense",
    "null",
    "true",
    "1",
    '"text"',
    "[]",
    '[{"type":"ping"}]',
    "{}",
    '{"type":null}',
    '{"type":1}',
    '{"type":["ping"]}',
    '{"type":"next","id":"1","payload":{}}',
    '{"type":"connection_ack"}',
    '{"type":"start","id":"1","payload":{}}',
    '{"type":"ping","payload":1}',
    '{"type":"ping","payload":[]}',
    '{"type":"ping","payload":NaN}',
    '{"type":"connection_init","payload":"x"}',
    '{"type":"connection_init","payload":[]}',
    '{"type":"complete"}',
    '{"type":"complete","id":1}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":"1"}',
    '{"type":"subscribe","id":"1","payload":null}',
    '{"type":"subscribe","id":"1","payload":[]}',
    '{"type":"subscribe","id":"1","payload":"{ viewer { role } }"}',
    '{"type":"subscribe","id":1,"payload":{"query":"{ viewer { role } }"}}',
    '{"type":"subscribe","id":"","payload":{"query":"{ viewer { role } }"}}',
    '{"type":"subscribe","id":null,"payload":{"query":"{ viewer { role } }"}}',
    '{"type":"subscribe","payload":{"query":"{ viewer { role } }"}}',
    json.dumps({"type": "subscribe", "id": "x" * 129, "payload": VIEWER}),
    '{"type":"subscribe","id":"1","payload":{"query":1}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":[]}}',
    "[" * 5_000 + "]" * 5_000,
    '{"type":"ping","payload":{"n":' + "1" * 5_000 + "}}",
    b"\x00\x01",
    b'{"type":"ping"}',
]


@pytest.mark.parametrize("frame", MALFORMED, ids=range(len(MALFORMED)))
async def test_whatever_is_no_message_ends_the_socket(url, frame):
    async with signed_in(url) as talk:
        await talk.say(frame)
        code, reason = await talk.closed()
    assert code == 4400
    assert reason


@pytest.mark.parametrize("frame", ["[]", "null", '{"type":"subscribe","id":5}', b"\xff"])
async def test_so_it_does_before_the_init(url, frame):
    async with talking(url) as talk:
        await talk.say(frame)
        assert (await talk.closed())[0] == 4400


@pytest.mark.parametrize(
    "payload", [{"authorization": 1}, {"authorization": "a\nb"}, {"Authorization": "x", "authorization": "y"}]
)
async def test_a_credential_that_is_no_header_ends_the_socket(url, payload):
    async with talking(url) as talk:
        await talk.say({"type": "connection_init", "payload": payload})
        assert (await talk.closed())[0] == 4400


async def test_a_message_that_is_too_long_ends_the_socket(url):
    async with signed_in(url) as talk:
        await talk.say({"type": "ping", "payload": {"x": "y" * 300_000}})
        assert (await talk.closed())[0] == 1009


DEEP = "{ viewer " + "{ staff " * 300 + "{ id }" + " }" * 300 + " }"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ viewer { role }"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ a: viewer { role } }", "operationName": "Other"}, "BAD_OPERATION"),
        ({"query": "subscription { ticketUpdates { nothing } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": 'subscription { ticketUpdates(after: "x") { cursor } }'}, "BAD_CURSOR"),
        ({"query": STREAM, "variables": {"after": 1}}, "BAD_USER_INPUT"),
        ({"query": STREAM, "operationName": "Other"}, "BAD_OPERATION"),
        ({"query": ""}, "INVALID_REQUEST"),
        ({}, "INVALID_REQUEST"),
        ({"query": None}, "INVALID_REQUEST"),
        ({"query": "{ viewer { role } }", "variables": {"x": [1] * 11_000}}, "LIMIT_VARIABLES"),
        ({"documentId": "unknown"}, "UNTRUSTED_DOCUMENT"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"query": "query ($x: Int!) { departments(first: $x) { nodes { id } } }"}, "BAD_USER_INPUT"),
        ({"query": DEEP}, "LIMIT_DEPTH"),
    ],
)
async def test_a_bad_operation_ends_alone(url, payload, code):
    async with signed_in(url) as talk:
        await talk.subscribe(key="stream")
        await talk.update("stream")
        await talk.subscribe(payload, key="bad")
        assert await talk.code("bad") == code
        await talk.subscribe(VIEWER, key="bad")
        assert (await talk.hear())["payload"]["data"]
        assert await talk.hear() == {"id": "bad", "type": "complete"}


async def test_fifty_operations_and_no_more(url):
    async with signed_in(url) as talk:
        for number in range(50):
            await talk.subscribe(key=str(number))
        for _ in range(50):
            await talk.hear()
        await talk.subscribe(key="50")
        assert await talk.code("50") == "TOO_MANY_OPERATIONS"
        await talk.say({"id": "7", "type": "complete"})
        await talk.say({"type": "ping"})
        assert await talk.hear() == {"type": "pong"}
        await talk.subscribe(key="50")
        assert (await talk.update("50"))["kind"] == "BOOKMARK"


@pytest.mark.parametrize("subprotocol", [None, "graphql-ws", "mqtt"])
async def test_another_subprotocol_is_not_spoken(url, subprotocol):
    async with talking(url, subprotocol=subprotocol) as talk:
        assert talk.connection.subprotocol is None
        assert (await talk.closed())[0] == 4406


async def test_the_subprotocol_is_confirmed(url):
    async with talking(url) as talk:
        assert talk.connection.subprotocol == "graphql-transport-ws"


async def denied(url: str, **options) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refusal:
        async with talking(url, **options):
            pass
    response = refusal.value.response
    (error,) = json.loads(response.body)["errors"]
    assert response.headers["x-request-id"] == error["extensions"]["requestId"]
    return response.status_code, error["extensions"]["code"]


async def test_pages_of_others_are_denied(url):
    assert await denied(url, origin="https://evil.example") == (403, "BAD_ORIGIN")
    assert await denied(url, origin="null") == (403, "BAD_ORIGIN")


async def test_our_own_pages_are_not(url):
    async with talking(url, origin=url) as talk:
        await talk.init()


async def test_other_names_are_denied(url):
    port = url.rpartition(":")[2]
    assert await denied(f"http://evil.example:{port}", host="127.0.0.1") == (421, "BAD_HOST")


async def test_a_repeated_header_is_denied(url):
    repeated = [("authorization", "Bearer a"), ("authorization", "Bearer b")]
    assert await denied(url, additional_headers=repeated) == (400, "REPEATED_HEADER")


async def test_there_is_a_bound_on_the_sockets_of_one_caller(url):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(signed_in(url))
        async with talking(url) as talk:
            await talk.say({"type": "connection_init", "payload": MANAGER})
            assert await talk.closed() == (1013, "Too many sockets of this caller")
        async with talking(url) as talk:
            await talk.init({"x-c360-role": "auditor"})


async def test_there_is_a_bound_on_the_sockets_of_one_address(url):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(30):
            await stack.enter_async_context(talking(url))
        assert await denied(url) == (429, "TOO_MANY_REQUESTS")
    for _ in range(100):
        with contextlib.suppress(InvalidStatus):
            async with talking(url) as talk:
                await talk.init()
                break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the places were not given back")


async def test_a_closed_socket_leaves_nothing_running(url):
    for _ in range(12):  # more than one caller may have at a time
        async with signed_in(url) as talk:
            await talk.subscribe()
            await talk.update()
        await asyncio.sleep(0.05)


async def test_frames_are_text_and_fragments_are_put_together(url):
    async with signed_in(url) as talk:
        text = json.dumps({"id": "1", "type": "subscribe", "payload": VIEWER})
        await talk.connection.send([text[:10], text[10:40], text[40:]])
        assert (await talk.hear())["type"] == "next"


async def test_many_messages_slow_down_and_lose_nothing(url):
    async with signed_in(url) as talk:
        for number in range(600):
            await talk.say({"type": "ping", "payload": {"n": number}})
        heard = [(await talk.hear(20))["payload"]["n"] for _ in range(600)]
    assert heard == list(range(600))
