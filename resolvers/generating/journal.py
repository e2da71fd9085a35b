"""What a journal entry may be about: ready-made entries, so that millions of them are made quickly."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Final, NamedTuple

from resolvers.generating.chance import wheel
from resolvers.generating.names import pick
from resolvers.generating.phrases import DESCRIPTIONS, RESOLUTIONS, SUBJECTS, SUMMARIES
from store.interaction import Channel, Direction, InteractionKind
from store.ticket import TicketKind

READY_MADE: Final = 4096
"""Different entries in each language; a power of two."""

CHANNELS: Final = wheel(
    {
        Channel.PHONE: 44,
        Channel.CHAT: 18,
        Channel.EMAIL: 16,
        Channel.SMS: 6,
        Channel.SOCIAL: 6,
        Channel.WEB: 4,
        Channel.ON_SITE: 4,
        Channel.LETTER: 1,
        Channel.FAX: 1,
    }
)
KINDS: Final = wheel(
    {
        InteractionKind.CONSULTATION: 26,
        InteractionKind.COMPLAINT: 6,
        InteractionKind.FAULT_REPORT: 8,
        InteractionKind.SUGGESTION: 3,
        InteractionKind.ORDER: 13,
        InteractionKind.CALLBACK: 9,
        InteractionKind.RETURN_VISIT: 9,
        InteractionKind.VISIT: 3,
        InteractionKind.RECEPTION: 1,
        InteractionKind.ACTIVITY: 2,
        InteractionKind.SURVEY: 4,
        InteractionKind.CARE: 6,
        InteractionKind.SALES_CALL: 7,
        InteractionKind.OTHER: 3,
    }
)
OPENING: Final = {
    TicketKind.CONSULTATION: InteractionKind.CONSULTATION,
    TicketKind.COMPLAINT: InteractionKind.COMPLAINT,
    TicketKind.FAULT: InteractionKind.FAULT_REPORT,
    TicketKind.REPAIR: InteractionKind.FAULT_REPORT,
    TicketKind.INSTALLATION: InteractionKind.ORDER,
    TicketKind.SUGGESTION: InteractionKind.SUGGESTION,
    TicketKind.CLAIM: InteractionKind.COMPLAINT,
}
"""As what the contact is entered that opens a ticket."""

_FROM_CUSTOMER: Final = frozenset(
    {
        InteractionKind.CONSULTATION,
        InteractionKind.COMPLAINT,
        InteractionKind.FAULT_REPORT,
        InteractionKind.SUGGESTION,
        InteractionKind.ORDER,
        InteractionKind.OTHER,
    }
)
_IN_PERSON: Final = frozenset({InteractionKind.VISIT, InteractionKind.RECEPTION, InteractionKind.ACTIVITY})
_SALES: Final = frozenset({InteractionKind.ORDER, InteractionKind.SALES_CALL, InteractionKind.VISIT})
_SOURCES: Final = {
    Direction.INBOUND: ("hotline", "website", "branch"),
    Direction.OUTBOUND: ("plan", "campaign", "agent"),
}


class Entry(NamedTuple):
    """The parts of a journal entry that do not depend on the customer."""

    channel: Channel
    direction: Direction
    kind: InteractionKind
    service_type: str
    source: str
    subject: str
    description: str | None
    resolution: str | None
    summary: str | None


@cache
def entries(language: str) -> tuple[Entry, ...]:
    """The ready-made entries of a language, always the same."""
    random = Random(f"journal/{language}")  # noqa: S311 - nothing secret
    return tuple(_entry(random, language) for _ in range(READY_MADE))


def _entry(random: Random, language: str) -> Entry:
    """One entry."""
    kind = KINDS[random.getrandbits(8)]
    direction = Direction.INBOUND if kind in _FROM_CUSTOMER else Direction.OUTBOUND
    return Entry(
        channel=Channel.ON_SITE if kind in _IN_PERSON else CHANNELS[random.getrandbits(8)],
        direction=direction,
        kind=kind,
        service_type="sales" if kind in _SALES else "service",
        source=pick(random, _SOURCES[direction]),
        subject=pick(random, SUBJECTS[language][kind]),
        description=pick(random, DESCRIPTIONS[language]) if random.random() < 0.15 else None,
        resolution=pick(random, RESOLUTIONS[language]) if direction is Direction.INBOUND else None,
        summary=pick(random, SUMMARIES[language]) if random.random() < 0.3 else None,
    )
