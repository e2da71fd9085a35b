"""Who asks, and what that allows: roles give actions, scopes give rows, clearances give columns."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass, field
from typing import Final

from store.clearance import Clearance

__all__ = ["DEPARTMENTAL", "AccessClass", "Clearance", "Role", "Scope", "Subject"]


class Role(enum.StrEnum):
    """What a subject is to the service; `resolvers.actions` says what each may do (B15)."""

    MANAGER = "MANAGER"
    SUPERVISOR = "SUPERVISOR"
    AGENT = "AGENT"
    ANALYST = "ANALYST"
    PARTNER = "PARTNER"
    AUDITOR = "AUDITOR"


class Scope(enum.StrEnum):
    """Whose rows a subject sees."""

    OWN = "OWN"
    DEPARTMENT = "DEPARTMENT"
    SUBTREE = "SUBTREE"
    PARTNER = "PARTNER"
    ALL = "ALL"


DEPARTMENTAL: Final = frozenset({Scope.DEPARTMENT, Scope.SUBTREE})
"""The scopes of whoever sees the rows of departments: of its own ones, or also of all below them."""


@dataclass(frozen=True, slots=True)
class AccessClass:
    """What of a subject changes a statement's text; everything else of it is a bind parameter."""

    clearance: Clearance = Clearance.SECRET
    scope: Scope = Scope.ALL


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. `department_ids` holds every department in reach, a subtree already spread out."""

    name: str
    role: Role
    clearance: Clearance
    scope: Scope
    staff_id: uuid.UUID | None = None
    department_ids: frozenset[uuid.UUID] = frozenset()
    customer_ids: frozenset[uuid.UUID] = frozenset()
    access: AccessClass = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "access", AccessClass(self.clearance, self.scope))
