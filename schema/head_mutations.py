"""Mutations of who leads a department."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.head import (
    AppointHeadErrorCode,
    VacateHeadErrorCode,
    appoint_head,
    vacate_head,
)
from resolvers.reading import one, payload
from schema.department import Department
from schema.mutating import (
    ERRORS,
    Info,
    MutationError,
    expose_codes,
    key,
    mutation,
    optional,
    perform,
    required,
)

expose_codes(AppointHeadErrorCode, VacateHeadErrorCode)


@strawberry.input(description="Who is to lead a department from a day on.")
class AppointHeadInput:
    """The draft of an appointment."""

    department_id: strawberry.ID = required("The department.")
    staff_id: strawberry.ID = required("The person; may have a place in another department, and keeps it.")
    acting: bool = optional(
        "Whether the person only acts as head, beside the own place; the head stays then.", default=False
    )
    since: dt.date | None = optional("The first day; today when left out.")
    idempotency_key: str | None = key()


@strawberry.input(description="The head of a department steps back.")
class VacateHeadInput:
    """The end of an appointment."""

    department_id: strawberry.ID = required("The department.")
    acting: bool = optional("Whether it is the acting head who steps back.", default=False)
    until: dt.date | None = optional("The first day without; today when left out.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why nobody was appointed.")
class AppointHeadError(MutationError):
    """One reason."""

    code: AppointHeadErrorCode = strawberry.field(description="The reason, for programs.")


@strawberry.type(description="Why nobody stepped back.")
class VacateHeadError(MutationError):
    """One reason."""

    code: VacateHeadErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of appointing a head.")
class AppointHeadPayload:
    """The department with its head, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[AppointHeadError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department as it is now.")


@payload("What came of a head's stepping back.")
class VacateHeadPayload:
    """The department as it is now, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[VacateHeadError] = strawberry.field(description=ERRORS)
    department: Department | None = one(lambda p, d: d.id == p.changed_id, "The department as it is now.")


async def _appoint(
    info: Info,
    given: Annotated[AppointHeadInput, strawberry.argument(name="input", description="The appointment.")],
) -> AppointHeadPayload:
    return await perform(info, appoint_head, given, AppointHeadPayload, AppointHeadError)


async def _vacate(
    info: Info,
    given: Annotated[VacateHeadInput, strawberry.argument(name="input", description="Who steps back, and when.")],
) -> VacateHeadPayload:
    return await perform(info, vacate_head, given, VacateHeadPayload, VacateHeadError)


@strawberry.type
class HeadMutations:
    """What can be done about who leads a department."""

    appoint_head: AppointHeadPayload = mutation(
        _appoint, "Let someone lead a department, as head or acting. 任命负责人"
    )
    vacate_head: VacateHeadPayload = mutation(_vacate, "Let a head step back to being a member. 免去负责人")
