"""Tickets and what happened to them; a ticket's columns say what its events left it with."""

from __future__ import annotations

from math import log
from typing import Final, NamedTuple

from resolvers.generating.chance import Spread, wheel
from resolvers.generating.contacts import Known
from resolvers.generating.customers import Customer
from resolvers.generating.dealings import Dealings
from resolvers.generating.figures import Figures
from resolvers.generating.keys import KEY_BITS, instant, key
from resolvers.generating.lives import LIVES, Course, Life, Moment
from resolvers.generating.names import pick
from resolvers.generating.phrases import CASES, CAUSES, OUTCOMES, PREVENTIONS
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Row, Target
from resolvers.generating.staff import Frame, Member
from resolvers.generating.volume import Volume
from store.grade import Grade
from store.interaction import Channel
from store.ticket import ENDED, Severity, TicketEventKind, TicketKind

TICKET: Final = Target(
    "ticket",
    (
        *("id", "number", "customer_id", "contact_id", "department_id", "assignee_id", "first_responder_id", "kind"),
        *("severity", "status", "channel", "subject", "product", "model", "serial_number", "outcome", "cause"),
        *("prevention", "opened_at", "first_reply_due_at", "first_replied_at", "due_at", "paused_at"),
        *("resolved_at", "closed_at", "made_target", "is_disputed", "reopen_count", "transfer_count"),
        *("version", "created_at", "updated_at"),
    ),
)
TICKET_EVENT: Final = Target(
    "ticket_event",
    (
        *("id", "ticket_id", "customer_id", "at", "kind", "status", "severity", "department_id", "assignee_id"),
        "actor_id",
    ),
)

MEAN: Final = 2.0
WEIGHTS: Final = {Grade.VIP: 5.0, Grade.KEY: 2.5, Grade.NORMAL: 1.15, Grade.POTENTIAL: 0.4}

_HOUR: Final = 3600
_KINDS: Final = wheel(
    {
        TicketKind.CONSULTATION: 25,
        TicketKind.COMPLAINT: 18,
        TicketKind.FAULT: 22,
        TicketKind.REPAIR: 15,
        TicketKind.INSTALLATION: 8,
        TicketKind.SUGGESTION: 6,
        TicketKind.CLAIM: 6,
    }
)
_SEVERITIES: Final = wheel({Severity.CRITICAL: 3, Severity.HIGH: 15, Severity.MODERATE: 52, Severity.LOW: 30})
_CHANNELS: Final = wheel({Channel.PHONE: 46, Channel.CHAT: 20, Channel.EMAIL: 18, Channel.WEB: 10, Channel.ON_SITE: 6})
_REPLY_HOURS: Final = {Severity.CRITICAL: 1, Severity.HIGH: 4, Severity.MODERATE: 8, Severity.LOW: 24}
_SETTLE_HOURS: Final = {Severity.CRITICAL: 8, Severity.HIGH: 24, Severity.MODERATE: 72, Severity.LOW: 120}
_WITH_PRODUCT: Final = frozenset({TicketKind.FAULT, TicketKind.REPAIR, TicketKind.INSTALLATION})
_DISPUTABLE: Final = frozenset({TicketKind.COMPLAINT, TicketKind.CLAIM})
_PRODUCTS: Final = (("Inverter", "INV"), ("Control panel", "CP"), ("Pump", "P"), ("Printer", "PR"), ("Gateway", "GW"))
_RECENT: Final = 60 * DAY
"""Age below which a ticket may well be in the middle of its life."""


class Case(NamedTuple):
    """What the journal must know of a ticket."""

    id: str
    opened: int
    kind: TicketKind
    channel: Channel
    subject: str
    is_ended: bool
    responder: Member


class Tickets:
    """Writes the tickets of the customers of one chunk."""

    def __init__(self, plan: WorldPlan, chunk: int, frame: Frame) -> None:
        self._now = plan.now
        self._random = plan.stream("tickets", chunk)
        self._teams = frame.teams
        self._volume = Volume(plan, MEAN, WEIGHTS, tail=0.45, cap=400, step=Spread.ROOT_7)
        self.tickets = Page(TICKET, [])
        self.events = Page(TICKET_EVENT, [])

    def add(self, dealings: Dealings) -> list[Case]:
        """Add the tickets of one customer; its figures count them."""
        customer = dealings.customer
        span = customer.until - customer.since
        count = self._volume.of(customer, self._random.random())
        opened = sorted(customer.since + int(self._random.random() * span) for _ in range(count))
        return [self._ticket(dealings, second, number) for number, second in enumerate(opened, start=1)]

    def _ticket(self, dealings: Dealings, opened: int, number: int) -> Case:
        """Add one ticket with its events."""
        random, customer = self._random, dealings.customer
        bits = random.getrandbits(64)
        kind, severity, channel = _KINDS[bits & 255], _SEVERITIES[bits >> 8 & 255], _CHANNELS[bits >> 16 & 255]
        life = self._so_far(LIVES[kind][bits >> 24 & 255], opened)
        responder = dealings.service.somebody_at(opened, bits >> 32)
        course = self._course(life, opened, responder, _SETTLE_HOURS[severity])
        identity = key(opened, random.getrandbits(KEY_BITS))
        subject = pick(random, CASES[customer.language][kind])
        case = Case(identity, opened, kind, channel, subject, course.status in ENDED, responder)
        caller_id = _caller(dealings.contacts, opened, bits >> 48)
        reference = f"T-{customer.digits}-{number}"
        head = (identity, reference, customer.id, caller_id, course.moments[-1].holder.department.id)
        self.tickets.rows.append((*head, *self._rest(customer, case, course, severity)))
        self.events.rows.extend(self._event(moment, case.id, customer.id, severity) for moment in course.moments)
        _count(dealings.figures, case, course)
        return case

    def _so_far(self, life: Life, opened: int) -> Life:
        """The life of a recent ticket may have come to any of its steps."""
        if self._now - opened > _RECENT or self._random.random() < 0.5:
            return life
        return life[: 1 + int(self._random.random() * len(life))]

    def _course(self, life: Life, opened: int, responder: Member, hours: int) -> Course:
        """The steps that were made until now; their pace is that of the severity."""
        course, at, holder = Course(), opened, responder
        pace = hours * _HOUR * 0.25
        for step in life:
            actor = holder
            if step.kind is TicketEventKind.TRANSFERRED:
                holder = self._elsewhere(holder, at)
            course.take(Moment(step, at, holder, actor))
            at += 60 + int(-log(1 - self._random.random()) * pace)
            if at > self._now:
                break
        return course

    def _elsewhere(self, holder: Member, second: int) -> Member:
        """Someone of another department."""
        place = int(self._random.random() * (len(self._teams) - 1))
        team = self._teams[place + (place >= holder.department.place)]
        member = pick(self._random, tuple(team))
        return member if member.works_at(second) else team[0]

    def _rest(self, customer: Customer, case: Case, course: Course, severity: Severity) -> Row:
        """The columns of a ticket from the assignee on."""
        due = case.opened + _SETTLE_HOURS[severity] * _HOUR
        in_dispute = course.is_refused or course.reopened > 0
        resolved = course.resolved
        return (
            *(course.moments[-1].holder.id, case.responder.id, case.kind, severity, course.status, case.channel),
            *(case.subject, *self._product(case.kind), *self._findings(customer.language, case.kind, resolved)),
            *(instant(case.opened), instant(case.opened + _REPLY_HOURS[severity] * _HOUR), _moment(course.replied)),
            *(instant(due), _moment(course.paused), _moment(resolved), _moment(course.closed)),
            *(
                None if resolved is None else int(resolved <= due),
                int(in_dispute) if case.kind in _DISPUTABLE else None,
            ),
            *(course.reopened, course.transferred, len(course.moments)),
            *(instant(case.opened), instant(course.moments[-1].at)),
        )

    def _product(self, kind: TicketKind) -> tuple[str | None, str | None, str | None]:
        """Product, model and serial number, where the case is about a thing."""
        if kind not in _WITH_PRODUCT:
            return None, None, None
        bits = self._random.getrandbits(32)
        product, prefix = _PRODUCTS[bits % len(_PRODUCTS)]
        return product, f"{prefix}-{100 + (bits >> 8) % 20 * 50}", f"SN{bits:08X}"

    def _findings(
        self, language: str, kind: TicketKind, resolved: int | None
    ) -> tuple[str | None, str | None, str | None]:
        """Outcome, cause and prevention of a case that was resolved."""
        if resolved is None:
            return None, None, None
        outcome = pick(self._random, OUTCOMES[language])
        if kind in (TicketKind.CONSULTATION, TicketKind.SUGGESTION) or self._random.random() < 0.5:
            return outcome, None, None
        return outcome, pick(self._random, CAUSES[language]), pick(self._random, PREVENTIONS[language])

    def _event(self, moment: Moment, ticket_id: str, customer_id: str, severity: Severity) -> Row:
        """The row of one event."""
        identity = key(moment.at, self._random.getrandbits(KEY_BITS))
        step, holder = moment.step, moment.holder
        state = (instant(moment.at), step.kind, step.status, severity, holder.department.id, holder.id)
        return (identity, ticket_id, customer_id, *state, moment.actor.id)


def _count(figures: Figures, case: Case, course: Course) -> None:
    """Count one ticket."""
    figures.tickets += 1
    figures.open_tickets += not case.is_ended
    figures.complaints += case.kind is TicketKind.COMPLAINT
    figures.last_case = max(figures.last_case, course.moments[-1].at)


def _caller(contacts: list[Known], second: int, bits: int) -> str | None:
    """One of the contacts that were known at a moment; the first always is."""
    if not contacts:
        return None
    caller = contacts[bits % len(contacts)]
    return caller.id if caller.since <= second else contacts[0].id


def _moment(second: int | None) -> str | None:
    """A moment, or nothing for never."""
    return None if second is None else instant(second)
