"""What a person at the command line can put right: said in words, with the cure, and never as a traceback."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What a `c360` command says by its exit status."""

    OK = 0
    FOUND_PROBLEMS = 1
    WRONG_USE = 2
    PARTLY_REFUSED = 3


class UserError(Exception):
    """Something the caller can mend. `cure` says how; `exit_code` is what the command ends with."""

    def __init__(self, message: str, *, cure: str | None = None, exit_code: ExitCode = ExitCode.FOUND_PROBLEMS) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.exit_code = exit_code
