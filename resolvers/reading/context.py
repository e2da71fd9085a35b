"""What one request brings along, and what is going on while one of its statements is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from resolvers.access import Subject
from resolvers.reading.withholding import Notice

if TYPE_CHECKING:
    from graph.port import Graph
    from outbox.cursor import CursorKeys
    from outbox.tail import Tail


@dataclass(frozen=True, slots=True)
class Log:
    """The event log as this process follows it: how far it may be read, and the keys that sign its cursors."""

    tail: Tail
    keys: CursorKeys


class Disclosed(NamedTuple):
    """A secret that an answer tells. `record_id` is None where a filter or an order over it told of many records."""

    type_name: str
    record_id: str | None
    field: str


@dataclass(slots=True)
class Notes:
    """What is noted while an answer is made: the secrets that it tells, and the fields that it leaves out."""

    disclosed: dict[Disclosed, None] = field(default_factory=dict)
    withheld: list[Notice] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """One request: who asks, when, why, and the stores. It is strawberry's `info.context` too.

    `admit` is asked once, before anything runs, with the request's static cost: it returns what is left of the caller's
    budget, None when there is none, or raises what refuses the request.
    """

    subject: Subject
    now: dt.datetime
    database: Any = None
    store: Any = None
    walking: bool = False
    reason: str | None = None
    request_id: str | None = None
    admit: Callable[[int], int | None] | None = None
    notes: Notes = field(default_factory=Notes)
    log: Log | None = None
    graph: Graph | None = None


@dataclass(slots=True)
class Run:
    """One planned statement being answered. `source` is the Python object above a payload's entry."""

    context: Context
    variables: Mapping[str, Any]
    source: Any = None
    failed: bool = False
    waiting: dict[Any, Any] = field(default_factory=dict)
    holes: dict[int, Any] = field(default_factory=dict)
    hole_keys: str = ""
    prepared: dict[Any, Any] = field(default_factory=dict)


Getter = Callable[[Run], Any]
"""Where a bind parameter's value comes from."""

Prepare = Callable[[Run], Awaitable[None]]
"""Something to be found out before the values of a statement are read; it goes into `run.prepared`."""
