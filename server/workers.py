"""Several processes that serve one socket, and the supervisor that starts, watches, replaces and ends them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Final

import orjson
import structlog
from prometheus_client.multiprocess import mark_process_dead

from server.metrics import FOLDER
from server.settings import PREFIX, Settings
from server.user_error import UserError

HUNG_SECONDS: Final = 30.0
"""A worker whose event loop has not turned for so long is ended, and another takes its place."""
START_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1
BRIEF_SECONDS: Final = 5.0
"""A worker that lives no longer than this is followed by a pause, twice as long each time."""
LONGEST_PAUSE: Final = 30.0

_SPAWN: Final = multiprocessing.get_context("spawn")  # a fork would share connections and threads

log = structlog.stdlib.get_logger("server.workers")


class Leash:
    """A worker's end of what ties it to its supervisor: it shows that it lives, and learns when it is let go."""

    def __init__(self, beats: Any, held: Connection) -> None:
        self._beats = beats
        self._held = held

    def beat(self) -> None:
        """Show that the event loop turns."""
        self._beats.value = time.monotonic()

    def when_released(self, stop: Callable[[], None]) -> None:
        """Call this, in a thread of its own, when the supervisor lets go or is no more."""
        threading.Thread(target=self._wait, args=(stop,), name="leash", daemon=True).start()

    def _wait(self, stop: Callable[[], None]) -> None:
        try:
            self._held.recv_bytes()
        except (EOFError, OSError):
            stop()


Work = Callable[..., None]
"""What a worker does, given its leash and the supervisor's arguments. It must be found by its name in its module."""


class Worker:
    """One process, as its supervisor sees it."""

    def __init__(self, work: Work, arguments: tuple[Any, ...]) -> None:
        self._beats = _SPAWN.Value("d", 0.0, lock=False)
        held, self._hold = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(target=work, args=(Leash(self._beats, held), *arguments))
        self.started_at = time.monotonic()
        self._process.start()
        self.pid = self._process.pid or 0
        held.close()

    @property
    def has_started(self) -> bool:
        """Whether its event loop has turned at least once."""
        return bool(self._beats.value > 0)

    @property
    def serves(self) -> bool:
        """Whether it has started, and is there still."""
        return self.has_started and self.is_alive

    @property
    def is_alive(self) -> bool:
        """Whether the process is there."""
        return self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        """What it ended with; a signal's number below zero when one ended it."""
        return self._process.exitcode

    def is_hung(self, now: float) -> bool:
        """Whether it is there and does nothing any more."""
        return self.serves and now - self._beats.value > HUNG_SECONDS

    def release(self) -> None:
        """Let it stop in order."""
        self._hold.close()

    def end(self, seconds: float) -> None:
        """Wait for it so long, then end it by force."""
        self._process.join(max(seconds, 0))
        if self.is_alive:
            self._process.kill()
            self._process.join()
        mark_process_dead(self.pid)  # type: ignore[no-untyped-call]  # ships none


class Supervisor:
    """Keeps workers running until a signal comes: INT or TERM ends them in order, HUP puts new ones in their place."""

    def __init__(self, work: Work, arguments: tuple[Any, ...], *, patience: float) -> None:
        """`patience`: seconds that a worker may take to stop."""
        self._work, self._arguments, self._patience = work, arguments, patience
        self._workers: list[Worker] = []
        self._stopping = self._renewing = False
        self._pause = 0.0

    def run(self, number: int, variables: Mapping[str, str]) -> None:
        """Run so many workers with these environment variables until a signal ends them.

        Raises:
            UserError: they cannot start.
        """
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, self._signalled)
        with tempfile.TemporaryDirectory(prefix="c360-metrics-") as folder:
            os.environ.update({**variables, FOLDER: folder})
            try:
                self._workers = [self._start() for _ in range(number)]
                self._await_first()
                while not self._stopping:
                    time.sleep(LOOK_SECONDS)
                    self._look_after()
            finally:
                self._end_all()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGHUP:
            self._renewing = True
        elif self._stopping:  # whoever sends another signal has no patience
            self._patience = 0.0
        self._stopping = self._stopping or number != signal.SIGHUP

    def _start(self) -> Worker:
        worker = Worker(self._work, self._arguments)
        log.info("worker started", pid=worker.pid)
        return worker

    def _await_first(self) -> None:
        while not self._stopping and not any(worker.has_started for worker in self._workers):
            if not all(worker.is_alive for worker in self._workers):
                raise UserError("The server did not start; the lines above say why", cure="run `c360 doctor`")
            time.sleep(LOOK_SECONDS)

    def _look_after(self) -> None:
        now = time.monotonic()
        for place, worker in enumerate(self._workers):
            if worker.is_hung(now):
                log.error("worker hangs, and is ended", pid=worker.pid)
                worker.end(0)
            if not worker.is_alive:
                self._replace(place, worker, now)
        if self._renewing:
            self._renewing = False
            self._renew_all()

    def _replace(self, place: int, dead: Worker, now: float) -> None:
        """Start another in its place; one that ends again and again must not keep the machine busy."""
        lived = now - dead.started_at
        self._pause = min(max(self._pause * 2, 0.5), LONGEST_PAUSE) if lived < BRIEF_SECONDS + self._pause else 0.0
        log.warning("worker ended", pid=dead.pid, exit_code=dead.exit_code, seconds=round(lived, 1), pause=self._pause)
        dead.end(0)
        self._wait(self._pause, lambda: False)
        if not self._stopping:
            self._workers[place] = self._start()

    def _renew_all(self) -> None:
        """One after the other: the old one is let go when the new one serves."""
        for place, old in enumerate(self._workers):
            new = self._start()
            self._wait(START_SECONDS, partial(_is_decided, new))
            if not new.serves:
                log.error("the new worker does not serve; the others stay", pid=new.pid)
                new.release()
                new.end(0)
                return
            self._workers[place] = new
            old.release()
            old.end(self._patience)

    def _wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping and not is_over():
            time.sleep(LOOK_SECONDS)

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.release()
        until = time.monotonic()
        while any(worker.is_alive for worker in self._workers) and time.monotonic() < until + self._patience:
            time.sleep(LOOK_SECONDS / 2)
        for worker in self._workers:
            worker.end(0)


def _is_decided(worker: Worker) -> bool:
    return worker.serves or not worker.is_alive


def environment(settings: Settings) -> dict[str, str]:
    """What a worker must find in its environment to come to the same settings."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {PREFIX + name.upper(): _text(value) for name, value in given.items() if value is not None}


def _text(value: Any) -> str:
    """A setting as a variable holds it."""
    if isinstance(value, list | tuple | dict | set | frozenset):
        return orjson.dumps(value, default=list).decode()
    return str(getattr(value, "get_secret_value", lambda: value)())
