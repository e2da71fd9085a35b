"""The edge as a whole: made once from the settings, asked by whatever takes requests, over HTTP or over a socket."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from resolvers.access import Subject
from server.edge.bodies import Bodies
from server.edge.budget import Budget
from server.edge.clients import Clients, checked_networks
from server.edge.hosts import LOOPBACK, Hosts, checked_names
from server.edge.names import listed
from server.edge.origins import Origins, checked_origins
from server.edge.pauses import Pauses
from server.edge.turns import Turns
from server.refusal import Header
from server.settings import Settings
from server.user_error import UserError

SAFE: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer: nobody keeps it, guesses its type, frames it, or takes it along."""

NO_CONTENT: Final[Header] = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""On what is no page: a browser that shows it anyway loads and runs nothing."""

HTTPS_ONLY: Final[Header] = (b"strict-transport-security", b"max-age=31536000")
EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  # recognised, not bound


@dataclass(frozen=True)
class Edge:
    """All that a request meets before the schema. `seconds` is the time that identifying, and answering, may take."""

    hosts: Hosts
    origins: Origins
    clients: Clients
    bodies: Bodies
    budget: Budget
    pauses: Pauses
    turns: Turns
    seconds: float
    is_production: bool
    headers: tuple[Header, ...]


def edge_of(settings: Settings) -> Edge:
    """The edge of these settings.

    Raises:
        UserError: production lacks what it needs.
    """
    return Edge(
        hosts=Hosts(names_of(settings)),
        origins=Origins(checked_origins(listed(settings.allowed_origins))),
        clients=Clients(checked_networks(listed(settings.trusted_proxies))),
        bodies=Bodies(limit=settings.body_limit, seconds=settings.body_seconds),
        budget=Budget(points=settings.rate_points, burst=settings.rate_burst, patience_ms=settings.patience_ms),
        pauses=Pauses(),
        turns=Turns(settings.running_per_caller),
        seconds=settings.request_timeout,
        is_production=settings.environment == "production",
        headers=safe_headers(settings),
    )


def safe_headers(settings: Settings) -> tuple[Header, ...]:
    """The headers of every answer."""
    return (*SAFE, HTTPS_ONLY) if settings.https else SAFE


def names_of(settings: Settings) -> tuple[str, ...]:
    """The names by which clients may call the server.

    Raises:
        UserError: production does not say them.
    """
    names = checked_names(listed(settings.allowed_hosts))
    if names:
        return names
    if settings.environment == "production":
        raise UserError(
            "In production the server must know its names", cure="set C360_ALLOWED_HOSTS, e.g. to api.example.com"
        )
    own = settings.host.lower()
    if own in EVERY_ADDRESS or own in LOOPBACK:
        return LOOPBACK
    return (*LOOPBACK, f"[{own}]" if ":" in own else own)


def caller_of(subject: Subject) -> Hashable:
    """By what a subject's budgets are kept: all its credentials share them."""
    return ("subject", subject.name, subject.role, subject.staff_id)
