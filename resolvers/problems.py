"""What a command may say no with: codes, their meanings, and the exception that carries them out of a transaction."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from rules.engine.problem import Problem as Slip


class Code(enum.StrEnum):
    """Every reason of every command. A command's own enum holds those of them that it can give."""

    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_ID = "BAD_ID"
    KEY_REUSED = "KEY_REUSED"
    REQUIRED = "REQUIRED"
    INVALID_TEXT = "INVALID_TEXT"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    INVALID_TIME = "INVALID_TIME"
    IN_FUTURE = "IN_FUTURE"
    IN_PAST = "IN_PAST"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    STALE_VERSION = "STALE_VERSION"
    DUPLICATE_CODE = "DUPLICATE_CODE"
    DUPLICATE_NUMBER = "DUPLICATE_NUMBER"
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
    INVALID_AMOUNT = "INVALID_AMOUNT"
    NEGATIVE_AMOUNT = "NEGATIVE_AMOUNT"
    TOO_PRECISE = "TOO_PRECISE"
    TOO_LARGE = "TOO_LARGE"
    BAD_PERIOD = "BAD_PERIOD"
    OVERLAP = "OVERLAP"
    ALREADY_ENDED = "ALREADY_ENDED"
    STAFF_LEFT = "STAFF_LEFT"
    STAFF_AWAY = "STAFF_AWAY"
    SAME_PERSON = "SAME_PERSON"
    NOTHING_OWNED = "NOTHING_OWNED"
    ORPHANED = "ORPHANED"
    CYCLE = "CYCLE"
    DEPARTMENT_CLOSED = "DEPARTMENT_CLOSED"
    BAD_MOVE = "BAD_MOVE"
    TICKET_ENDED = "TICKET_ENDED"
    BAD_RULES = "BAD_RULES"
    CONTACT_NEEDED = "CONTACT_NEEDED"
    OWN_VERSION = "OWN_VERSION"
    ALREADY_RUNS = "ALREADY_RUNS"


MEANING: Final = MappingProxyType(
    {
        Code.FORBIDDEN: "Your role, or your clearance for this field, does not allow it.",
        Code.NOT_FOUND: "There is no such record within your reach.",
        Code.BAD_ID: "This is not an id of the kind of record that is asked for.",
        Code.KEY_REUSED: "The idempotency key was used before with another input.",
        Code.REQUIRED: "A value is needed here.",
        Code.INVALID_TEXT: "The text holds characters that no text may hold, such as control characters.",
        Code.TOO_LONG: "The text is longer than this field allows.",
        Code.TOO_MANY: "The list has more items than this field allows, or more would change, or wait, than may.",
        Code.INVALID_TIME: "The time has no time zone, or lies outside of the years 1900 to 2199.",
        Code.IN_FUTURE: "The time or day has not come yet.",
        Code.IN_PAST: "The day has gone by.",
        Code.OUT_OF_RANGE: "The number lies outside of its range.",
        Code.STALE_VERSION: "Someone changed the record meanwhile; the message names its current version.",
        Code.DUPLICATE_CODE: "Another record has this code already.",
        Code.DUPLICATE_NUMBER: "Another record has this number already.",
        Code.UNKNOWN_CURRENCY: "A currency is three capital letters of ISO 4217, such as CNY.",
        Code.INVALID_AMOUNT: "The amount is not a finite number.",
        Code.NEGATIVE_AMOUNT: "Only adjustments may be negative.",
        Code.TOO_PRECISE: "The amount has more decimals than its currency.",
        Code.TOO_LARGE: "The amount is larger than an account can hold.",
        Code.BAD_PERIOD: "The period ends before it starts.",
        Code.OVERLAP: "Someone holds this place at that time already.",
        Code.ALREADY_ENDED: "The period has an end already, and it is not later than the one asked for.",
        Code.STAFF_LEFT: "This person does not work here any more.",
        Code.STAFF_AWAY: "This person is on leave.",
        Code.SAME_PERSON: "Nobody hands over to oneself.",
        Code.NOTHING_OWNED: "The person has nothing that could be handed over.",
        Code.ORPHANED: "Something of the person would be left with nobody; the message names it.",
        Code.CYCLE: "A department would come below itself, or a customer into its own group or referral.",
        Code.DEPARTMENT_CLOSED: "The department is closed: it was merged into another and takes nothing new.",
        Code.BAD_MOVE: "The record cannot go from its state to this one; the message names those that it can go to.",
        Code.TICKET_ENDED: "The ticket has ended; reopen it first.",
        Code.BAD_RULES: "Something is wrong in the rule file or in its cases; `problems` says what and where.",
        Code.CONTACT_NEEDED: "The duty is to speak with the customer, and ends when that contact is recorded.",
        Code.OWN_VERSION: "Nobody approves what they submitted themselves.",
        Code.ALREADY_RUNS: "Another one runs already, and there is one at a time.",
    }
)
"""What each code tells a client."""


@dataclass(frozen=True)
class Problem:
    """One reason: its code, the draft's field that it is about (None: the whole), and a sentence for people.

    `slips` are what is wrong inside of a rule file that was given, each with its place.
    """

    code: enum.StrEnum
    field: str | None
    message: str
    slips: tuple[Slip, ...] = ()


class Refused(Exception):  # noqa: N818  # the name says what happened to the command
    """A command says no, for one or more reasons; nothing of it is kept."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.code} {p.field}: {p.message}" for p in problems))

    def narrowed(self, codes: type[enum.StrEnum]) -> Refused:
        """The same refusal in a command's own codes. Raises ValueError for a code that the command does not declare."""
        return Refused(*(replace(problem, code=codes(problem.code.value)) for problem in self.problems))


def refuse(code: Code, field: str | None = None, message: str | None = None) -> Refused:
    """A refusal for one reason; without a message of its own it says what the code means."""
    return Refused(Problem(code, field, message or MEANING[code]))


def refuse_any(problems: Iterable[Problem]) -> None:
    """Refuse when there is any reason to. Raises Refused with all of them."""
    found = tuple(problems)
    if found:
        raise Refused(*found)
