"""No claim widens what a role reaches."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.access import DEPARTMENTAL, Clearance, Role, Scope
from server.identity.claims import BadClaimsError, ClaimNames, read_claims
from server.identity.own_tokens import Bearer, own_claims
from server.identity.reach import NARROWER, REACH, TooWideError, narrowed
from tests.factories import NOW

SEEN = {
    Scope.ALL: {"own", "own department", "below", "partner", "rest"},
    Scope.SUBTREE: {"own department", "below"},
    Scope.DEPARTMENT: {"own department"},
    Scope.OWN: {"own"},
    Scope.PARTNER: {"partner"},
}
"""Which customers a scope sees, of five that each lie in one place only."""

junk = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
words = st.sampled_from([*Scope, *Role, *Clearance.__members__, "ALL ", "all,own", "DEPARTMENTS", "staff:S-1", "3"])
values = st.recursive(
    st.one_of(junk, words, words.map(str.lower)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=6,
)
names = st.sampled_from(
    ["sub", "c360_role", "c360_staff", "c360_scope", "c360_clearance", "c360_customers", "role", "scope", "clearance"]
)


@given(
    role=st.sampled_from(Role),
    clearance=st.none() | st.sampled_from(Clearance),
    scope=st.none() | st.sampled_from(Scope),
)
def test_narrowing_never_widens(role, clearance, scope):
    most, widest = REACH[role]
    try:
        got_clearance, got_scope = narrowed(role, clearance, scope)
    except TooWideError:
        return

    assert got_clearance <= most
    assert SEEN[got_scope] <= SEEN[widest]
    assert (clearance or got_clearance, scope or got_scope) == (got_clearance, got_scope)


def test_narrower_scopes_see_no_more_rows():
    for wide, narrow in NARROWER.items():
        assert {scope for scope in Scope if SEEN[scope] <= SEEN[wide]} == narrow


@given(role=st.sampled_from(Role), claims=st.dictionaries(names, values, max_size=8))
def test_no_claim_widens(role, claims):
    raw = {"sub": "ann", "exp": NOW.timestamp(), **claims, "c360_role": role.value}
    most, widest = REACH[role]
    try:
        read = read_claims(raw, ClaimNames())
    except BadClaimsError:
        return

    assert read.role is role
    assert read.clearance <= most
    assert SEEN[read.scope] <= SEEN[widest]
    assert read.scope not in DEPARTMENTAL | {Scope.OWN} or read.staff_number
    assert read.name.startswith("staff:") == (read.staff_number is not None)


@given(claims=st.dictionaries(names | st.text(max_size=5), values, max_size=8), exp=values)
def test_whatever_claims_say_they_are_read_or_refused(claims, exp):
    try:
        read = read_claims({**claims, "exp": exp}, ClaimNames())
    except BadClaimsError:
        return

    assert isinstance(read.expires_at, dt.datetime)


@pytest.mark.parametrize("role", Role)
def test_what_we_sign_is_what_we_read(role):
    bearer = Bearer(role, "ann", "S-1", ("C-1",))

    read = read_claims(own_claims(bearer, NOW, dt.timedelta(hours=1)), ClaimNames())

    assert (read.role, read.name, read.staff_number, read.customer_codes) == (role, "staff:S-1", "S-1", ("C-1",))
    assert (read.clearance, read.scope) == REACH[role]
