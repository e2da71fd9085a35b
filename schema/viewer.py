"""Who asks, as the asker sees it."""

from __future__ import annotations

import sqlalchemy as sa

from resolvers.access import Role, Scope
from resolvers.reading import from_request, one, part_type
from resolvers.reading.parameters import subject
from schema.staff import Staff
from store.clearance import Clearance
from store.types import Coded, Prose


class NamedLevel(sa.types.TypeDecorator[Clearance]):
    """A clearance as the name that clients know it by."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Clearance | None, dialect: sa.Dialect) -> str | None:
        """Write the name."""
        del dialect
        return None if value is None else value.name


@part_type("Who you are to this service, and what that lets you see. 当前用户")
class Viewer:
    """The subject of the request."""

    name: str = from_request(
        lambda context: context.subject.name,
        Prose(),
        "Your name: `staff:` and your number, `key:` and the id of an API key, or what your token calls you.",
    )
    role: Role = from_request(lambda context: context.subject.role, Coded(Role), "What you are to the service.")
    scope: Scope = from_request(lambda context: context.subject.scope, Coded(Scope), "Whose rows you see.")
    clearance: Clearance = from_request(
        lambda context: context.subject.clearance, NamedLevel(), "Which columns you read."
    )
    staff: Staff | None = one(lambda _, s: s.id == subject("staff_id"), "You as a person of the staff, if you are one.")
