"""Asking the helper: its work does not hold up the process that serves, and ends when nobody waits for it."""

from __future__ import annotations

import asyncio
import atexit
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

from rules.workbench.helper import receive, send
from rules.workbench.told import ToldCheck, ToldComparison, ToldTest, ToldText, ToldTrial

T = TypeVar("T")

HELPER: Final = "rules.workbench.helper"
"""The module that answers."""


class Workbench:
    """Questions about texts, answered one after the other by one process, which is started when it is first needed.

    Whoever is cancelled while waiting ends the work: of a question that is being answered, the helper with it. The next
    question gets a new one. `module` is what the process runs; it answers as `rules.workbench.helper` does.
    """

    def __init__(self, module: str = HELPER) -> None:
        self._command = (sys.executable, "-P", "-m", module)  # whatever is in the folder
        self._turns: ThreadPoolExecutor | None = None
        self._helper: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._asked: object | None = None

    @property
    def pid(self) -> int | None:
        """The helper's process; None where none was started yet."""
        return None if self._helper is None else self._helper.pid

    async def check(self, text: str) -> ToldCheck:
        """Everything that can be proved wrong in a text."""
        return cast("ToldCheck", await self.ask("check_text", text))

    async def test(self, text: str, cases: str) -> ToldTest:
        """How the cases of a text end."""
        return cast("ToldTest", await self.ask("test_text", text, cases))

    async def line_up(self, text: str) -> ToldText:
        """A text with its table lined up."""
        return cast("ToldText", await self.ask("line_up", text))

    async def compare(self, text: str, before: str) -> ToldComparison:
        """What was changed from the text `before`, and where the answers differ."""
        return cast("ToldComparison", await self.ask("compare", text, before))

    async def try_out(self, text: str, facts: str) -> ToldTrial:
        """What a text says of facts, a JSON list of names and texts."""
        return cast("ToldTrial", await self.ask("try_text", text, facts))

    async def name_of(self, text: str) -> str | None:
        """The name of the rule set that a text says; None where it cannot be read."""
        return cast("str | None", await self.ask("name_of", text))

    def close(self) -> None:
        """End the helper; who asks again gets a new one."""
        with self._lock:
            turns, self._turns = self._turns, None
            self._end()
        if turns is not None:
            turns.shutdown(cancel_futures=True)

    async def ask(self, name: str, *texts: str) -> Any:
        """What one of the module's questions is answered with."""
        with self._lock:
            if self._turns is None:
                self._turns = ThreadPoolExecutor(1, thread_name_prefix="workbench")
            token = object()
            turn: Future[Any] = self._turns.submit(self._answer, token, name, texts)
        try:
            return await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            self._give_up(token)
            raise

    def _give_up(self, token: object) -> None:
        """Let the helper end if it works on this; one that waits for its turn was taken back with the waiting."""
        with self._lock:
            if self._asked is token:
                self._end()

    def _answer(self, token: object, name: str, texts: tuple[str, ...]) -> Any:
        with self._lock:
            helper = self._started()
            self._asked = token
        assert helper.stdin is not None  # noqa: S101  # both are pipes
        assert helper.stdout is not None  # noqa: S101
        try:
            send(helper.stdin, (name, texts))  # type: ignore[arg-type]  # a pipe's end is a buffered file
            answer = receive(helper.stdout)  # type: ignore[arg-type]
        finally:
            with self._lock:
                self._asked = None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._helper is not None and self._helper.poll() is not None:
            self._end()
        if self._helper is None:
            pipe = subprocess.PIPE
            self._helper = subprocess.Popen(self._command, stdin=pipe, stdout=pipe)  # noqa: S603  # our own module
        return self._helper

    def _end(self) -> None:
        """End the helper, at once; whoever holds the lock does it."""
        helper, self._helper = self._helper, None
        if helper is None:
            return
        helper.kill()
        helper.wait()
        for pipe in (helper.stdin, helper.stdout):
            if pipe is not None:
                _closed(pipe)


def _closed(pipe: Any) -> None:
    """Close a pipe's end, whether what was to be sent by it arrives or not."""
    try:
        pipe.close()
    except OSError:
        return


BENCH: Final = Workbench()
"""The workbench of this process."""

atexit.register(BENCH.close)
