"""An OpenID Connect issuer on a socket of this machine: publishes keys, signs tokens, turns its keys, breaks down."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from tests.factories import NOW

AUDIENCE = "customer360-api"


class TestIssuer:
    """Its name is its address. `asked` counts the times that its keys were fetched."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.asked = 0
        self.broken = False
        self.extra: list[Any] = []
        self.claimed_issuer: str | None = None
        self.url = ""

    def turn(self, key: Key | None = None, *, keep: int = 1) -> Key:
        """Sign with a new key; publish it and the last `keep` before it."""
        made = key or RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.keys = [made, *self.keys[:keep]]
        return made

    def turn_ec(self) -> Key:
        return self.turn(ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True))

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Claims of a good token for a manager; None takes one away."""
        seconds = int(NOW.timestamp())
        usual = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ann",
            "iat": seconds,
            "exp": seconds + 3600,
            "c360_role": "manager",
        }
        return {name: value for name, value in {**usual, **claims}.items() if value is not None}

    def token(self, *, key: Key | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        signs = key or self.keys[0]
        alg = "ES256" if isinstance(signs, ECKey) else "RS256"
        return jwt.encode({"alg": alg, "kid": signs.kid, **(header or {})}, self.claims(**claims), signs)

    def answer(self, path: str) -> tuple[int, bytes]:
        if self.broken:
            return 500, b"oops"
        if path == "/.well-known/openid-configuration":
            found = {"issuer": self.claimed_issuer or self.url, "jwks_uri": f"{self.url}/keys"}
            return 200, json.dumps(found).encode()
        if path == "/keys":
            self.asked += 1
            return 200, json.dumps({"keys": [*self.extra, *(k.as_dict(private=False) for k in self.keys)]}).encode()
        if path == "/moved":
            return 302, b""
        return (200, b'{"keys": "' + b"x" * 1_100_000 + b'"}') if path == "/large" else (404, b"")


@contextlib.contextmanager
def issuing() -> Iterator[TestIssuer]:
    """An issuer that is reached over HTTP, with one key."""
    issuer = TestIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = issuer.answer(self.path)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            if status == 302:
                self.send_header("location", f"{issuer.url}/keys")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.turn()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
