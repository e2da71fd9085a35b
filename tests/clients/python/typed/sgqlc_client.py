"""sgqlc: classes for every type, made from what introspection says; operations are built in Python."""

import json
import os
from typing import Any

from customer360_types import customer360_types as schema
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.operation import Operation

URL = os.environ["ENDPOINT"]
TOKEN = os.environ["TOKEN"]

endpoint = HTTPEndpoint(URL, {"authorization": f"Bearer {TOKEN}"})


def tell(what: Any) -> None:
    print(json.dumps(what), flush=True)


operation = Operation(schema.Query)
customer = operation.customer(code="SN-4414")
customer.id()
customer.name()
customer.tickets(first=3).nodes().__fields__("id", "number", "status")

data = endpoint(operation)
view = (operation + data).customer
tell({"view": {"name": view.name, "tickets": [ticket.number for ticket in view.tickets.nodes]}})

refused = Operation(schema.Query)
refused.customer(id="nobody").id()
tell({"refused": endpoint(refused)["errors"][0]["extensions"]["code"]})
