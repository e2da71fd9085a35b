"""Whom trusted headers name, and when nobody is believed."""

from __future__ import annotations

import uuid

import pytest
from pydantic import ValidationError

from resolvers.access import Clearance, Role, Scope
from server.identity.reach import REACH
from server.identity.trusted import named_subject
from server.refusal import Code, Refusal
from server.settings import Settings
from tests.factories import NOW
from tests.server.identity.asking import refused

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def headers(**values: str) -> dict[bytes, bytes]:
    return {f"x-c360-{name}".encode(): value.encode() for name, value in values.items()}


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_reach(role):
    named = named_subject(headers(role=role.lower()))

    assert (named.clearance, named.scope) == REACH[role]


def test_headers_name_the_subject():
    named = named_subject(
        headers(
            role="Partner",
            clearance="Internal",
            scope="subtree",
            staff=f"Staff:{ONE}",
            departments=f"{ONE}, Department:{TWO},",
            customers=f"Customer:{TWO}",
        )
    )

    assert (named.role, named.clearance, named.scope) == (Role.PARTNER, Clearance.INTERNAL, Scope.SUBTREE)
    assert (named.staff_id, named.department_ids, named.customer_ids) == (ONE, {ONE, TWO}, {TWO})


@pytest.mark.parametrize(
    "given",
    [
        {"role": "king"},
        {"role": "ma\u00fc"},
        {"role": "agent", "clearance": "3"},
        {"role": "agent", "scope": "everything"},
        {"role": "agent", "scope": "departments"},
        {"role": "agent", "staff": "Ann"},
        {"role": "agent", "staff": f"{ONE},{TWO}"},
        {"role": "agent", "departments": f"Customer:{ONE}"},
        {"role": "agent", "customers": ",".join([str(ONE)] * 1_001)},
    ],
)
def test_what_cannot_be_read_is_refused(given):
    with pytest.raises(Refusal) as caught:
        named_subject(headers(**given))

    assert (caught.value.status, caught.value.code) == (400, Code.INVALID_SUBJECT)
    assert f"x-c360-{list(given)[-1]}" in caught.value.message


@pytest.mark.anyio
async def test_without_trust_they_say_nothing(authenticator):
    assert "Sign in" in await refused(authenticator, headers(role="manager", clearance="secret"))


@pytest.mark.anyio
async def test_without_a_role_they_name_nobody(opening):
    async with opening(trust_subject_headers=True) as opened:
        assert (await opened.identify(headers(role="auditor"), NOW)).subject.role is Role.AUDITOR
        assert "Sign in" in await refused(opened, headers(clearance="secret"))
        assert "Sign in" in await refused(opened, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "0.0.0.0"},
        {"host": "crm.example"},
        {"host": "::"},
        {"environment": "production"},
    ],
)
def test_trust_is_for_this_machine_only(wrong):
    with pytest.raises(ValidationError, match="C360_TRUST_SUBJECT_HEADERS"):
        Settings(trust_subject_headers=True, **wrong)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_be_trusted(host):
    assert Settings(trust_subject_headers=True, host=host).trust_subject_headers
