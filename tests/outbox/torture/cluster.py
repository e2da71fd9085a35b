"""A PostgreSQL of the test's own, which may be killed, stopped without a word, and put back to an earlier state."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

SERVICES = Path(__file__).parents[3] / ".ci" / "services.sh"
MARK = "export C360_TEST_POSTGRES="


@dataclass(frozen=True)
class OwnCluster:
    """A running server: `url` is its maintenance database, `data` its folder, `binaries` its programs."""

    url: str
    data: Path
    binaries: Path

    @property
    def pid(self) -> int:
        """The server's main process."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def crash(self) -> None:
        """Stop it as a power cut would, and let it recover."""
        self._control("restart", "-m", "immediate", "-l", str(self.data.parent / "log"))

    def kill_backend(self, pid: int) -> None:
        """End one process of the server without a word: the server ends all others, and recovers."""
        os.kill(pid, signal.SIGKILL)

    def keep(self, name: str) -> None:
        """Keep a copy of all its files, as they are when it has been stopped cleanly."""
        self._control("stop", "-m", "fast")
        self._as_owner("cp", "-a", str(self.data), str(self.data.parent / name))
        self._begin()

    def put_back(self, name: str) -> None:
        """Go back to the copy."""
        options = (self.data / "postmaster.opts").read_text()
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self.data)
        self._as_owner("cp", "-a", str(self.data.parent / name), str(self.data))
        (self.data / "postmaster.opts").write_text(options)
        self._begin()

    def run(self, program: str, *words: str) -> None:
        """One of PostgreSQL's programs, as whoever owns the data."""
        self._as_owner(str(self.binaries / program), *words)

    def _begin(self) -> None:
        self._control("restart", "-l", str(self.data.parent / "log"))

    def _control(self, *words: str) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", *words)

    def _as_owner(self, *words: str) -> None:
        owner = pwd.getpwuid(self.data.stat().st_uid if self.data.exists() else self.data.parent.stat().st_uid).pw_name
        prefix = [] if pwd.getpwuid(os.getuid()).pw_name == owner else ["runuser", "-u", owner, "--"]
        done = subprocess.run(
            [*prefix, *words], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def own_cluster() -> Iterator[OwnCluster]:
    """Make and start one with the project's own script, and delete it at the end. Not while an event loop runs."""
    environment = os.environ | {"C360_PG_PORT": str(_free_port())}
    url = _services("start", environment).rsplit(MARK, 1)[1].strip()
    try:
        data, binaries = _places(url)
        yield OwnCluster(url, data, binaries)
    finally:
        _services("stop", environment)


def _places(url: str) -> tuple[Path, Path]:
    """Where the server's data is, and its programs."""
    asked = (
        "import asyncio, asyncpg, sys\n"
        "async def ask():\n"
        "    c = await asyncpg.connect(sys.argv[1])\n"
        "    print(await c.fetchval('SHOW data_directory'))\n"
        "    print(await c.fetchval(\"SELECT setting FROM pg_config WHERE name = 'BINDIR'\"))\n"
        "asyncio.run(ask())"
    )
    words = [sys.executable, "-c", asked, url.replace("+asyncpg", "")]
    data, binaries = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return Path(data), Path(binaries)


def _services(verb: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", str(SERVICES), verb, "postgres"], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def a_backend(url: str) -> int:
    """The process of some connection of a writer or a reader."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        asked = (
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            " AND application_name LIKE 'customer360%' ORDER BY random() LIMIT 1"
        )
        return int(await connection.fetchval(asked))
    finally:
        await connection.close()
