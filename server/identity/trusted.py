"""Subjects that a request names by its headers, believed without proof: for development, tests and benchmarks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeVar

from resolvers.access import Clearance, Role, Scope, Subject
from server.identity.reach import REACH
from server.refusal import Code, Refusal

ROLE: Final = b"x-c360-role"
HEADERS: Final = tuple(
    f"x-c360-{name}".encode() for name in ("role", "clearance", "scope", "staff", "departments", "customers")
)
MAX_IDS: Final = 1_000

T = TypeVar("T")


def named_subject(headers: Mapping[bytes, bytes]) -> Subject | None:
    """Whom the headers name; None when they name no role.

    Raises:
        Refusal: a header cannot be read (400, INVALID_SUBJECT).
    """
    if not headers.get(ROLE):
        return None
    return _subject(tuple(headers.get(name) for name in HEADERS))


@lru_cache(maxsize=512)
def _subject(values: tuple[bytes | None, ...]) -> Subject:
    role_text, clearance, scope, staff, departments, customers = values
    role = _named(Role, role_text or b"", "x-c360-role")
    usual_clearance, usual_scope = REACH[role]
    staff_ids = _ids(staff, "Staff", "x-c360-staff")
    if len(staff_ids) > 1:
        raise _wrong("x-c360-staff", "one id is expected")
    return Subject(
        name=role.value.lower(),
        role=role,
        clearance=_named(Clearance, clearance, "x-c360-clearance") if clearance else usual_clearance,
        scope=_named(Scope, scope, "x-c360-scope") if scope else usual_scope,
        staff_id=next(iter(staff_ids), None),
        department_ids=_ids(departments, "Department", "x-c360-departments"),
        customer_ids=_ids(customers, "Customer", "x-c360-customers"),
    )


def _named(members: type[T], value: bytes, header: str) -> T:
    name = value.decode("latin-1").strip().upper()
    found: dict[str, T] = members.__members__  # type: ignore[attr-defined]
    if name not in found:
        raise _wrong(header, f"one of {', '.join(each.lower() for each in found)} is expected")
    return found[name]


def _ids(value: bytes | None, kind: str, header: str) -> frozenset[uuid.UUID]:
    """Ids between commas, each a UUID or a global id such as `Customer:0190c0de-...`."""
    parts = [part.strip() for part in (value or b"").decode("latin-1").split(",") if part.strip()]
    if len(parts) > MAX_IDS:
        raise _wrong(header, f"at most {MAX_IDS} ids are expected")
    try:
        return frozenset(uuid.UUID(part.removeprefix(f"{kind}:")) for part in parts)
    except ValueError:
        raise _wrong(header, f"ids between commas are expected, such as {kind}:{uuid.UUID(int=0)}") from None


def _wrong(header: str, expected: str) -> Refusal:
    return Refusal(400, Code.INVALID_SUBJECT, f"The header {header} cannot be read: {expected}")
