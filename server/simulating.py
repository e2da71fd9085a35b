"""Simulations that are asked for are run: one after the other, by one process at a time, in a process of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

import structlog

from resolvers.decisions.simulation_jobs import (
    Ended,
    Job,
    Progress,
    end_job,
    give_back,
    is_wanted,
    note_progress,
    take_next,
)
from rules.workbench.helper import receive, send
from server.alone import by_one, every
from server.settings import Settings
from server.simulator import Order, Said
from store.session import Database
from store.statement import Reads

_LOCK: Final = 0xC364
"""The advisory lock that one process holds on PostgreSQL meanwhile."""

_COMMAND: Final = (sys.executable, "-P", "-m", "server.simulator")  # whatever is in the folder

BEAT: Final = 1.0
"""Seconds between two times that a server says that it is still at it, and looks whether it was stopped."""

TOO_LONG: Final = (
    "It was ended after {} minutes. Ask for fewer months, or have whoever runs the server give more time"
    " (C360_SIMULATION_MINUTES)."
)
"""What is told of a simulation that ran for too long."""

Clock = Callable[[], dt.datetime]

log = structlog.stdlib.get_logger("server.simulating")


class Simulating:
    """Runs the simulations that wait. `told` hears `done`, `failed` or `stopped` of each."""

    def __init__(
        self, settings: Settings, reads: Reads, *, clock: Clock, told: Callable[[str], None] = lambda _: None
    ) -> None:
        self._settings, self._reads, self._clock, self._told = settings, reads, clock, told

    async def once(self) -> int | None:
        """Run all that wait, and count them; None where there is nothing to do, or another process is at it."""
        if not await is_wanted(self._reads, self._clock()):
            return None
        return await by_one(self._settings.database_url, _LOCK, self._round)

    async def run(self, *, interval: float) -> None:
        """Look every so many seconds. What fails is tried again later."""
        await every(interval, self.once, log, "simulating")

    async def _round(self, database: Database) -> int:
        count = 0
        while (job := await self._next(database)) is not None:
            with Simulator((self._settings, job.text, job.as_of, job.since, job.output)) as simulator:
                await self._run(database, job, simulator)
            count += 1
        return count

    async def _next(self, database: Database) -> Job | None:
        async with database.transaction() as session:
            return await take_next(session, self._clock())

    async def _run(self, database: Database, job: Job, simulator: Simulator) -> None:
        """Wait for its end, or until it was stopped; a server that stops itself gives it back."""
        try:
            came = await self._watched(database, job, simulator)
        except asyncio.CancelledError:
            async with database.transaction() as session:
                await give_back(session, job)
            raise
        log.info("a simulation ended", simulation=str(job.id), rule_set=job.rule_set, came=came)
        self._told(came)

    async def _watched(self, database: Database, job: Job, simulator: Simulator) -> str:
        minutes = self._settings.simulation_minutes
        last = time.monotonic() + minutes * 60
        while True:
            ended = await simulator.ended(BEAT)
            if ended is None and time.monotonic() > last:
                ended = Ended(problem=TOO_LONG.format(f"{minutes:g}"), progress=simulator.progress)
            async with database.transaction() as session:
                if ended is None:
                    goes_on = await note_progress(session, job, self._clock(), simulator.progress)
                else:
                    goes_on = await end_job(session, job, self._clock(), ended)
            if not goes_on:
                return "stopped"
            if ended is not None:
                return "done" if ended.problem is None else "failed"


class Simulator:
    """A process that runs one simulation, while this is entered."""

    def __init__(self, order: Order) -> None:
        self.progress: Progress | None = None
        """How far it is; None before it says so."""
        self._order = order
        self._end: Future[Ended] = Future()

    def __enter__(self) -> Simulator:
        """Start it."""
        self._process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ours
        self._listener = threading.Thread(target=self._listen, name="simulation", daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it, at once, if it is there still."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close(pipe)

    async def ended(self, seconds: float) -> Ended | None:
        """What came of it; None where it still runs after so many seconds."""
        end = asyncio.wrap_future(self._end)
        done, _ = await asyncio.wait([end], timeout=seconds)
        return end.result() if done else None

    def _listen(self) -> None:
        """Hear what it says, in a thread of its own."""
        try:
            send(self._process.stdin, self._order)  # type: ignore[arg-type]  # a pipe's end is a buffered file
            while (ended := self._heard(receive(self._process.stdout))) is None:  # type: ignore[arg-type]  # the same
                pass
        except (EOFError, OSError):
            ended = Ended(problem=f"Its process was ended from outside ({self._process.wait()}). Ask again.")
        self._end.set_result(ended)

    def _heard(self, said: Said) -> Ended | None:
        kind, words, number, total = said
        if kind == "progress":
            self.progress = Progress(words, number or 0, total or 0)
            return None
        if kind == "found":
            return Ended(result=words, against=number, progress=self.progress)
        return Ended(problem=words, progress=self.progress)


def _close(pipe: Any) -> None:
    """Close a pipe's end, whether what was to be sent by it arrives or not."""
    try:
        pipe.close()
    except OSError:
        return
