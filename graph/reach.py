"""Which customers a question may meet: what a subject's scope comes to, in the words of the network."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Final


class ReachKind(enum.StrEnum):
    """By what customers are in reach."""

    ALL = "ALL"
    CUSTOMERS = "CUSTOMERS"
    DEPARTMENTS = "DEPARTMENTS"
    SERVED = "SERVED"


@dataclass(frozen=True, slots=True)
class Reach:
    """All customers, those named, those of the named departments, or those whom a person serves on a day.

    `directory`: whether departments and staff may be met; partners' programs do not meet them.
    """

    kind: ReachKind
    ids: frozenset[uuid.UUID] = frozenset()
    day: dt.date | None = None
    directory: bool = True


EVERYTHING: Final = Reach(ReachKind.ALL)
"""No limit."""
