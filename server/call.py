"""One operation on its way from the edge to the schema."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import unquote

from server import observing
from server.edge.budget import Admit
from server.identity import Authenticator, Identity
from server.payload import Asked

REASON: Final = b"x-c360-reason"
MAX_REASON: Final = 200
"""Characters of a reason that are kept."""

_GAPS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, by whom, when; `reason` is why, if the client says so."""

    asked: Asked
    identity: Identity
    now: dt.datetime
    request_id: str
    reason: str | None
    admit: Admit
    allow_mutation: bool = True


class Answered(observing.Answered, Protocol):
    """An operation's answer, and what is told of it. Its JSON has no data when nothing was executed."""

    @property
    def body(self) -> bytes:
        """The JSON of the answer."""
        ...


class Answering(Protocol):
    """Tells who asks, and answers what they ask."""

    @property
    def authenticator(self) -> Authenticator:
        """Tells who asks."""
        ...

    async def __call__(self, call: Call) -> Answered:
        """The answer.

        Raises:
            Refusal: the document is not to be had, the caller's budget is spent, or the store cannot be reached.
        """
        ...


def reason_of(headers: Mapping[bytes, bytes]) -> str | None:
    """Why a client says it asks: one line, of at most 200 characters. Browsers must write it percent-encoded."""
    given = headers.get(REASON, b"")[: MAX_REASON * 12]
    text = unicodedata.normalize("NFC", unquote(given.decode("utf-8", errors="replace")))
    shown = "".join(each if each.isprintable() else " " for each in text)
    return _GAPS.sub(" ", shown).strip()[:MAX_REASON].strip() or None
