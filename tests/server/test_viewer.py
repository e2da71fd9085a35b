"""Who asks: the viewer of the settings, or whom trusted headers name."""

from __future__ import annotations

import uuid

import pytest

from resolvers.access import Clearance, Role, Scope
from server.refusal import Code, Refusal
from server.settings import Settings
from server.viewer import REACH, viewer_of

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def headers(**values: str) -> dict[bytes, bytes]:
    return {f"x-c360-{name}".encode(): value.encode() for name, value in values.items()}


def test_without_trust_headers_say_nothing():
    viewer = viewer_of(Settings(viewer_role="analyst"))(headers(role="manager", clearance="secret"))

    assert (viewer.role, viewer.clearance, viewer.scope) == (Role.ANALYST, Clearance.INTERNAL, Scope.ALL)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_reach(role):
    viewer = viewer_of(Settings(trust_subject_headers=True))(headers(role=role.lower()))

    assert (viewer.clearance, viewer.scope) == REACH[role]


def test_headers_name_the_subject():
    named = viewer_of(Settings(trust_subject_headers=True))

    viewer = named(
        headers(
            role="Partner",
            clearance="Internal",
            scope="departments",
            staff=f"Staff:{ONE}",
            departments=f"{ONE}, Department:{TWO},",
            customers=f"Customer:{TWO}",
        )
    )

    assert (viewer.role, viewer.clearance, viewer.scope) == (Role.PARTNER, Clearance.INTERNAL, Scope.DEPARTMENTS)
    assert (viewer.staff_id, viewer.department_ids, viewer.customer_ids) == (ONE, {ONE, TWO}, {TWO})


def test_without_headers_the_settings_viewer_asks():
    assert viewer_of(Settings(trust_subject_headers=True, viewer_role="auditor"))({}).role is Role.AUDITOR


@pytest.mark.parametrize(
    "given",
    [
        {"role": "king"},
        {"role": "ma\u00fc"},
        {"clearance": "3"},
        {"scope": "everything"},
        {"staff": "Ann"},
        {"staff": f"{ONE},{TWO}"},
        {"departments": f"Customer:{ONE}"},
        {"customers": ",".join([str(ONE)] * 1_001)},
    ],
)
def test_what_cannot_be_read_is_refused(given):
    with pytest.raises(Refusal) as caught:
        viewer_of(Settings(trust_subject_headers=True))(headers(**given))

    assert (caught.value.status, caught.value.code) == (400, Code.INVALID_SUBJECT)
    assert f"x-c360-{next(iter(given))}" in caught.value.message
