"""The settings of the edge: names and origins, limits of a request, budgets of callers, stored documents."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from server.edge.clients import checked_networks
from server.edge.hosts import checked_names
from server.edge.names import listed
from server.edge.origins import checked_origins


class EdgeSettings(BaseSettings):
    """What an installation decides about the edge; part of `Settings`."""

    allowed_hosts: str | None = Field(
        None,
        description="Names by which clients call the server, between commas, without ports: api.example.com,"
        " *.example.org; unset: localhost, 127.0.0.1 and [::1]; production must say it",
    )
    allowed_origins: str = Field(
        "",
        description="Origins whose web pages may ask, between commas: https://crm.example.com; pages of the server's"
        " own origin always may, and what is no browser",
    )
    https: bool = Field(
        default=False,
        description="Clients come by https only, which a proxy in front ends: browsers are told to insist on it",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of our own proxies, between commas, whose X-Forwarded-For is believed",
    )
    limit_concurrency: int = Field(
        1_000, ge=10, le=100_000, description="Connections per worker; those beyond it are answered 503 in plain text"
    )
    body_seconds: float = Field(10.0, gt=0, le=600, description="Seconds that the body of a request may take to arrive")
    rate_points: float = Field(
        5_000.0,
        ge=0,
        le=1e9,
        description="Points of cost that a caller gets back a second; each worker counts for itself; 0: no limit",
    )
    rate_burst: float = Field(
        50_000.0, gt=0, le=1e12, description="Points of cost that a caller may spend at once, per worker"
    )
    patience_ms: float = Field(
        500.0,
        ge=0,
        le=60_000,
        description="Milliseconds of processor time that a caller's refused requests may take at once, per worker; a"
        " hundredth of it comes back each second; 0: no limit",
    )
    running_per_caller: int = Field(
        6,
        ge=0,
        le=1_000,
        description="Operations of one caller that run at a time, per worker; others wait; 0: no limit",
    )
    trusted_documents: Path | None = Field(
        None,
        description="File with the documents of our own frontends, as graphql-codegen, Relay or Apollo write it;"
        " clients ask by the ids in it",
    )
    trusted_only: bool = Field(default=False, description="Answer the documents of that file only")

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: str | None) -> str | None:
        checked_names(listed(value))
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        checked_origins(listed(value))
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        checked_networks(listed(value))
        return value

    @model_validator(mode="after")
    def _documents(self) -> Self:
        if self.trusted_only and self.trusted_documents is None:
            raise ValueError("C360_TRUSTED_ONLY needs C360_TRUSTED_DOCUMENTS")
        return self
