"""Checks of the edge's settings: combinations that are allowed, and unwise."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Final

from server.checks.finding import Finding, fail, ok, warn
from server.documents import trusted_documents
from server.edge.edge import EVERY_ADDRESS, names_of
from server.edge.names import listed
from server.loopback import is_loopback
from server.settings import Settings
from server.user_error import UserError

OTHER_FILES: Final = 100
"""Files that a worker has open beside its connections."""


def edge(settings: Settings) -> Iterator[Finding]:
    """All checks of the edge."""
    yield names(settings)
    yield from pages(settings)
    yield budgets(settings)
    yield connections(settings)
    if settings.environment == "production":
        yield transport(settings)
    if settings.trusted_documents is not None:
        yield trusted(settings)


def names(settings: Settings) -> Finding:
    """By which names clients may call."""
    try:
        found = names_of(settings)
    except UserError as error:
        return fail("hosts", error.message, error.cure or "set C360_ALLOWED_HOSTS")
    if settings.host in EVERY_ADDRESS and not settings.allowed_hosts:
        return warn("hosts", f"others cannot call: only {', '.join(found)} is answered", "set C360_ALLOWED_HOSTS")
    return ok("hosts", f"answers to {', '.join(found)}")


def pages(settings: Settings) -> Iterator[Finding]:
    """Whether pages that anybody on the way can change may ask."""
    plain = [each for each in listed(settings.allowed_origins) if each.startswith("http://") and not _is_here(each)]
    if plain:
        yield warn("pages", f"pages that come in the clear may ask: {', '.join(plain)}", "list them with https://")


def _is_here(origin: str) -> bool:
    name = origin.removeprefix("http://").rpartition(":")[0] or origin.removeprefix("http://")
    return is_loopback(name.strip("[]"))


def budgets(settings: Settings) -> Finding:
    """Whether one caller can take everything."""
    limits = {
        "C360_RATE_POINTS": settings.rate_points,
        "C360_PATIENCE_MS": settings.patience_ms,
        "C360_RUNNING_PER_CALLER": settings.running_per_caller,
    }
    without = [name for name, value in limits.items() if not value]
    if without and not is_loopback(settings.host):
        return warn("budgets", f"one caller can keep the server busy: {', '.join(without)} is 0", "unset it")
    if settings.running_per_caller >= settings.read_pool_size and not without:
        return warn(
            "budgets",
            f"one caller can take all {settings.read_pool_size} connections for reading",
            "set C360_RUNNING_PER_CALLER below C360_READ_POOL_SIZE",
        )
    return ok(
        "budgets", f"{settings.rate_points:g} points a second, {settings.running_per_caller} operations at a time"
    )


def connections(settings: Settings) -> Finding:
    """Whether the system lets a worker have so many connections."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.limit_concurrency + 2 * settings.read_pool_size + settings.write_pool_size + OTHER_FILES
    if most != resource.RLIM_INFINITY and most < needed:
        return warn(
            "connections",
            f"a worker may open {most} files and needs {needed}",
            "raise it (`ulimit -n`, LimitNOFILE=), or lower C360_LIMIT_CONCURRENCY",
        )
    return ok("connections", f"{settings.limit_concurrency} a worker")


def transport(settings: Settings) -> Finding:
    """Whether clients come by https, and who they are behind a proxy."""
    if not settings.https:
        return warn("https", "browsers are not told to insist on it", "set C360_HTTPS=true when a proxy ends https")
    if not settings.trusted_proxies:
        return warn(
            "https",
            "behind the proxy all who are not signed in count as one",
            "set C360_TRUSTED_PROXIES to the proxy's address",
        )
    return ok("https", "clients come by it")


def trusted(settings: Settings) -> Finding:
    """Whether the trusted documents can be answered."""
    try:
        number = len(trusted_documents(settings))
    except UserError as error:
        return fail("documents", error.message, error.cure or "mend it")
    return ok("documents", f"{number} trusted ones" + (", and no others" if settings.trusted_only else ""))
