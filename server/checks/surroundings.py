"""Checks of what the program works with: settings, the disk, the port, and a Neo4j where there is one."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import orjson

from server.checks.finding import Finding, fail, ok, warn
from server.settings import Settings, unknown_variables

LEAST_FREE = 200 * 1024 * 1024
SECONDS = 3.0


def surroundings(settings: Settings) -> Iterator[Finding]:
    """All checks of the surroundings."""
    yield variables()
    yield reach(settings)
    if settings.sqlite_path is not None:
        yield disk(settings.sqlite_path)
    yield port(settings)
    if settings.neo4j_url is not None:
        yield neo4j(settings)


def variables() -> Finding:
    """Whether every variable that looks like ours is a setting."""
    unknown = [f"{name} (meant {meant}?)" if meant else name for name, meant in unknown_variables()]
    if unknown:
        return warn("settings", f"no settings: {', '.join(unknown)}", "`c360 settings` lists those that there are")
    return ok("settings", "all variables are known")


def is_local(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reach(settings: Settings) -> Finding:
    """Who can ask, and as whom."""
    if is_local(settings.host):
        return ok("access", f"this machine only, as {settings.viewer_role}")
    trusted = ", and says by headers who it is" if settings.trust_subject_headers else ""
    return warn(
        "access",
        f"anyone who reaches {settings.host} asks as {settings.viewer_role}{trusted}: there is no sign-in",
        "set C360_HOST=127.0.0.1, or let only a trusted proxy reach it",
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


def neo4j(settings: Settings) -> Finding:
    """Whether the configured Neo4j answers."""
    try:
        found = asyncio.run(_neo4j_version(settings))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what we report
        return fail(
            "Neo4j", f"{settings.neo4j_url}: {str(error).splitlines()[0]}", "start it, or mend or unset C360_NEO4J_URL"
        )
    return ok("Neo4j", f"{settings.neo4j_url}: {found}")


async def _neo4j_version(settings: Settings) -> str:
    from neo4j import AsyncGraphDatabase  # noqa: PLC0415  # slow to load, and only needed where it is configured

    password = settings.neo4j_password
    auth = (settings.neo4j_user, password.get_secret_value()) if password else None
    async with (
        asyncio.timeout(SECONDS),
        AsyncGraphDatabase.driver(str(settings.neo4j_url), auth=auth, connection_timeout=SECONDS) as driver,
    ):
        info = await driver.get_server_info()
        return str(info.agent)


def _serves_us(settings: Settings) -> bool:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urlopen(f"http://{host}:{settings.port}/healthz", timeout=SECONDS) as answer:
            return bool(orjson.loads(answer.read(1_000)).get("service") == "customer360")
    except (URLError, OSError, ValueError, AttributeError):
        return False
