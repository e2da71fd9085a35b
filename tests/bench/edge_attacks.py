"""What hostile clients send: each attack with the codes that may answer it.

The names are those of the usual checklists. `number` makes each request different, so that no cache of ours helps.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

JSON = "content-type: application/json"


@dataclass(frozen=True)
class Attack:
    """One kind of request. `make(number)` gives its bytes after the path's line and the sender's own headers."""

    name: str
    codes: frozenset[str]
    make: Callable[[int], bytes]
    signed_in: bool = True
    """Whether the sender is somebody; an outsider's requests are refused by who sends them."""


def body(payload: bytes, *headers: str) -> bytes:
    """Headers and a body."""
    lines = [JSON, *headers, f"content-length: {len(payload)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def document(text: Callable[[int], str], variables: object = None) -> Callable[[int], bytes]:
    """Requests with a document. The sender is to be busy with sending, so what is the same is written once."""
    rest = b', "variables": ' + json.dumps(variables).encode() + b"}"
    return lambda number: body(b'{"query": ' + json.dumps(text(number)).encode() + rest)


def _repeated(word: str, count: int, between: str = " ") -> Callable[[int], str]:
    return lambda number: f"query Q{number} {{ " + between.join(word.replace("#", str(n)) for n in range(count)) + " }"


def _fragments_twice(levels: int) -> Callable[[int], str]:
    def text(number: int) -> str:
        chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
        return f"query Q{number} {{ ...F0 }} {chain} fragment F{levels} on Query {{ viewer {{ name }} }}"

    return text


def _circular(number: int) -> str:
    return f"query Q{number} {{ ...A }} fragment A on Query {{ ...B }} fragment B on Query {{ ...A }}"


def _deep(number: int) -> str:
    levels = 60
    return (
        f"query Q{number} {{ customers(first: 1) {{ nodes {{ "
        + "department { parent { " * levels
        + "name"
        + " }" * (2 * levels + 3)
    )


def _nested_pages(number: int) -> str:
    return (
        f"query Q{number} {{ customers(first: 100) {{ nodes {{ interactions(first: 100) {{ nodes {{ id }} }} "
        "tickets(first: 100) { nodes { events(first: 100) { kind note } } } } } }"
    )


def _introspection(number: int) -> str:
    levels = 12
    return (
        f"query Q{number} {{ __schema {{ types {{ " + "fields { type { " * levels + "name" + " } }" * levels + " } } }"
    )


def _many_fragments(number: int) -> str:
    spread = " ".join(f"...F{n}" for n in range(200))
    defined = " ".join(f"fragment F{n} on Viewer {{ name }}" for n in range(200))
    return f"query Q{number} {{ viewer {{ {spread} }} }} {defined}"


@cache
def _chunks() -> bytes:
    """20 MB that arrive piece by piece, without a length."""
    piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    return f"{JSON}\r\ntransfer-encoding: chunked\r\n\r\n".encode() + piece * 320 + b"0\r\n\r\n"


def _declared(number: int) -> bytes:
    return f"{JSON}\r\nx-number: {number}\r\ncontent-length: 20000000\r\n\r\n".encode()


def _compressed(number: int) -> bytes:
    return body(gzip.compress(b"x" * 1_000_000 + str(number).encode()), "content-encoding: gzip")


def _plain(payload: bytes) -> Callable[[int], bytes]:
    return lambda number: body(payload, f"x-number: {number}")


def _forged(number: int) -> bytes:
    return body(b"{}", f"authorization: Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.{number:x}.AAAA")


def _any(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def attacks() -> Iterable[Attack]:
    """All of them."""
    validation = "GRAPHQL_VALIDATION_FAILED"
    shape = _any("INVALID_REQUEST", "INVALID_JSON")
    yield Attack("alias overload", _any("LIMIT_ALIASES"), document(_repeated("a#: viewer { name }", 200)))
    brute = 'm#: createContact(input: {customerId: "x", name: "n"}) { errors { code } }'
    yield Attack(
        "alias brute force of a mutation",
        _any("LIMIT_ROOT_FIELDS", "LIMIT_ALIASES"),
        document(lambda number: "mutation" + _repeated(brute, 30)(number).removeprefix("query")),
    )
    yield Attack("depth", _any("LIMIT_DEPTH"), document(_deep))
    yield Attack("tokens", _any("LIMIT_TOKENS", "LIMIT_LENGTH"), document(_repeated("viewer { name }", 4_000)))
    yield Attack("one field 400 times", _any("LIMIT_FIELDS", "LIMIT_OVERLAPS"), document(_repeated("viewer", 400)))
    same = "viewer { name role scope clearance }"
    yield Attack("overlapping fields", _any("LIMIT_FIELDS", "LIMIT_OVERLAPS"), document(_repeated(same, 120)))
    flood = "viewer { name " + "@include(if: true) " * 400 + "}"
    yield Attack("directive overload", _any("LIMIT_DIRECTIVES", "LIMIT_TOKENS"), document(_repeated(flood, 1)))
    yield Attack("fragments spread twice", _any("LIMIT_FIELDS", "LIMIT_FRAGMENTS"), document(_fragments_twice(25)))
    yield Attack("circular fragments", _any(validation), document(_circular))
    yield Attack("many fragments", _any("LIMIT_FRAGMENTS"), document(_many_fragments))
    yield Attack("cost: pages in pages", _any("COST_EXCEEDED"), document(_nested_pages))
    yield Attack("circular introspection", _any(validation, "LIMIT_DEPTH", "COST_EXCEEDED"), document(_introspection))
    yield Attack("20 MB declared", _any("BODY_TOO_LARGE"), _declared)
    yield Attack("20 MB in chunks", _any("BODY_TOO_LARGE"), lambda _: _chunks())
    yield Attack("compressed body", _any("UNSUPPORTED_MEDIA_TYPE"), _compressed)
    yield Attack(
        "long comment", _any("LIMIT_LENGTH"), document(lambda n: f"#{n}{'x' * 200_000}\n{{ viewer {{ name }} }}")
    )
    yield Attack("nested arrays", shape, _plain(b'{"query":"{viewer{name}}","variables":{"a":' + b"[" * 5_000))
    yield Attack("digits", shape, _plain(b'{"query":"{viewer{name}}","variables":{"a":' + b"9" * 5_000 + b"}}x"))
    yield Attack("not UTF-8", shape, _plain(b'{"query":"\xff\xfe\xc3\x28"}'))
    yield Attack("array batch", shape, _plain(json.dumps([{"query": "{viewer{name}}"}] * 500).encode()))
    values = {"a": list(range(30_000))}
    yield Attack(
        "variable bomb",
        _any("LIMIT_VARIABLES"),
        document(lambda n: f"query Q{n} {{ viewer {{ name }} }}", values),
    )
    levels = b'{"query":"{viewer{name}}","variables":{"a":' + b"[" * 300 + b"]" * 300 + b"}}"
    yield Attack("levels of values", _any("LIMIT_VARIABLES"), _plain(levels))
    yield Attack("no one asks", _any("UNAUTHENTICATED"), _plain(b"{}"), signed_in=False)
    yield Attack("forged tokens", _any("UNAUTHENTICATED"), _forged, signed_in=False)


def always(name: str) -> Attack:
    """An attack by its name."""
    return next(attack for attack in attacks() if attack.name == name)
