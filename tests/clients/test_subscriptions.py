"""Each client that subscribes sees every change once, also when its connection is cut in between."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.endpoint import Endpoint, c360, serving
from tests.clients.programs import Telling, node, python_script, running
from tests.server.proxy import Proxy, proxied

CUSTOMER = '{ customer(code: "SN-4414") { id } departments(first: 1) { nodes { id } } }'
OPEN = """
mutation Open($input: OpenTicketInput!) {
  openTicket(input: $input) { ticket { number } errors { field code message } }
}
"""


@pytest.fixture
def cable(endpoint: Endpoint) -> Iterator[Proxy]:
    """What lies between client and server, and can be cut."""
    with proxied("127.0.0.1", endpoint.port) as proxy:
        yield proxy


def opened(endpoint: Endpoint, count: int) -> list[str]:
    """The numbers of tickets that were opened just now."""
    found = endpoint.ask(CUSTOMER)
    draft = {"customerId": found["customer"]["id"], "departmentId": found["departments"]["nodes"][0]["id"]}
    draft |= {"kind": "FAULT", "channel": "PHONE", "subject": "Cannot sign in"}
    payloads = [endpoint.ask(OPEN, input=draft)["openTicket"] for _ in range(count)]
    assert [payload["errors"] for payload in payloads] == [[]] * count
    return [payload["ticket"]["number"] for payload in payloads]


def seen(telling: Telling, count: int) -> list[str]:
    """The numbers of the tickets that the next updates say were opened."""
    numbers: list[str] = []
    while len(numbers) < count:
        told = telling.next()
        if told.get("kind") != "BOOKMARK":
            assert told.get("kind") == "OPENED", told
            numbers.append(told["ticket"]["number"])
    return numbers


def assert_nothing_is_lost(words: list[str], folder: Path, endpoint: Endpoint, cable: Proxy) -> None:
    with running(words, folder, endpoint.by_way_of(cable.port)) as telling:
        while telling.next().get("kind") != "BOOKMARK":
            pass  # it tells of its queries first
        first = opened(endpoint, 3)
        assert seen(telling, 3) == first
        cable.cut()
        missed = opened(endpoint, 3)
        cable.mend()
        assert seen(telling, 3) == missed
        last = opened(endpoint, 2)
        assert seen(telling, 2) == last


@pytest.mark.parametrize("script", ["graphql-ws.mjs", "apollo.mjs", "urql.mjs"])
def test_graphql_ws_alone_and_under_apollo_and_urql(script, javascript, endpoint, cable):
    assert_nothing_is_lost(node(script), javascript, endpoint, cable)


def test_relay(relay, endpoint, cable):
    assert_nothing_is_lost(node("built.mjs"), relay, endpoint, cable)


def test_gql(python, endpoint, cable):
    assert_nothing_is_lost(python_script("gql", "client.py"), python / "gql", endpoint, cable)


@pytest.mark.parametrize("client", ["graphql-ws", "gql"])
def test_a_server_that_is_started_anew_goes_on_where_it_was(client, javascript, python, world):
    words = node("graphql-ws.mjs") if client == "graphql-ws" else python_script("gql", "client.py")
    folder = javascript if client == "graphql-ws" else python / "gql"
    with contextlib.ExitStack() as stack:
        with serving(world) as before:
            telling = stack.enter_context(running(words, folder, before))
            while telling.next().get("kind") != "BOOKMARK":
                pass
            first = opened(before, 2)
            assert seen(telling, 2) == first
        after = stack.enter_context(serving(world, C360_PORT=str(before.port)))
        second = opened(after, 2)
        assert seen(telling, 2) == second


def test_a_token_that_nobody_signed_ends_it(javascript, endpoint):
    with running(node("graphql-ws.mjs"), javascript, Endpoint(endpoint.url, "nobody")) as telling:
        assert telling.next() == {"closed": 4403}


def test_a_key_that_is_revoked_ends_it(javascript, world, endpoint):
    made = json.loads(c360(world, "keys", "create", "--name", "Partner", "--customer", "SN-4414", "--json"))
    partner = Endpoint(endpoint.url, made["key"])
    with running(node("graphql-ws.mjs"), javascript, partner) as telling:
        assert telling.next()["kind"] == "BOOKMARK"
        first = opened(endpoint, 1)
        assert seen(telling, 1) == first
        c360(world, "keys", "revoke", made["key"][-4:])
        opened(endpoint, 1)
        assert telling.next() == {"refused": "UNAUTHENTICATED"}
