"""Mutations of the places of staff in departments."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.placement import (
    PlacementRole,
    PlaceStaffErrorCode,
    place_staff,
)
from resolvers.reading import one, payload
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
from schema.staff import Staff

expose_codes(PlaceStaffErrorCode)


@strawberry.input(description="A person who goes to a department from a day on.")
class PlaceStaffInput:
    """The draft of a placement."""

    staff_id: strawberry.ID = required("The person.")
    department_id: strawberry.ID = required("The department.")
    role: PlacementRole = optional("What the person is there; heads are appointed.", default=PlacementRole.MEMBER)
    since: dt.date | None = optional("The first day; today when left out.")
    keep: bool = optional("Keep the person's places in other departments; else they end on that day.", default=False)
    idempotency_key: str | None = key()


@strawberry.type(description="Why someone was not moved.")
class PlaceStaffError(MutationError):
    """One reason."""

    code: PlaceStaffErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of moving someone.")
class PlaceStaffPayload:
    """The person with the new place, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[PlaceStaffError] = strawberry.field(description=ERRORS)
    staff: Staff | None = one(lambda p, s: s.id == p.changed_id, "The person as they are now.")


async def _place(
    info: Info,
    given: Annotated[PlaceStaffInput, strawberry.argument(name="input", description="Who goes where, and when.")],
) -> PlaceStaffPayload:
    return await perform(info, place_staff, given, PlaceStaffPayload, PlaceStaffError)


@strawberry.type
class PlacementMutations:
    """What can be done about who is where."""

    place_staff: PlaceStaffPayload = mutation(_place, "Move a person to a department. 人员调动")
