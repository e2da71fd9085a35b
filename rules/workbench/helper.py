"""The helper: a process that answers one question after the other, for as long as somebody holds its other end.

A question is a function's name with its texts, an answer what the function gave; both are pickled, after their length.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final, TypeAlias

from rules.workbench import answering, trial

LENGTH: Final = struct.Struct(">Q")
_KINDNESS: Final = 5
"""How much the helper stands back behind whoever answers requests."""

Questions: TypeAlias = Mapping[str, Callable[..., Any]]

QUESTIONS: Final[Questions] = {
    function.__name__: function
    for function in (
        answering.check_text,
        answering.test_text,
        answering.line_up,
        answering.compare,
        answering.name_of,
        trial.try_text,
    )
}
"""What can be asked."""


def send(pipe: BinaryIO, what: Any) -> None:
    """Write one object."""
    data = pickle.dumps(what)
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read one object. Raises EOFError where the other end is closed."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError("the other end is closed")
    (length,) = LENGTH.unpack(head)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the other end was closed in the midst of an object")
    return pickle.loads(data)  # noqa: S301  # both ends are ours


def answered(name: str, texts: tuple[str, ...], questions: Questions = QUESTIONS) -> Any:
    """What a question is answered with; what goes wrong is an answer too, for the other end to raise."""
    try:
        return questions[name](*texts)
    except Exception as error:  # noqa: BLE001  # whatever it is, the other end shall know
        return RuntimeError(f"{name}: {error!r}")


def serve(known: Questions = QUESTIONS) -> None:
    """Answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever holds the other end
    os.nice(_KINDNESS)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            name, texts = receive(questions)
        except EOFError:
            return
        send(answers, answered(name, texts, known))


if __name__ == "__main__":
    serve()
