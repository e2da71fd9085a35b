"""What one request brings along, and what is going on while one of its statements is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resolvers.access import Subject


@dataclass(slots=True)
class Context:
    """One request: who asks, when, and the stores. It is strawberry's `info.context` too."""

    subject: Subject
    now: dt.datetime
    database: Any = None
    store: Any = None
    walking: bool = False


@dataclass(slots=True)
class Run:
    """One planned statement being answered. `source` is the Python object above a payload's entry."""

    context: Context
    variables: Mapping[str, Any]
    source: Any = None
    failed: bool = False
    waiting: dict[int, Any] = field(default_factory=dict)
    holes: dict[int, Any] = field(default_factory=dict)
    hole_keys: str = ""


Getter = Callable[[Run], Any]
"""Where a bind parameter's value comes from."""
