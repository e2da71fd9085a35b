"""The settings of sockets."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class SocketSettings(BaseSettings):
    """What an installation decides about sockets; part of `Settings`."""

    sockets: int = Field(
        500, ge=0, le=100_000, description="Sockets per worker; those beyond it are answered 503; 0: no sockets"
    )
    sockets_per_address: int = Field(
        200, ge=1, le=100_000, description="Sockets per worker from one address; those beyond it are answered 429"
    )
    sockets_per_caller: int = Field(
        20, ge=1, le=100_000, description="Sockets per worker of one caller; those beyond it are closed with 1013"
    )
    send_seconds: float = Field(
        20.0, gt=0, le=600, description="Seconds that a socket's client may take for a message; then it is dropped"
    )
    bookmark_seconds: float = Field(
        15.0,
        gt=0,
        le=3_600,
        description="Seconds after which a subscriber for whom there was nothing hears how far the event log was read",
    )
