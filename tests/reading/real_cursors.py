"""Cursors of every order, taken from real answers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from resolvers.reading import Answerer, Context
from tests.reading.naive_relations import ORDERS
from tests.reading.subjects import EVERYTHING

ROOTS = {"Customer": "customers", "Department": "departments", "Interaction": "interactions", "Ticket": "tickets"}

ROOT = "{{ staff: {entry}(first: 100, orderBy: {order}) {{ edges {{ cursor }} }} }}"

INSIDE = """
query Inside($customer: String = {text}) {{
  customer(code: $customer) {{
    assignments {{ edges {{ cursor }} }}
    gradeHistory {{ edges {{ cursor }} }}
    timeline(first: 40) {{ edges {{ cursor }} }}
    desc: ledger(first: 100) {{ edges {{ cursor }} }}
    asc: ledger(first: 100, orderBy: HAPPENED_AT_ASC) {{ edges {{ cursor }} }}
    tickets {{ nodes {{ eventLog {{ edges {{ cursor }} }} }} }}
    department {{ members {{ edges {{ cursor }} }} }}
  }}
}}
"""


HANDOVERS = "{ handovers(first: 100) { edges { cursor } nodes { items(first: 30) { edges { cursor } } } } }"


async def real_cursors(answerer: Answerer, codes: list[str], now: dt.datetime) -> dict[str, list[str]]:
    """Cursors by the name of the order that they belong to."""
    texts = [
        ROOT.format(entry=entry, order=order)
        for gtype, entry in (*ROOTS.items(), ("Staff", "staff"))
        for order in ORDERS[gtype]
    ]
    texts.append(HANDOVERS)
    texts += [INSIDE.format(text=json.dumps(code)) for code in codes]
    found: dict[str, dict[str, None]] = {}
    for text in texts:
        answer = json.loads((await answerer.answer(text, {}, None, Context(EVERYTHING, now))).body)
        assert "errors" not in answer, answer
        for cursor in _cursors(answer["data"]):
            found.setdefault(json.loads(bytes.fromhex(cursor))[0], {})[cursor] = None
    return {order: list(cursors) for order, cursors in sorted(found.items())}


def _cursors(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        if "cursor" in document:
            yield document["cursor"]
        for inner in document.values():
            yield from _cursors(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from _cursors(inner)
