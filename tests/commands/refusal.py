"""What a command refuses, and how it says so: one refusal, and those that many commands share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from resolvers.access import Subject
from resolvers.actions import Action
from store.base import new_id
from tests.commands.valid import VALID
from tests.commands.worlds import World
from tests.factories import NOW

DAY = dt.timedelta(days=1)
By = Callable[[World], Subject]


def manager(world: World) -> Subject:
    return world.manager


def supervisor(world: World) -> Subject:
    return world.supervisor


def agent(world: World) -> Subject:
    return world.agent


@dataclass(frozen=True)
class Refusal:
    """Of this draft by this subject, the command says (code, field)."""

    action: Action
    code: str
    field: str | None
    draft: Callable[[World], Any]
    by: By = manager
    key: str | None = None


def valid_but(action: Action, code: str, field: str, by: By = manager, /, **values: Any) -> Refusal:
    """A valid draft with some values changed; a callable value is asked for with the world."""

    def draft(world: World) -> Any:
        given = {name: value(world) if callable(value) else value for name, value in values.items()}
        return replace(VALID[action](world), **given)

    return Refusal(action, code, field, draft, by)


def unknown(action: Action, field: str, outside: Callable[[World], Any], by: By) -> list[Refusal]:
    """An id that there is not, and one that is out of the subject's reach: the same refusal."""
    ids: tuple[Callable[[World], Any], ...] = (lambda _: new_id(), outside)
    return [valid_but(action, "NOT_FOUND", field, by, **{field: one}) for one in ids]


def bad_texts(action: Action, *fields: str, most: int) -> list[Refusal]:
    """Texts that no such field may hold."""
    controls = "a\x00b", "\ud800", "a\x1bb", "a\x85x" if most > 200 else "a\u2028b"
    texts = {"INVALID_TEXT": controls, "TOO_LONG": ("x" * (most + 1), "x" * 100_000)}
    return [
        valid_but(action, code, field, **{field: text})
        for field in fields
        for code, each in texts.items()
        for text in each
    ]


def blank(action: Action, *fields: str) -> list[Refusal]:
    """Nothing to be seen where something is needed."""
    texts = "", " \t", "\u200b", None
    return [valid_but(action, "REQUIRED", field, **{field: text}) for field in fields for text in texts]


def bad_times(action: Action, field: str) -> list[Refusal]:
    """Times that are none, or are still to come."""
    naive = dt.datetime(2026, 3, 1, 9)  # noqa: DTZ001  # it is to be refused
    far = dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=14)))
    times = [("INVALID_TIME", naive), ("INVALID_TIME", far), ("INVALID_TIME", dt.datetime.max.replace(tzinfo=dt.UTC))]
    return [
        valid_but(action, code, field, **{field: time})
        for code, time in [*times, ("IN_FUTURE", NOW + dt.timedelta(minutes=6))]
    ]


def of_keys(action: Action) -> list[Refusal]:
    """Idempotency keys that are no texts."""
    bad = {"REQUIRED": " ", "INVALID_TEXT": "a\x00b", "TOO_LONG": "k" * 201}
    return [Refusal(action, code, "idempotency_key", VALID[action], key=key) for code, key in bad.items()]


def amounts(code: str, *texts: str, **values: Any) -> list[Refusal]:
    """Amounts that are none."""
    return [valid_but(Action.ADD_LEDGER_ENTRY, code, "amount", amount=Decimal(text), **values) for text in texts]
