"""Waking the readers of the log: after commits, on a connection of its own, so that no command waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import sqlalchemy as sa
import structlog

from outbox.looking import CHANNEL, connect
from outbox.outage import back_off

PAUSE: Final = 0.005
"""Seconds between two notifications at the least."""

LAST_WORDS: Final = 1.0
"""Seconds that the last notification of a process may take."""

log = structlog.stdlib.get_logger("outbox.waking")


class Notifier:
    """Tells the readers on PostgreSQL that there are new events; where that fails they find out by themselves.

    One for a process. On SQLite readers see for themselves, and nothing is done.
    """

    def __init__(self, url: sa.URL) -> None:
        self.notifications = 0
        self._url = url
        self._connection: Any = None
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Wake the readers soon; costs nothing here. To be called after the commit, in the event loop's thread."""
        self._news.set()

    async def run(self) -> None:
        """Notify whenever there is news, for as long as the process lives."""
        failures = 0
        while True:
            await self._news.wait()
            try:
                await self._notify()
                failures = 0
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001  # whatever it was, the next commit needs us: heal
                failures += 1
                log.warning("readers of the event log could not be woken", error=repr(error), attempt=failures)
                await back_off(failures)

    async def close(self) -> None:
        """Say what has not been said yet, and give the connection back."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LAST_WORDS):
                if self._news.is_set():
                    await self._notify()
        self._drop()

    async def _notify(self) -> None:
        """Say it once. What fails is news still."""
        self._news.clear()
        try:
            if self._connection is None:
                self._connection = await connect(self._url, "customer360 notifier", synchronous_commit="off")
            await self._connection.execute(f"NOTIFY {CHANNEL}")
        except BaseException:
            self._news.set()
            self._drop()
            raise
        self.notifications += 1

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


@contextlib.asynccontextmanager
async def open_notifier(url: str | sa.URL) -> AsyncIterator[Notifier]:
    """The notifier of this process: `database.on_news(notifier.wake)`. It connects when it is first needed."""
    address = sa.make_url(url)
    notifier = Notifier(address)
    if address.get_backend_name() != "postgresql":
        yield notifier
        return
    running = asyncio.create_task(notifier.run(), name="notifier of the event log")
    try:
        yield notifier
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await notifier.close()
