"""The processor time that one request takes, while others run in between."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from time import thread_time
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Metered(Generic[T]):
    """Awaits a coroutine, and adds up the thread's processor time of each stretch between two waits in `seconds`."""

    __slots__ = ("_coroutine", "seconds")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self.seconds = 0.0

    def __await__(self) -> Generator[Any, Any, T]:
        """What the coroutine returns, or raises."""
        steps = self._coroutine.__await__()
        resume: Callable[[Any], Any] = steps.send
        given: Any = None
        while True:
            began = thread_time()
            try:
                waited_for = resume(given)
            except StopIteration as done:
                result: T = done.value
                return result
            finally:
                self.seconds += thread_time() - began
            try:
                given = yield waited_for
            except BaseException as error:  # noqa: BLE001  # cancelled, mostly: it is the coroutine's to know
                resume, given = steps.throw, error
            else:
                resume = steps.send
