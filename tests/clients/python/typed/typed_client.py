"""ariadne-codegen: a client with a method for each operation, and a type for each answer."""

import asyncio
import json
import os
from typing import Any

from customer360 import Client
from customer360.exceptions import GraphQLClientError, GraphQLClientGraphQLMultiError, GraphQLClientHttpError

URL = os.environ["ENDPOINT"]
TOKEN = os.environ["TOKEN"]


def tell(what: Any) -> None:
    print(json.dumps(what), flush=True)


async def main() -> None:
    async with Client(url=URL, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        # the view
        view = await client.view(code="SN-4414")
        assert view.customer is not None
        tell({"view": view.customer.model_dump(mode="json"), "since": view.customer.created_at.year})

        # pages
        codes: list[str] = []
        after, more = None, True
        while more:
            page = (await client.pages(after=after)).customers
            codes += [node.code for node in page.nodes]
            after, more = page.page_info.end_cursor, page.page_info.has_next_page
        tell({"codes": codes})

        # errors: of the question
        try:
            await client.one(id="nobody")
        except GraphQLClientGraphQLMultiError as error:
            tell({"refused": error.errors[0].extensions["code"]})

    # errors: of the request, such as a token that has expired
    async with Client(url=URL) as client:
        try:
            await client.view(code="SN-4414")
        except GraphQLClientHttpError as error:
            tell({"anonymous": error.response.json()["errors"][0]["extensions"]["code"]})
        except GraphQLClientError as error:
            tell({"anonymous": repr(error)})


asyncio.run(main())
