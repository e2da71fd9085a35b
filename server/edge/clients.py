"""From which address a request comes: the connection's, or, where a proxy of ours passes it on, the one it names."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SITE_BITS: Final = 64
"""One customer of an IPv6 provider has at least so large a part of the addresses; all of them count as one."""


class Clients:
    """Tells clients apart by their addresses."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)
        self._name = lru_cache(maxsize=1_024)(self._name_of)

    def name(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """The client's address; of IPv6 the network of 64 bits."""
        peer = scope.get("client")
        forwarded = headers.get(b"x-forwarded-for", b"") if self._proxies else b""
        return self._name(peer[0] if peer else "", forwarded)

    def _name_of(self, peer: str, forwarded: bytes) -> str:
        """Go back from the nearest hop while each is a proxy of ours: what stands before that, anybody can write."""
        hops = [peer, *(hop.strip() for hop in reversed(forwarded.decode("latin-1").split(",")) if hop.strip())]
        for number, hop in enumerate(hops):
            address = _address(hop)
            if address is None:
                return _shown(_address(hops[number - 1])) if number else peer
            if not any(address in network for network in self._proxies):
                return _shown(address)
        return _shown(_address(hops[-1]))


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _shown(address: Address | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, SITE_BITS), strict=False))
    return str(address)


def checked_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks, or single addresses.

    Raises:
        ValueError: one of them is none.
    """
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise ValueError(f"{error}; write 10.0.0.7 or 10.0.0.0/8") from None
