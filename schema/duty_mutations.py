"""Mutations of duties: doing what is owed."""

from __future__ import annotations

import uuid
from typing import Annotated

import strawberry

from resolvers.acting.duty import CompleteDutyErrorCode, complete_duty
from resolvers.reading import one, payload
from schema.duty import Duty
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, perform, required, version

expose_codes(CompleteDutyErrorCode)


@strawberry.input(description="A duty that was done.")
class CompleteDutyInput:
    """The duty and the evidence."""

    id: strawberry.ID = required("The duty, open.")
    note: str = required("The evidence: what was found, or who was told what.")
    version: int | None = version()
    idempotency_key: str | None = key()


@strawberry.type(description="Why a duty was not completed.")
class CompleteDutyError(MutationError):
    """One reason."""

    code: CompleteDutyErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of completing a duty.")
class CompleteDutyPayload:
    """The duty, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[CompleteDutyError] = strawberry.field(description=ERRORS)
    duty: Duty | None = one(lambda p, d: d.id == p.changed_id, "The duty, done.")


async def _complete(
    info: Info,
    given: Annotated[CompleteDutyInput, strawberry.argument(name="input", description="The duty and the evidence.")],
) -> CompleteDutyPayload:
    return await perform(info, complete_duty, given, CompleteDutyPayload, CompleteDutyError)


@strawberry.type
class DutyMutations:
    """What can be done about duties."""

    complete_duty: CompleteDutyPayload = mutation(
        _complete,
        "Complete an open duty, with evidence. Duties to speak with the customer are completed by recordInteraction. "
        "完成应办事项",
    )
