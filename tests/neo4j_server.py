"""Neo4j for tests: the shared server of `.ci/services.sh`, and servers of a test's own, which it may kill.

with OwnNeo4j(tmp_path / "neo4j") as server:
    ...                # drivers connect to server.url
    server.kill()      # as a power cut would
    server.start()     # the same address, the same data
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from tests.stores import IN_CI

FOLDER = Path(__file__).parents[1] / ".ci"
URL = os.environ.get("C360_TEST_NEO4J")
"""The Bolt address of a Neo4j whose data tests may delete; it asks for no password."""
HOME = os.environ.get("C360_TEST_NEO4J_HOME")
"""The folder with the server's jars in lib/, for servers of a test's own."""
SECONDS_TO_START = 120
SECONDS_TO_STOP = 60


def is_here() -> bool:
    """Whether tests on Neo4j run: where there is one; in CI it must be there."""
    return bool(URL) or IN_CI


def shared_url() -> str:
    """The address of the server that all tests share. Fails where there is none."""
    if not URL:
        raise RuntimeError('CI needs Neo4j: eval "$(.ci/services.sh start neo4j)", or set C360_TEST_NEO4J')
    return URL


def pinned_version() -> str:
    """The version whose jars `.ci/neo4j.sh` fetches."""
    (version,) = re.findall(r"<neo4j\.version>(.+)</neo4j\.version>", (FOLDER / "neo4j" / "pom.xml").read_text())
    return str(version)


class OwnNeo4j:
    """A server on a port that stays the same from start to start, with its data in a folder. Enter it to start it."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a password."""
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The Java process, for signals."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Start it on the data that there are, and wait until it answers a query; ten to twenty seconds."""
        assert self._process is None, "it runs already"
        if not HOME or not Path(HOME, "lib").is_dir():
            raise RuntimeError(
                f"C360_TEST_NEO4J_HOME is {HOME or 'not set'}, but must name a folder with Neo4j's jars in lib/: "
                'eval "$(.ci/services.sh start neo4j)"'
            )
        self.home.mkdir(parents=True, exist_ok=True)
        words = ["bash", str(FOLDER / "neo4j.sh"), "run", str(self.home), str(self.port)]
        environment = os.environ | {"C360_TEST_NEO4J_HOME": HOME}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it without a word to it. Nothing happens where it does not run."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait. Nothing happens where it does not run."""
        self._end(signal.SIGTERM)

    def __enter__(self) -> OwnNeo4j:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def _log(self) -> Path:
        return self.home / "console.log"

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(SECONDS_TO_STOP)
            self._process = None

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + SECONDS_TO_START
        while not answers(self.url):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                tail = "\n".join(self._log.read_text().splitlines()[-30:])
                raise RuntimeError(f"Neo4j {'ended' if ended else 'is too slow'} instead of starting:\n{tail}")
            time.sleep(0.2)


def answers(url: str) -> bool:
    """Whether a server there answers a query, asked once: no wait for one that starts, or says nothing."""
    try:
        with (
            GraphDatabase.driver(url, connection_timeout=2, connection_acquisition_timeout=2) as driver,
            driver.session() as session,
        ):
            session.run("RETURN 1").consume()
    except (DriverError, Neo4jError):
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
