"""What the commands refuse that deal with duties and changes of credit."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from resolvers.access import Role, Scope, Subject
from resolvers.actions import Action
from tests.commands.refusal import Refusal, agent, bad_texts, blank, supervisor, unknown, valid_but
from tests.commands.valid import VALID
from tests.commands.worlds import World

A = Action


def of_the_service(world: World) -> Subject:
    """A manager of one department."""
    return replace(world.supervisor, role=Role.MANAGER, scope=Scope.DEPARTMENT)


ACTING: Final = [
    *unknown(A.COMPLETE_DUTY, "id", lambda w: w.acted.foreign_duty, agent),
    valid_but(A.COMPLETE_DUTY, "BAD_MOVE", "id", id=lambda w: w.acted.done_duty),
    valid_but(A.COMPLETE_DUTY, "CONTACT_NEEDED", "id", id=lambda w: w.acted.callback),
    valid_but(A.COMPLETE_DUTY, "STALE_VERSION", "version", version=7),
    *bad_texts(A.COMPLETE_DUTY, "note", most=10_000),
    *blank(A.COMPLETE_DUTY, "note"),
    *[
        refusal
        for action in (A.APPROVE_CREDIT_CHANGE, A.REJECT_CREDIT_CHANGE)
        for refusal in (
            *unknown(action, "id", lambda w: w.acted.foreign_change, of_the_service),
            valid_but(action, "BAD_MOVE", "id", id=lambda w: w.acted.answered),
            valid_but(action, "FORBIDDEN", "id", of_the_service, id=lambda w: w.acted.high),
            valid_but(action, "STALE_VERSION", "version", version=7),
            Refusal(action, "FORBIDDEN", None, VALID[action], supervisor),
            *bad_texts(action, "note", most=10_000),
        )
    ],
    valid_but(A.APPROVE_CREDIT_CHANGE, "STALE_VERSION", "id", id=lambda w: w.acted.outdated),
    *blank(A.REJECT_CREDIT_CHANGE, "note"),
]
