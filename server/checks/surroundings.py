"""Checks of what the program works with: settings, the disk, the port, and who may ask."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import orjson

from server.checks.finding import Finding, fail, ok, warn
from server.identity.key_file import is_private
from server.identity.oidc import download
from server.loopback import is_loopback
from server.settings import Settings, unknown_variables

LEAST_FREE = 200 * 1024 * 1024
SECONDS = 3.0


def surroundings(settings: Settings) -> Iterator[Finding]:
    """All checks of the surroundings."""
    yield variables()
    yield from access(settings)
    if settings.sqlite_path is not None:
        yield disk(settings.sqlite_path)
    yield port(settings)
    if settings.oidc_issuer is not None:
        yield issuer(settings)


def variables() -> Finding:
    """Whether every variable that looks like ours is a setting."""
    unknown = [f"{name} (meant {meant}?)" if meant else name for name, meant in unknown_variables()]
    if unknown:
        return warn("settings", f"no settings: {', '.join(unknown)}", "`c360 settings` lists those that there are")
    return ok("settings", "all variables are known")


def access(settings: Settings) -> Iterator[Finding]:
    """Who can ask: from where, by which credential, and whether the keys are safe."""
    yield reach(settings)
    yield sign_in(settings)
    if settings.takes_own_tokens and settings.token_keys_file.exists():
        yield token_keys(settings.token_keys_file)


def issuer(settings: Settings) -> Finding:
    """Whether the keys of the issuer can be had."""
    try:
        found = download(str(settings.oidc_issuer), settings.oidc_jwks_url)
    except (OSError, ValueError, HTTPException) as error:
        return fail("issuer", f"{settings.oidc_issuer}: {error}", "mend C360_OIDC_ISSUER or C360_OIDC_JWKS_URL")
    return ok("issuer", f"{settings.oidc_issuer} has {len(found.keys)} keys")


def reach(settings: Settings) -> Finding:
    """From where others can ask."""
    if is_loopback(settings.host):
        return ok("reach", "this machine only")
    if settings.environment == "development":
        return warn(
            "reach",
            f"others reach {settings.host}, which is set up for development",
            "set C360_ENVIRONMENT=production, or C360_HOST=127.0.0.1",
        )
    return ok("reach", f"whoever reaches {settings.host}")


def sign_in(settings: Settings) -> Finding:
    """By which credentials people and programs can sign in."""
    ways = ["partners by API keys"]
    if settings.oidc_issuer is not None:
        ways.append(f"whom {settings.oidc_issuer} gives a token")
    if settings.takes_own_tokens:
        ways.append("holders of tokens of `c360 token`")
    if settings.trust_subject_headers:
        ways.append("anyone, by headers that are believed")
    if len(ways) == 1:
        return warn(
            "sign-in",
            "nobody but partners can sign in: no issuer is set, and our own tokens are not taken",
            "set C360_OIDC_ISSUER and C360_OIDC_AUDIENCE, or C360_ACCEPT_OWN_TOKENS=true",
        )
    return ok("sign-in", ", ".join(ways))


def token_keys(path: Path) -> Finding:
    """Whether others could read the keys, and so be anyone."""
    if is_private(path):
        return ok("token keys", f"{path} is its owner's alone")
    return warn(
        "token keys",
        f"others may read {path}, and sign in as anyone",
        f"delete {path}: all tokens end, and `c360 token` makes new keys",
    )


def disk(path: Path) -> Finding:
    """Whether the database's file can be written, and has room."""
    folder = path.parent
    existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return fail(
            "disk", f"{path} cannot be written", "choose another place with C360_DATABASE_URL, or get the right"
        )
    free = shutil.disk_usage(existing).free
    if free < LEAST_FREE:
        return warn("disk", f"{free // 1024**2} MB are left at {existing}", "free some space: the demo needs 200 MB")
    return ok("disk", f"{existing} can be written, {free // 1024**3} GB free")


def port(settings: Settings) -> Finding:
    """Whether the port is free, or we are there already."""
    where = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if _serves_us(settings):
                return ok("port", f"{where} is served by customer360 already")
            return fail("port", f"{where}: {error.strerror}", "stop what uses it, or set C360_PORT to another")
    return ok("port", f"{where} is free")


def _serves_us(settings: Settings) -> bool:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urlopen(f"http://{host}:{settings.port}/healthz", timeout=SECONDS) as answer:
            return bool(orjson.loads(answer.read(1_000)).get("service") == "customer360")
    except (URLError, OSError, ValueError, AttributeError):
        return False
