"""Mangled input: bodies, documents and frames that were good once, and what is done to them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

QUERIES = (
    "{ viewer { name role scope clearance } }",
    "query V($first: Int!) { customers(first: $first) { nodes { id code name } pageInfo { endCursor hasNextPage } } }",
    (
        "query ($id: ID!) { customer(id: $id) { ...card tickets(first: 5, orderBy: OPENED_AT_DESC) { totalCount "
        "nodes { number status events(first: 2) { kind note } } } } } fragment card on Customer { code name grade "
        "contacts(first: 3) { name @include(if: true) email } }"
    ),
    (
        'mutation M { createContact(input: {customerId: "Customer:0190c0de-0000-7000-8000-000000000000", name: "王芳", '
        'idempotencyKey: "k"}) { contact { id } errors { code field message } } }'
    ),
    "{ __schema { queryType { name fields(includeDeprecated: true) { name type { kind ofType { name } } } } } }",
    '{ node(id: "Ticket:0190c0de-0000-7000-8000-000000000000") { __typename id ... on Ticket { number } } }',
    'subscription { ticketUpdates(after: "AAAA") { cursor kind ticket { number } } }',
    (
        'query T { t: customers(first: 2, filter: {name: {startsWith: "王"}, grade: {in: [VIP]}}) { totalCount } } '
        "query U { viewer { name } }"
    ),
)

NASTY = (
    b"\x00", b"\xff\xfe", b"\xc3\x28", b"\\u0000", b"\\ud800", b"1e999", b"-0", b"9" * 400, b"NaN", b"Infinity",
    b"[" * 300, b"{" * 300, b'{"a":' * 200, b'"' * 7, b"\\" * 9, b"'; DROP TABLE customer; --", b"${jndi:ldap://x}",
    b"{{7*7}}", b"../../etc/passwd", "ﷺ\u202e\U0010ffff".encode(), b"__proto__", b"@skip(if: $x)" * 30, b"...F " * 40,
    b"a:id " * 60, b"#" * 500, b'"""', b"\r\n\r\n", b"null", b"true", b"[]", b"{}", b'""', b"$", b"query",
    b"fragment F on F { ...F }",
)  # fmt: skip

FRAMES = (
    {"type": "connection_init", "payload": {}},
    {"type": "ping", "payload": {"a": [1, {"b": None}]}},
    {"type": "pong"},
    {"id": "1", "type": "subscribe", "payload": {"query": QUERIES[0]}},
    {"id": "2", "type": "subscribe", "payload": {"query": QUERIES[6], "variables": {}, "operationName": None}},
    {"id": "1", "type": "complete"},
    {"id": "1", "type": "next", "payload": {"data": None}},
)

Mangle = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, text: bytes) -> bytes:
    """Some bytes are others."""
    changed = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(chance: random.Random, text: bytes) -> bytes:
    """A part is missing."""
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:first] + text[last:]


def double(chance: random.Random, text: bytes) -> bytes:
    """A part is there many times."""
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:last] + text[first:last] * chance.choice((1, 2, 30)) + text[last:]


def insert(chance: random.Random, text: bytes) -> bytes:
    """Something nasty stands in between."""
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice(NASTY) + text[place:]


def swap_words(chance: random.Random, text: bytes) -> bytes:
    """Two words have changed places."""
    words = text.split(b" ")
    first, second = chance.randrange(len(words)), chance.randrange(len(words))
    words[first], words[second] = words[second], words[first]
    return b" ".join(words)


MANGLES: tuple[Mangle, ...] = (flip, cut, double, insert, insert, swap_words)


def mangled(chance: random.Random, text: bytes) -> bytes:
    """The text after one to three accidents, of at most 100,000 bytes."""
    for _ in range(chance.randint(1, 3)):
        text = chance.choice(MANGLES)(chance, text)
    return text[:100_000]


def some_variables(chance: random.Random) -> object:
    """Variables of any shape, the right one now and then."""
    return chance.choice(
        (
            {"first": 3, "id": "Customer:0190c0de-0000-7000-8000-000000000000"},
            {"first": -1, "id": 5},
            {"first": 10**400, "id": ["x"]},
            {"first": 1.5, "id": "Customer:" + "9" * 50},
            {"first": None, "id": "\x00"},
            [1, 2],
            "text",
            None,
        )
    )


def some_body(chance: random.Random) -> bytes:
    """The body of a request: a mangled document in good JSON, or good JSON mangled as a whole."""
    query = chance.choice(QUERIES).encode()
    if chance.random() < 0.5:
        text = mangled(chance, query).decode(errors="replace")
        return json.dumps({"query": text, "variables": some_variables(chance)}).encode()
    whole = json.dumps({"query": query.decode(), "variables": some_variables(chance), "operationName": "T"})
    return mangled(chance, whole.encode())


def some_frame(chance: random.Random) -> str | bytes:
    """A frame of a socket: text mostly, now and then bytes."""
    frame = dict(chance.choice(FRAMES))
    if frame["type"] == "subscribe" and chance.random() < 0.5:
        document = mangled(chance, chance.choice(QUERIES).encode()).decode(errors="replace")
        return json.dumps({**frame, "id": chance.choice(("1", "9", "", 7, None)), "payload": {"query": document}})
    text = mangled(chance, json.dumps(frame).encode())
    return text if chance.random() < 0.1 else text.decode(errors="replace")
