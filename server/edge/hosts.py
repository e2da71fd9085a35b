"""By which names the server may be called: a page of somebody else's must not reach it by a name of its own.

A browser that was told that `evil.example` lives at 127.0.0.1 sends that name in the Host header, and takes the answer
for one of `evil.example` (DNS rebinding). Sockets are asked the same: the origin of a page is compared with the host.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from server.refusal import Code, Header, Refusal

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
"""This machine, to itself."""

_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_HOST = re.compile(rb"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


class Hosts:
    """The names that are ours. `*.example.org` is every name below example.org; ports are not looked at."""

    def __init__(self, names: Sequence[str]) -> None:
        self._exact = frozenset(name for name in names if not name.startswith("*."))
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))
        self.are_ours = lru_cache(maxsize=256)(self._are_ours)

    def check(self, headers: Sequence[Header]) -> None:
        """Refuse a request that calls us by another name, by none, or by two.

        Raises:
            Refusal: BAD_HOST.
        """
        given = [value for name, value in headers if name == b"host"]
        if len(given) != 1 or _HOST.fullmatch(given[0]) is None:
            raise Refusal(400, Code.BAD_HOST, "One Host header with a name is needed")
        if not self.are_ours(given[0]):
            raise Refusal(
                421, Code.BAD_HOST, "This server does not answer to that name; see the setting C360_ALLOWED_HOSTS"
            )

    def _are_ours(self, host: bytes) -> bool:
        found = _HOST.fullmatch(host)
        name = found[1].decode().lower() if found else ""
        return name in self._exact or name.endswith(self._endings) if self._endings else name in self._exact


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of hosts as `Hosts` wants them.

    Raises:
        ValueError: one of them is no name of a host.
    """
    folded = tuple(name.lower() for name in names)
    for name in folded:
        if _NAME.fullmatch(name) is None:
            raise ValueError(
                f"{name!r} is no name of a host; write api.example.com, *.example.org or 10.0.0.7, without a port"
            )
    return folded
