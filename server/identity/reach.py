"""What a role reaches when nothing else is said. A credential may ask for less, never for more."""

from __future__ import annotations

from typing import Final

from resolvers.access import Clearance, Role, Scope

REACH: Final = {
    Role.MANAGER: (Clearance.SECRET, Scope.ALL),
    Role.SUPERVISOR: (Clearance.CONFIDENTIAL, Scope.SUBTREE),
    Role.AGENT: (Clearance.INTERNAL, Scope.OWN),
    Role.ANALYST: (Clearance.INTERNAL, Scope.ALL),
    Role.PARTNER: (Clearance.PUBLIC, Scope.PARTNER),
    Role.AUDITOR: (Clearance.SECRET, Scope.ALL),
}
"""The clearance and the scope of each role."""

NARROWER: Final = {
    Scope.ALL: frozenset(Scope),
    Scope.SUBTREE: frozenset({Scope.SUBTREE, Scope.DEPARTMENT}),
    Scope.DEPARTMENT: frozenset({Scope.DEPARTMENT}),
    Scope.OWN: frozenset({Scope.OWN}),
    Scope.PARTNER: frozenset({Scope.PARTNER}),
}
"""The scopes that see no more rows. Own customers may be of other departments, so OWN is narrower than ALL only."""


class TooWideError(ValueError):
    """More was asked for than the role reaches; the text says what it reaches."""


def narrowed(role: Role, clearance: Clearance | None, scope: Scope | None) -> tuple[Clearance, Scope]:
    """The reach of a role, made smaller by what is asked for.

    Raises:
        TooWideError: the role does not reach as far.
    """
    most, widest = REACH[role]
    if clearance is not None and clearance > most:
        raise TooWideError(f"the clearance of a role {role.lower()} is at most {most.name.lower()}")
    if scope is not None and scope not in NARROWER[widest]:
        names = " or ".join(each.lower() for each in Scope if each in NARROWER[widest])
        raise TooWideError(f"the scope of a role {role.lower()} is {names}")
    return clearance if clearance is not None else most, scope or widest
