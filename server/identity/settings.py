"""The settings of signing in: whose tokens are taken, where our own keys are, and who is believed without proof."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from server.loopback import is_loopback


class IdentitySettings(BaseSettings):
    """What an installation decides about who may ask; part of `Settings`."""

    oidc_issuer: str | None = Field(
        None,
        description="OpenID Connect issuer whose tokens are taken, as its tokens name it: https://login.example/realm",
    )
    oidc_audience: str | None = Field(
        None, min_length=1, description="The audience that tokens of the issuer must be for; needed with an issuer"
    )
    oidc_role_claim: str = Field("c360_role", min_length=1, description="Claim of the issuer's tokens with the role")
    oidc_staff_claim: str = Field(
        "c360_staff",
        min_length=1,
        description="Claim of the issuer's tokens with the number of the member of the staff",
    )
    oidc_jwks_url: str | None = Field(
        None, description="Where the issuer publishes its keys; unset: found by /.well-known/openid-configuration"
    )
    token_keys_file: Path = Field(
        Path("var/token-keys.json"), description="File of the keys that sign and verify the tokens of `c360 token`"
    )
    accept_own_tokens: bool | None = Field(
        default=None, description="Take the tokens of `c360 token`; unset: in development only"
    )
    trust_subject_headers: bool = Field(
        default=False,
        description="Let a request say who asks by x-c360-role, -clearance, -scope, -staff, -departments, -customers;"
        " for development, tests and benchmarks, on a loopback address only",
    )

    @field_validator("oidc_issuer", "oidc_jwks_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://unset")
        local = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if not parts.hostname or (parts.scheme != "https" and not local):
            raise ValueError("an https address is expected (http on this machine only)")
        return value

    @model_validator(mode="after")
    def _audience(self) -> Self:
        if self.oidc_issuer is not None and self.oidc_audience is None:
            raise ValueError("C360_OIDC_ISSUER needs C360_OIDC_AUDIENCE, or tokens for others would be taken")
        return self


def check_trust(*, trusts_headers: bool, environment: str, host: str) -> None:
    """Refuse to believe headers where others could send them. Raises ValueError."""
    if not trusts_headers:
        return
    if environment == "production":
        raise ValueError("C360_TRUST_SUBJECT_HEADERS is for development: unset it in production")
    if not is_loopback(host):
        raise ValueError(
            f"C360_TRUST_SUBJECT_HEADERS would let anyone who reaches {host} be anyone:"
            " unset it, or set C360_HOST=127.0.0.1"
        )
