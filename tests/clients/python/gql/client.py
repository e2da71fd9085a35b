"""gql: a view, pages, errors, and updates of tickets."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

URL = os.environ["ENDPOINT"]
TOKEN = os.environ["TOKEN"]


def tell(what: Any) -> None:
    print(json.dumps(what), flush=True)


VIEW = """
query View($code: String!) {
  customer(code: $code) { id name tickets(first: 3) { nodes { id number status } } }
}
"""
PAGES = """
query Pages($after: String) {
  customers(first: 40, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } }
}
"""
UPDATES = """
subscription Tickets($after: String) {
  ticketUpdates(after: $after) { cursor kind ticket { id number status } }
}
"""


async def read() -> None:
    transport = HTTPXAsyncTransport(url=URL, headers={"authorization": f"Bearer {TOKEN}"})
    async with Client(transport=transport) as session:
        # the view
        view = await session.execute(GraphQLRequest(VIEW, variable_values={"code": "SN-4414"}))
        tell({"view": view["customer"]})

        # pages
        codes: list[str] = []
        after, more = None, True
        while more:
            answer = await session.execute(GraphQLRequest(PAGES, variable_values={"after": after}))
            codes += [node["code"] for node in answer["customers"]["nodes"]]
            after, more = (answer["customers"]["pageInfo"][name] for name in ("endCursor", "hasNextPage"))
        tell({"codes": codes})

        # errors: of the question
        try:
            await session.execute(GraphQLRequest('{ customer(id: "nobody") { id } }'))
        except TransportQueryError as error:
            tell({"refused": error.errors[0]["extensions"]["code"]})

    # errors: of the request, such as a token that has expired
    try:
        async with Client(transport=HTTPXAsyncTransport(url=URL)) as session:
            await session.execute(GraphQLRequest(VIEW, variable_values={"code": "SN-4414"}))
    except TransportQueryError as error:
        tell({"anonymous": error.errors[0]["extensions"]["code"]})
    except TransportServerError as error:
        tell({"anonymous": error.code})


async def updates(after: str | None = None) -> AsyncIterator[dict[str, Any]]:
    """Updates of tickets from a cursor on. It connects again where it was cut, after a pause."""
    while True:
        transport = WebsocketsTransport(
            url=URL.replace("http", "ws", 1),
            init_payload={"authorization": f"Bearer {TOKEN}"},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        try:
            async with Client(transport=transport) as session:
                request = GraphQLRequest(UPDATES, variable_values={"after": after})
                async for result in session.subscribe(request):
                    after = result["ticketUpdates"]["cursor"]
                    yield result["ticketUpdates"]
        except TransportConnectionFailed:
            await asyncio.sleep(0.5)


async def main() -> None:
    await read()
    try:
        async for update in updates():
            tell(update)
    except TransportError as error:
        tell({"error": repr(error)})


asyncio.run(main())
