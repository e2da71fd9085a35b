"""Keys that verify tokens, as a JWK set says them: each only for algorithms that it was made for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

RSA_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519"}
ALGORITHMS: Final = RSA_ALGORITHMS | frozenset(CURVES.values())
"""What a token may be signed by. All are of key pairs: a secret that is shared, or `none`, proves nothing."""

LEAST_RSA_BITS: Final = 2048
MOST_KEYS: Final = 100


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """One key. `thumbprint` tells it from any other, also from one that takes its id."""

    kid: str | None
    algorithms: frozenset[str]
    key: Key
    thumbprint: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that verify now."""

    keys: Sequence[VerifyingKey] = ()

    def find(self, kid: str | None, algorithm: str) -> VerifyingKey | None:
        """The key for a token; one that names none is verified where only one key fits."""
        fitting = [each for each in self.keys if algorithm in each.algorithms and (kid is None or each.kid == kid)]
        return fitting[0] if len(fitting) == 1 else None

    def holds(self, thumbprint: str) -> bool:
        """Whether a key still verifies."""
        return any(each.thumbprint == thumbprint for each in self.keys)


def key_ring(documents: Iterable[object]) -> KeyRing:
    """The keys of a set that can verify tokens; others, such as those for encrypting, are left out."""
    found = [_verifying(document) for document, _ in zip(documents, range(MOST_KEYS), strict=False)]
    return KeyRing([each for each in found if each is not None])


def _verifying(document: object) -> VerifyingKey | None:
    if not isinstance(document, Mapping) or document.get("use", "sig") != "sig" or not _is_strong(document):
        return None
    kid = document.get("kid")
    if not isinstance(kid, str | None):
        return None
    try:
        key = JWKRegistry.import_key(dict(document))
        algorithms = _algorithms(key, document)
        return VerifyingKey(kid, algorithms, key, key.thumbprint()) if algorithms else None
    except (JoseError, ValueError, TypeError):
        return None


def _is_strong(document: Mapping[str, Any]) -> bool:
    """Whether it is a key of a pair, and long enough: in base64, a letter is six bits of RSA's modulus."""
    modulus = document.get("n")
    return document.get("kty") in {"EC", "OKP"} or (isinstance(modulus, str) and len(modulus) * 6 >= LEAST_RSA_BITS)


def _algorithms(key: Key, document: Mapping[str, Any]) -> frozenset[str]:
    fitting: frozenset[str] = frozenset()
    if isinstance(key, RSAKey):
        fitting = RSA_ALGORITHMS
    elif isinstance(key, ECKey | OKPKey):
        fitting = frozenset({CURVES[key.curve_name]} if key.curve_name in CURVES else ())
    return fitting & {document["alg"]} if "alg" in document else fitting
