"""A PostgreSQL for the benchmark: a throwaway cluster of its own, or the one that C360_BENCH_POSTGRES names."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

SERVICES = Path(__file__).parents[2] / ".ci" / "services.sh"


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL: `dsn` is the address of its maintenance database, with the right to make databases."""

    dsn: str

    def database(self, name: str) -> str:
        """The address of one of its databases."""
        return self.dsn.rsplit("/", 1)[0] + "/" + name

    def run(self, sql: str, *, database: str = "postgres") -> None:
        """Execute statements outside a transaction."""
        asyncio.run(_run(self.database(database), sql))

    def rows(self, sql: str, *arguments: Any, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of one query."""
        return asyncio.run(_rows(self.database(database), sql, arguments))

    def recreate(self, name: str) -> str:
        """Make an empty database of that name; gives its address."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{name}"')
        return self.database(name)

    def has(self, name: str) -> bool:
        """Whether there is a database of that name."""
        return bool(self.rows("SELECT 1 FROM pg_database WHERE datname = $1", name))

    def postmaster(self) -> psutil.Process | None:
        """The server's main process, or None where it cannot be seen from here (another machine, a container)."""
        ((directory,),) = self.rows("SHOW data_directory")
        try:
            lines = Path(directory, "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
        except (OSError, ValueError, psutil.Error):
            return None
        return process if "postgres" in process.name() else None


async def _run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _rows(dsn: str, sql: str, arguments: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


@contextmanager
def running() -> Iterator[Cluster]:
    """The cluster of C360_BENCH_POSTGRES, left as it runs; or else a new one that ends with the benchmark."""
    named = os.environ.get("C360_BENCH_POSTGRES")
    if named:
        yield _cluster(named)
        return
    with service("postgres", "C360_PG_PORT") as exported:
        yield _cluster(exported["C360_TEST_POSTGRES"])


@contextmanager
def running_neo4j() -> Iterator[str]:
    """The Neo4j of C360_BENCH_NEO4J, left as it runs; or else a new one that ends with the benchmark. Its address."""
    named = os.environ.get("C360_BENCH_NEO4J")
    if named:
        yield named
        return
    with service("neo4j", "C360_NEO4J_PORT") as exported:
        yield exported["C360_TEST_NEO4J"]


@contextmanager
def service(name: str, port: str) -> Iterator[dict[str, str]]:
    """A throwaway server by the project's own script, on a free port: the variables that name it."""
    environment = os.environ | {port: str(free_port())}
    try:
        lines = _services("start", name, environment).splitlines()
        yield dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
    finally:
        _services("stop", name, environment)


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cluster(url: str) -> Cluster:
    return Cluster(url.replace("postgresql+asyncpg:", "postgresql:").rsplit("/", 1)[0] + "/postgres")


def _services(verb: str, name: str, environment: Mapping[str, str]) -> str:
    words = ["bash", str(SERVICES), verb, name]
    return subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
