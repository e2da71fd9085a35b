"""Tokens of an OpenID Connect issuer: its keys come over HTTP, turn, and go away."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from resolvers.access import Clearance, Role, Scope
from server.identity.key_ring import key_ring
from server.identity.oidc import IssuerKeys, download
from server.identity.own_tokens import CLAIMS
from server.identity.verifying import Issuer, TokenVerifier
from server.refusal import Code, Refusal
from tests.factories import NOW
from tests.server.identity.asking import identified, refused
from tests.server.identity.issuer import AUDIENCE, TestIssuer

pytestmark = pytest.mark.anyio

SECONDS = int(NOW.timestamp())


def dotted(parts: list[bytes]) -> bytes:
    """Something that looks like a token from afar."""
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


@pytest.fixture
async def trusting(opening, issuer):
    async with opening(issuer) as opened:
        yield opened


class TestGoodTokens:
    async def test_they_say_who_asks(self, trusting, issuer):
        identity = await identified(trusting, issuer.token())

        subject = identity.subject
        assert (subject.name, subject.role) == ("ann", Role.MANAGER)
        assert (subject.clearance, subject.scope) == (Clearance.SECRET, Scope.ALL)
        assert identity.expires_at == NOW + dt.timedelta(seconds=3630)

    @pytest.mark.parametrize("audience", [AUDIENCE, ["other", AUDIENCE]])
    async def test_they_may_be_for_others_too(self, trusting, issuer, audience):
        assert await identified(trusting, issuer.token(aud=audience))

    async def test_claims_have_the_names_of_the_settings(self, opening, issuer):
        token = issuer.token(c360_role=None, roles=["offline_access", "Auditor"])

        async with opening(issuer, oidc_role_claim="roles") as opened:
            assert (await identified(opened, token)).subject.role is Role.AUDITOR
        async with opening(issuer) as opened:
            await refused(opened, token)

    @pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", None])
    async def test_types_of_access_tokens_are_taken(self, trusting, issuer, kind):
        key = issuer.keys[0]
        header = {"alg": "RS256", "kid": key.kid, **({"typ": kind} if kind else {})}
        assert await identified(trusting, jwt.encode(header, issuer.claims(), key, default_type=None))

    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [
            (RSAKey.generate_key(2048, auto_kid=True), "PS256"),
            (RSAKey.generate_key(2048, auto_kid=True), "RS512"),
            (ECKey.generate_key("P-384", auto_kid=True), "ES384"),
            (OKPKey.generate_key("Ed25519", auto_kid=True), "Ed25519"),
        ],
    )
    async def test_usual_algorithms_of_key_pairs_are_taken(self, opening, issuer, key, algorithm):
        issuer.turn(key)
        token = jwt.encode({"alg": algorithm, "kid": key.kid}, issuer.claims(), key, algorithms=[algorithm])

        async with opening(issuer) as opened:
            assert await identified(opened, token)

    async def test_a_token_without_kid_is_verified_where_one_key_fits(self, trusting, issuer):
        token = jwt.encode({"alg": "RS256"}, issuer.claims(), issuer.keys[0])

        assert await identified(trusting, token)

    async def test_clocks_may_differ_by_half_a_minute(self, trusting, issuer):
        early = issuer.token(nbf=SECONDS + 29, iat=SECONDS + 29)
        late = issuer.token(exp=SECONDS - 29)

        assert await identified(trusting, early)
        assert await identified(trusting, late)


class TestBadTokens:
    @pytest.mark.parametrize(
        ("claims", "word"),
        [
            ({"iss": "https://other.example"}, "not valid"),
            ({"iss": None}, "not valid"),
            ({"iss": ["x"]}, "not valid"),
            ({"aud": "other"}, "not valid"),
            ({"aud": None}, "not valid"),
            ({"aud": []}, "not valid"),
            ({"aud": [1]}, "not valid"),
            ({"exp": SECONDS - 31}, "has expired"),
            ({"exp": None}, "not valid"),
            ({"exp": "tomorrow"}, "not valid"),
            ({"exp": True}, "not valid"),
            ({"exp": float("nan")}, "not valid"),
            ({"exp": float("inf")}, "not valid"),
            ({"exp": 10**30}, "not valid"),
            ({"nbf": SECONDS + 31}, "not valid"),
            ({"nbf": "x"}, "not valid"),
            ({"iat": SECONDS + 31}, "not valid"),
            ({"c360_role": None}, "not valid"),
            ({"c360_role": "king"}, "not valid"),
            ({"c360_role": ["agent", "manager"]}, "not valid"),
            ({"c360_role": {"manager": 1}}, "not valid"),
            ({"sub": None}, "not valid"),
            ({"sub": 7}, "not valid"),
            ({"sub": "a\0b"}, "not valid"),
            ({"sub": "staff:S-1"}, "not valid"),
            ({"sub": "key:0190c0de"}, "not valid"),
            ({"c360_scope": "everything"}, "not valid"),
            ({"c360_clearance": 3}, "not valid"),
            ({"c360_customers": "C-1"}, "not valid"),
            ({"c360_customers": ["C-1"] * 201}, "not valid"),
            ({"c360_staff": 1}, "not valid"),
            ({"c360_staff": "S-unknown"}, "not valid"),
            ({"c360_role": "agent"}, "not valid"),
            ({"c360_role": "agent", "c360_clearance": "secret"}, "not valid"),
            ({"c360_role": "partner", "c360_scope": "all"}, "not valid"),
        ],
        ids=str,
    )
    async def test_wrong_claims_are_refused(self, trusting, issuer, claims, word):
        assert word in await refused(trusting, issuer.token(**claims))

    @pytest.mark.parametrize(
        "header",
        [
            {"crit": ["exp"], "exp": 1},
            {"crit": ["b64"], "b64": False},
            {"kid": "nope"},
            {"kid": "../../etc/passwd"},
            {"kid": "' OR 1=1 --"},
            {"kid": 7},
            {"typ": "logout+jwt"},
            {"typ": 1},
        ],
        ids=str,
    )
    async def test_wrong_headers_are_refused(self, trusting, issuer, header):
        token = forged({"alg": "RS256", "kid": issuer.keys[0].kid, "typ": "JWT", **header}, issuer)

        assert await refused(trusting, token) == "The token is not valid"

    @pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
    async def test_a_key_that_the_token_brings_along_is_not_looked_at(self, trusting, issuer, name):
        mine = RSAKey.generate_key(2048, auto_kid=True)
        brought = {
            "jwk": mine.as_dict(private=False),
            "jku": f"{issuer.url}/mine",
            "x5u": f"{issuer.url}/mine",
            "x5c": ["MIIB"],
        }
        for kid in (mine.kid, issuer.keys[0].kid):
            token = jwt.encode({"alg": "RS256", "kid": kid, name: brought[name]}, issuer.claims(), mine)
            await refused(trusting, token)

    async def test_the_public_key_is_no_secret_that_signs(self, trusting, issuer):
        key = issuer.keys[0]
        for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
            for algorithm in ("HS256", "HS512"):
                header = {"alg": algorithm, "kid": key.kid, "typ": "JWT"}
                await refused(trusting, hmac_signed(header, issuer.claims(), secret, algorithm))

    async def test_an_unsigned_token_is_refused(self, trusting, issuer):
        for algorithm in ("none", "None", "NONE", "", None, ["RS256"], "RS257"):
            head = segment({"alg": algorithm, "kid": issuer.keys[0].kid})
            await refused(trusting, f"{head}.{segment(issuer.claims())}.")
            await refused(trusting, f"{head}.{segment(issuer.claims())}.{'A' * 342}")

    async def test_another_algorithm_than_the_key_was_made_for_is_refused(self, trusting, issuer):
        key = issuer.keys[0]
        anything = RSAKey.import_key({k: v for k, v in key.as_dict(private=True).items() if k != "alg"})

        await refused(trusting, jwt.encode({"alg": "RS512", "kid": key.kid}, issuer.claims(), anything, ["RS512"]))

    async def test_a_changed_token_is_refused(self, trusting, issuer):
        head, _, signature = issuer.token(c360_role="agent").split(".")

        await refused(trusting, f"{head}.{segment(issuer.claims())}.{signature}")
        await refused(trusting, f"{head}.{segment(issuer.claims())}.")

    async def test_size_has_an_end(self, trusting, issuer):
        assert await identified(trusting, issuer.token(padding="x" * 4_000))
        assert await refused(trusting, issuer.token(padding="x" * 8_192)) == "The token is not valid"

    async def test_a_payload_nested_without_end_is_refused(self, trusting, issuer):
        key = issuer.keys[0]
        deep = base64.urlsafe_b64encode(b"[" * 5_000).rstrip(b"=").decode()

        await refused(trusting, f"{segment({'alg': 'RS256', 'kid': key.kid})}.{deep}.AAAA")

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        text=st.one_of(st.binary(max_size=200), st.lists(st.binary(max_size=40), min_size=3, max_size=3).map(dotted))
    )
    def test_garbage_is_refused(self, text):
        verifier = TokenVerifier({"x": Issuer("x", "x", IssuerKeys("http://127.0.0.1:1", None), CLAIMS)})

        with pytest.raises(Refusal) as caught:
            asyncio.run(verifier.verify(text, NOW))
        assert caught.value.code in {Code.UNAUTHENTICATED, Code.UNAVAILABLE}

    async def test_what_was_wrong_is_told_to_our_log_only(self, trusting, issuer):
        with structlog.testing.capture_logs() as logged:
            words = await refused(trusting, issuer.token(aud="other"))

        assert words == "The token is not valid"
        assert "aud" in logged[0]["reason"]


class TestKeys:
    async def test_a_new_key_is_fetched_when_a_token_names_it(self, issuer):
        clock = Clock()
        verifier = verifying(issuer, clock)
        await verifier.verify(issuer.token().encode(), NOW)

        issuer.turn_ec()
        clock.now += 11
        await verifier.verify(issuer.token().encode(), NOW)

        assert issuer.asked == 2

    async def test_unknown_keys_cause_one_fetch_in_ten_seconds(self, issuer):
        clock = Clock()
        verifier = verifying(issuer, clock)
        mine = RSAKey.generate_key(2048, auto_kid=True)
        await verifier.verify(issuer.token().encode(), NOW)
        clock.now += 11

        for _ in range(20):
            with pytest.raises(Refusal):
                await verifier.verify(issuer.token(key=mine).encode(), NOW)
        assert issuer.asked == 2

    async def test_many_at_once_wait_for_one_fetch(self, issuer):
        verifier = verifying(issuer, Clock())

        await asyncio.gather(*(verifier.verify(issuer.token(jti=str(n)).encode(), NOW) for n in range(20)))

        assert issuer.asked == 1

    async def test_keys_are_fetched_anew_every_ten_minutes(self, issuer):
        clock = Clock()
        keys = IssuerKeys(issuer.url, None, clock=clock)
        await keys.ring()

        clock.now += 601
        await keys.ring()
        await keys.renewed()

        assert issuer.asked == 2

    async def test_a_token_ends_with_its_key(self, issuer):
        clock = Clock()
        verifier = verifying(issuer, clock)
        old = issuer.token().encode()
        verified = await verifier.verify(old, NOW)

        issuer.turn(keep=0)
        clock.now += 11
        await verifier.verify(issuer.token().encode(), NOW)

        with pytest.raises(Refusal):
            await verifier.verify(old, NOW)
        with pytest.raises(Refusal):
            verified.check(NOW)

    async def test_a_key_that_takes_the_id_of_another_is_another(self, issuer):
        clock = Clock()
        verifier = verifying(issuer, clock)
        old = issuer.token().encode()
        await verifier.verify(old, NOW)

        issuer.keys = [RSAKey.generate_key(2048, {"kid": issuer.keys[0].kid, "use": "sig"})]
        clock.now += 601
        await issuer_keys(verifier, issuer).ring()
        await issuer_keys(verifier, issuer).renewed()

        with pytest.raises(Refusal):
            await verifier.verify(old, NOW)

    async def test_an_issuer_that_is_away_does_no_harm_to_keys_that_are_known(self, issuer):
        clock = Clock()
        verifier = verifying(issuer, clock)
        await verifier.verify(issuer.token().encode(), NOW)

        issuer.broken = True
        clock.now += 601

        assert await verifier.verify(issuer.token(jti="new").encode(), NOW)

    async def test_without_any_keys_nobody_can_tell(self, issuer):
        clock = Clock()
        issuer.broken = True
        verifier = verifying(issuer, clock)
        with pytest.raises(Refusal) as caught:
            await verifier.verify(issuer.token().encode(), NOW)
        assert (caught.value.status, caught.value.code) == (503, Code.UNAVAILABLE)

        issuer.broken = False
        clock.now += 2
        assert await verifier.verify(issuer.token().encode(), NOW)

    async def test_an_issuer_that_is_another_is_not_believed(self, issuer):
        issuer.claimed_issuer = "https://other.example"

        with pytest.raises(ValueError, match="another issuer"):
            download(issuer.url, None)
        assert download(issuer.url, f"{issuer.url}/keys").keys

    @pytest.mark.parametrize(("path", "words"), [("moved", "302"), ("large", "larger than"), ("nope", "404")])
    async def test_keys_come_from_their_place_or_not_at_all(self, issuer, path, words):
        with pytest.raises((OSError, ValueError), match=words):
            download(issuer.url, f"{issuer.url}/{path}")

    async def test_keys_that_cannot_verify_are_left_out(self, issuer):
        weak = {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "s", "alg": "HS256"}
        good = RSAKey.generate_key(2048).as_dict(private=False)
        issuer.extra = [weak, None, "x", {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]
        issuer.extra += [{**good, "use": "enc"}, {**good, "kid": 7}, {**good, "alg": "RSA-OAEP"}]
        issuer.extra += [OctKey.generate_key(256).as_dict(), ECKey.generate_key("secp256k1").as_dict(private=False)]

        assert [key.kid for key in download(issuer.url, None).keys] == [issuer.keys[0].kid]

    def test_a_short_rsa_key_is_left_out(self):
        with pytest.warns(UserWarning, match="2048"):
            short = RSAKey.generate_key(1024).as_dict(private=False)

        assert not key_ring([short]).keys

    def test_a_set_has_an_end(self):
        key = RSAKey.generate_key(2048).as_dict(private=False)

        assert len(key_ring([key] * 1_000).keys) == 100


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def verifying(issuer: TestIssuer, clock: Clock) -> TokenVerifier:
    keys = IssuerKeys(issuer.url, None, clock=clock)
    return TokenVerifier({issuer.url: Issuer(issuer.url, AUDIENCE, keys, CLAIMS)})


def issuer_keys(verifier: TokenVerifier, issuer: TestIssuer) -> IssuerKeys:
    keys = verifier._issuers[issuer.url].keys
    assert isinstance(keys, IssuerKeys)
    return keys


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, object], issuer: TestIssuer) -> str:
    """A token whose signature is right, whatever its header says."""
    signing = f"{segment(header)}.{segment(issuer.claims())}"
    signature = JWSRegistry.algorithms["RS256"].sign(signing.encode(), issuer.keys[0])
    return f"{signing}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def hmac_signed(header: dict[str, object], claims: dict[str, object], secret: bytes, algorithm: str) -> str:
    signing = f"{segment(header)}.{segment(claims)}"
    kind = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    signature = hmac.new(secret, signing.encode(), kind).digest()
    return f"{signing}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
