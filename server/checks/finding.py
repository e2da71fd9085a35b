"""What a check finds."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.StrEnum):
    """How good it is. A warning is something that a person may want so; a failure is not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table; `cure` says what to do where not all is well."""

    check: str
    status: Status
    found: str
    cure: str | None = None


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, Status.OK, found)


def warn(check: str, found: str, cure: str) -> Finding:
    """It works, and someone should know."""
    return Finding(check, Status.WARN, found, cure)


def fail(check: str, found: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(check, Status.FAIL, found, cure)
