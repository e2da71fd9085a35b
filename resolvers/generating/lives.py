"""The lives that a ticket may lead: what happens to it, step by step, and where it stands after each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, NamedTuple

from resolvers.generating.chance import wheel
from resolvers.generating.staff import Member
from store.ticket import PAUSED
from store.ticket import TicketEventKind as Event
from store.ticket import TicketKind as Kind
from store.ticket import TicketStatus as Status


class Step(NamedTuple):
    """One thing that happens to a ticket, and its status after it."""

    kind: Event
    status: Status


Life = tuple[Step, ...]

_NEW: Final = Step(Event.REGISTERED, Status.NEW)
_SEEN: Final = Step(Event.ACKNOWLEDGED, Status.ACKNOWLEDGED)
_WORK: Final = Step(Event.STATE_CHANGED, Status.IN_PROGRESS)
_ANSWER: Final = Step(Event.REPLIED, Status.NEW)
_MOVED: Final = Step(Event.TRANSFERRED, Status.NEW)
_CUSTOMER: Final = Step(Event.STATE_CHANGED, Status.AWAITING_CUSTOMER)
_PARTS: Final = Step(Event.STATE_CHANGED, Status.AWAITING_PARTS)
_SUPPLIER: Final = Step(Event.STATE_CHANGED, Status.AWAITING_SUPPLIER)
_OFFER: Final = Step(Event.SOLUTION_OFFERED, Status.SOLUTION_OFFERED)
_ACCEPTED: Final = Step(Event.SOLUTION_ACCEPTED, Status.SOLUTION_OFFERED)
_REFUSED: Final = Step(Event.SOLUTION_REFUSED, Status.IN_PROGRESS)
_SOLVED: Final = Step(Event.RESOLVED, Status.RESOLVED)
_AGAIN: Final = Step(Event.REOPENED, Status.IN_PROGRESS)
_CLOSED: Final = Step(Event.CLOSED, Status.CLOSED)
_DROPPED: Final = Step(Event.CANCELLED, Status.CANCELLED)

_USUAL: Final[dict[Life, float]] = {
    (_NEW, _SOLVED, _CLOSED): 29,
    (_NEW, _SEEN, _SOLVED): 23,
    (_NEW, _SOLVED): 18,
    (_NEW, _SEEN, _SOLVED, _CLOSED): 8,
    (_NEW, _DROPPED): 5,
    (_NEW, _ANSWER, _SOLVED): 6,
    (_NEW, _MOVED, _SEEN, _SOLVED): 3,
    (_NEW, _SEEN, _CUSTOMER, _SOLVED): 2,
    (_NEW, _SOLVED, _AGAIN, _SOLVED, _CLOSED): 2,
    (_NEW, _SEEN, _WORK): 2,
    (_NEW,): 2,
}
_IN_THE_FIELD: Final[dict[Life, float]] = {
    (_NEW, _SEEN, _PARTS, _WORK, _SOLVED, _CLOSED): 4,
    (_NEW, _SEEN, _WORK, _SOLVED): 6,
    (_NEW, _SEEN, _SUPPLIER): 2,
}
_IN_DISPUTE: Final[dict[Life, float]] = {
    (_NEW, _OFFER, _ACCEPTED, _SOLVED): 6,
    (_NEW, _OFFER, _REFUSED, _OFFER, _SOLVED, _CLOSED): 3,
    (_NEW, _OFFER): 1,
}

REPLIES: Final = frozenset({Event.ACKNOWLEDGED, Event.REPLIED, Event.SOLUTION_OFFERED, Event.RESOLVED})
"""Steps by which the customer hears from us."""

LIVES: Final[dict[Kind, tuple[Life, ...]]] = {
    kind: wheel(_USUAL | more)
    for kind, more in {
        Kind.CONSULTATION: {},
        Kind.COMPLAINT: _IN_DISPUTE,
        Kind.FAULT: _IN_THE_FIELD,
        Kind.REPAIR: _IN_THE_FIELD,
        Kind.INSTALLATION: _IN_THE_FIELD,
        Kind.SUGGESTION: {},
        Kind.CLAIM: _IN_DISPUTE,
    }.items()
}
"""The lives of each kind of ticket, with their shares."""


class Moment(NamedTuple):
    """A step that was made: when, and who had the ticket after it and before it."""

    step: Step
    at: int
    holder: Member
    actor: Member


@dataclass(slots=True)
class Course:
    """What the steps left a ticket with; times in seconds since 1970, None for never."""

    moments: list[Moment] = field(default_factory=list)
    replied: int | None = None
    resolved: int | None = None
    closed: int | None = None
    reopened: int = 0
    transferred: int = 0
    is_refused: bool = False

    def take(self, moment: Moment) -> None:
        """Go one step further."""
        self.moments.append(moment)
        kind = moment.step.kind
        if kind in REPLIES and self.replied is None:
            self.replied = moment.at
        if kind is Event.RESOLVED:
            self.resolved = moment.at
        elif kind is Event.CLOSED:
            self.closed = moment.at
        elif kind is Event.REOPENED:
            self.resolved, self.closed, self.reopened = None, None, self.reopened + 1
        elif kind is Event.TRANSFERRED:
            self.transferred += 1
        elif kind is Event.SOLUTION_REFUSED:
            self.is_refused = True

    @property
    def status(self) -> Status:
        """Where the ticket stands."""
        return self.moments[-1].step.status

    @property
    def paused(self) -> int | None:
        """Since when the clock of the ticket stands still."""
        waits = takewhile(lambda moment: moment.step.status in PAUSED, reversed(self.moments))
        return min((moment.at for moment in waits), default=None)
