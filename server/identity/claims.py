"""What a verified token says about whoever holds it, read with care: a claim makes the reach smaller, never wider."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from resolvers.access import DEPARTMENTAL, Clearance, Role, Scope
from server.identity.reach import TooWideError, narrowed

LEEWAY: Final = 30
"""Seconds by which clocks may differ."""

MOST_LETTERS: Final = 200
MOST_CUSTOMERS: Final = 200
SCOPE: Final = "c360_scope"
CLEARANCE: Final = "c360_clearance"
CUSTOMERS: Final = "c360_customers"
OURS: Final = ("staff:", "key:")
"""How the names begin that we give; nobody may take one by calling themselves so."""

T = TypeVar("T")


class BadClaimsError(ValueError):
    """The claims name nobody whom we could serve; the text is for our log."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The names of the claims that an issuer may choose."""

    role: str = "c360_role"
    staff: str = "c360_staff"


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token is for, what it may reach at most, and when it ends (the leeway for clocks is counted in)."""

    name: str
    role: Role
    clearance: Clearance
    scope: Scope
    staff_number: str | None
    customer_codes: tuple[str, ...]
    expires_at: dt.datetime


def read_claims(raw: Mapping[str, Any], names: ClaimNames) -> Claims:
    """The claims of a token whose signature, issuer, audience and times are right.

    Raises:
        BadClaimsError: they are not for us, contradict one another, or ask for more than the role reaches.
    """
    role = _role(raw.get(names.role))
    try:
        clearance, scope = narrowed(
            role, _member(Clearance, raw.get(CLEARANCE), CLEARANCE), _member(Scope, raw.get(SCOPE), SCOPE)
        )
    except TooWideError as error:
        raise BadClaimsError(str(error)) from None
    number = raw.get(names.staff)
    staff_number = None if number is None else _text(number, names.staff)
    if staff_number is None and scope in DEPARTMENTAL | {Scope.OWN}:
        raise BadClaimsError(f"the scope {scope.lower()} needs the number of a member of the staff")
    name = _name(raw.get("sub")) if staff_number is None else f"staff:{staff_number}"
    return Claims(name, role, clearance, scope, staff_number, _codes(raw.get(CUSTOMERS)), _expiry(raw.get("exp")))


def _role(value: object) -> Role:
    """The role: one name, or the only one in a list that names a role of ours."""
    named = value if isinstance(value, list) else [value]
    roles = {each.upper() for each in named if isinstance(each, str)} & set(Role.__members__)
    if len(roles) != 1:
        raise BadClaimsError("no role, or several")
    return Role[roles.pop()]


def _member(members: type[T], value: object, claim: str) -> T | None:
    if value is None:
        return None
    found: dict[str, T] = members.__members__  # type: ignore[attr-defined]
    if not isinstance(value, str) or value.upper() not in found:
        raise BadClaimsError(f"{claim} is none of {', '.join(found)}")
    return found[value.upper()]


def _name(value: object) -> str:
    name = _text(value, "sub")
    if name.startswith(OURS):
        raise BadClaimsError("sub is a name that only we give")
    return name


def _codes(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_CUSTOMERS:
        raise BadClaimsError(f"{CUSTOMERS} is no list of at most {MOST_CUSTOMERS} codes")
    return tuple(_text(each, CUSTOMERS) for each in value)


def _text(value: object, claim: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_LETTERS or not value.isprintable():
        raise BadClaimsError(f"{claim} is no short text")
    return value


def _expiry(value: object) -> dt.datetime:
    if not isinstance(value, int | float):
        raise BadClaimsError("exp is no number")
    try:
        return dt.datetime.fromtimestamp(value + LEEWAY, dt.UTC)
    except (OverflowError, OSError, ValueError):
        raise BadClaimsError("exp is out of range") from None
