"""Tokens of our own: signed by the keys of a file, taken where the settings say so, ended with their key."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resolvers.access import Clearance, Role, Scope
from server.identity.key_file import KeyFile, is_private, signing_key
from server.identity.own_tokens import Bearer, own_claims, own_issuer, signed
from server.identity.verifying import KEPT, TokenVerifier
from server.refusal import Refusal
from server.user_error import UserError
from tests.factories import NOW
from tests.factories.staff import add_staff
from tests.server.identity.asking import identified, refused, unauthenticated

pytestmark = pytest.mark.anyio

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def token(keys: Path, bearer: Bearer, now: dt.datetime = NOW, life: dt.timedelta = HOUR) -> str:
    return signed(own_claims(bearer, now, life), signing_key(keys, now))


MANAGER = Bearer(Role.MANAGER)


async def test_a_token_says_who_asks(authenticator, keys):
    identity = await identified(authenticator, token(keys, Bearer(Role.AUDITOR, name="audit robot")))

    assert (identity.subject.name, identity.subject.role) == ("audit robot", Role.AUDITOR)
    assert (identity.subject.clearance, identity.subject.scope) == (Clearance.SECRET, Scope.ALL)
    assert identity.expires_at == NOW + HOUR + dt.timedelta(seconds=30)


async def test_an_agent_is_a_person(database, authenticator, keys):
    async with database.transaction() as session:
        staff = await add_staff(session, number="S-1")

    subject = (await identified(authenticator, token(keys, Bearer(Role.AGENT, staff_number="S-1")))).subject

    assert (subject.name, subject.staff_id, subject.scope) == ("staff:S-1", staff.id, Scope.OWN)


async def test_a_token_may_reach_less_than_its_role(authenticator, keys):
    bearer = Bearer(Role.MANAGER, clearance=Clearance.PUBLIC, scope=Scope.PARTNER)

    subject = (await identified(authenticator, token(keys, bearer))).subject

    assert (subject.clearance, subject.scope, subject.customer_ids) == (Clearance.PUBLIC, Scope.PARTNER, frozenset())


async def test_a_token_lives_a_day_at_most(authenticator, keys):
    lasting = token(keys, MANAGER, life=dt.timedelta(days=400))

    await identified(authenticator, lasting, NOW + 24 * HOUR)
    assert await refused(authenticator, lasting, NOW + 24 * HOUR + dt.timedelta(seconds=30)) == "The token has expired"


async def test_confirming_says_that_a_token_has_expired(authenticator, keys):
    identity = await identified(authenticator, token(keys, MANAGER))

    assert (await authenticator.confirm(identity, NOW + HOUR)).subject == identity.subject
    with pytest.raises(Refusal) as caught:
        await authenticator.confirm(identity, NOW + 2 * HOUR)
    assert unauthenticated(caught.value) == "The token has expired"


async def test_production_takes_them_only_if_it_is_told_to(opening, keys):
    text = token(keys, MANAGER)

    async with opening(environment="production") as opened:
        await refused(opened, text)
    async with opening(environment="production", accept_own_tokens=True) as opened:
        await identified(opened, text)
    async with opening(accept_own_tokens=False) as opened:
        await refused(opened, text)


async def test_keys_of_another_file_prove_nothing(authenticator, keys, tmp_path):
    signing_key(keys, NOW)

    await refused(authenticator, token(tmp_path / "mine.json", MANAGER))


class TestKeyFile:
    def test_only_its_owner_reads_it(self, keys):
        signing_key(keys, NOW)

        assert stat.S_IMODE(keys.stat().st_mode) == 0o600
        assert is_private(keys)
        keys.chmod(0o640)
        assert not is_private(keys)

    def test_a_key_signs_until_another_does(self, keys):
        first = signing_key(keys, NOW)

        assert signing_key(keys, NOW).kid == first.kid
        assert signing_key(keys, NOW, rotate=True).kid != first.kid

    def test_turning_keeps_keys_whose_tokens_may_be_good(self, keys):
        first = signing_key(keys, NOW)
        second = signing_key(keys, NOW + 40 * HOUR, rotate=True)
        assert kids(keys) == [second.kid, first.kid]

        third = signing_key(keys, NOW + 50 * HOUR, rotate=True)
        assert kids(keys) == [third.kid, second.kid, first.kid]

        fourth = signing_key(keys, NOW + 70 * HOUR, rotate=True)
        assert kids(keys) == [fourth.kid, third.kid, second.kid]

    def test_many_at_once_make_one_key(self, keys):
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda _: signing_key(keys, NOW).kid, range(32)))

        assert set(made) == set(kids(keys))
        assert len(kids(keys)) == 1

    @pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"keys": [1]}', '{"keys": [{"kty": "EC"}]}'])
    def test_a_broken_file_is_said(self, keys, text):
        keys.write_text(text)

        with pytest.raises(UserError, match="cannot be used") as caught:
            signing_key(keys, NOW)
        assert "C360_TOKEN_KEYS_FILE" in str(caught.value.cure)
        assert keys.read_text() == text

    async def test_servers_notice_new_keys_within_a_second(self, keys):
        clock = Clock()
        source = KeyFile(keys, clock=clock)
        assert not source.known().keys

        first = signing_key(keys, NOW)
        assert not source.known().keys
        clock.now += 1
        assert [key.kid for key in source.known().keys] == [first.kid]

        signing_key(keys, NOW, rotate=True)
        clock.now += 1
        assert len(source.known().keys) == 2

    async def test_a_file_that_breaks_leaves_the_keys_that_were_there(self, keys):
        clock = Clock()
        source = KeyFile(keys, clock=clock)
        signing_key(keys, NOW)
        assert source.known().keys

        keys.write_text('{"keys": [')
        clock.now += 1
        assert source.known().keys

    async def test_deleting_the_file_ends_all_tokens(self, keys, authenticator):
        text = token(keys, MANAGER)
        identity = await identified(authenticator, text)

        keys.unlink()
        await asyncio.sleep(1.1)

        await refused(authenticator, text)
        with pytest.raises(Refusal):
            await authenticator.confirm(identity, NOW)


class TestRemembering:
    async def test_what_was_verified_is_not_verified_again(self, keys, monkeypatch):
        verifier = TokenVerifier({"customer360": own_issuer(keys)})
        text = token(keys, MANAGER).encode()

        first = await verifier.verify(text, NOW)

        assert await verifier.verify(text, NOW) is first

    async def test_it_has_an_end(self, keys):
        verifier = TokenVerifier({"customer360": own_issuer(keys)})
        key = signing_key(keys, NOW)
        for _ in range(KEPT + 10):
            await verifier.verify(signed(own_claims(MANAGER, NOW, HOUR), key).encode(), NOW)

        assert len(verifier._kept) == KEPT

    async def test_what_has_expired_is_forgotten(self, keys):
        verifier = TokenVerifier({"customer360": own_issuer(keys)})
        text = token(keys, MANAGER).encode()
        await verifier.verify(text, NOW)

        with pytest.raises(Refusal):
            await verifier.verify(text, NOW + 2 * HOUR)
        assert not verifier._kept


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def kids(keys: Path) -> list[str]:
    return [key["kid"] for key in json.loads(keys.read_text())["keys"]]
