"""Settings: everything that an installation may decide, read from the environment (`C360_...`) and a `.env` file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from server.edge.settings import EdgeSettings
from server.identity.settings import IdentitySettings, check_trust
from server.sockets.settings import SocketSettings
from server.user_error import ExitCode, UserError

PREFIX = "C360_"
DEFAULT_DATABASE = "sqlite+aiosqlite:///var/customer360.db"
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
RESERVED = ("C360_TEST_", "C360_BENCH_", "C360_PG_", "C360_NEO4J_PORT")
"""Variables of the test suite and its services share the prefix and are no settings."""


class Settings(EdgeSettings, IdentitySettings, SocketSettings):
    """What an installation decides. Each field is the variable `C360_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str = Field(
        DEFAULT_DATABASE,
        repr=False,
        description="Where the data lives: sqlite+aiosqlite:///<path> (a relative path counts from the working folder)"
        " or postgresql+asyncpg://user:password@host:port/database",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 is every address")
    port: int = Field(8360, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one")
    environment: Literal["development", "production"] = Field(
        "development", description="What the installation is for; production takes only what is safe on a network"
    )
    workers: int = Field(1, ge=1, le=64, description="Processes that answer, each with its own database connections")
    read_pool_size: int = Field(8, ge=1, le=200, description="Database connections for reading, per worker")
    write_pool_size: int = Field(5, ge=1, le=200, description="Database connections for writing, per worker")
    request_timeout: float = Field(10.0, gt=0, le=600, description="Seconds that one request may take")
    body_limit: int = Field(262_144, ge=1_024, le=67_108_864, description="Bytes that the body of a request may have")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="console for people, json for machines; auto is console on a terminal"
    )
    slow_ms: int = Field(
        1_000,
        ge=0,
        description="Requests that take more milliseconds are logged as warnings, with their document's hash",
    )
    metrics_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Whoever sends it as `Authorization: Bearer <key>` may read /metrics; unset: there is no /metrics",
    )
    otlp_endpoint: str | None = Field(
        None,
        description="Address of an OpenTelemetry collector (OTLP over HTTP): http://127.0.0.1:4318; unset: no traces",
    )
    otlp_share: float = Field(
        1.0, ge=0, le=1, description="The part of the requests that is traced, where the caller does not decide it"
    )
    stop_delay: float = Field(
        0.5,
        ge=0,
        le=60,
        description="Seconds for which a server that is told to stop still answers, not ready, so that a proxy notices",
    )
    log_retention_hours: int = Field(
        72, ge=1, le=8_760, description="Hours for which events are kept: whoever was away for longer must read anew"
    )
    grading_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Seconds between two looks for customers who are to be graded, because something happened or a"
        " month has passed; 0: only `c360 rules run` and gradeCustomer grade",
    )
    acting_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Seconds between two looks at open tickets, which the rules may escalate; once a day all customers"
        " are looked at for duties and changes of credit. 0: only `c360 rules act` does that",
    )
    simulating_seconds: float = Field(
        1.0,
        ge=0,
        le=3_600,
        description="Seconds between two looks for simulations that were asked for by startSimulation; 0: this server"
        " runs none, and they wait for another one",
    )
    simulation_minutes: float = Field(
        15.0, gt=0, le=1_440, description="Minutes for which a simulation may run; then it is ended, and has failed"
    )
    simulation_days: int = Field(30, ge=1, le=3_650, description="Days for which simulations are kept after they ended")
    rules_engine: Literal["durable", "reference"] = Field(
        default="durable",
        description="What decides by rules: durable-rules, each of whose decisions is compared with the reference"
        " evaluator and refused on a difference; or the reference evaluator alone",
    )
    graphiql: bool = Field(default=True, description="Serve the GraphiQL page to browsers at /graphql")
    graph_store: Literal["auto", "relational", "neo4j"] = Field(
        "auto", description="What answers questions about the network; auto: Neo4j where there is one"
    )
    neo4j_url: str | None = Field(
        None,
        description="Bolt address of a Neo4j that is to hold a copy of the network, e.g. bolt://127.0.0.1:7687",
    )
    neo4j_user: str = Field("neo4j", min_length=1, description="User name at Neo4j")
    neo4j_password: SecretStr | None = Field(None, description="Password at Neo4j; unset: no authentication")
    neo4j_graph: str = Field(
        "customer360",
        min_length=1,
        max_length=64,
        description="Name of the copy: installations that share a Neo4j differ",
    )

    @field_validator("log_level", "log_format", "environment", "graph_store", mode="before")
    @classmethod
    def _fold(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("this is no database URL; see the meaning of the setting") from error
        if url.drivername not in DRIVERS:
            raise ValueError(f"{url.drivername!r} is not among the drivers: {', '.join(DRIVERS)}")
        if url.database in {None, "", ":memory:"}:
            raise ValueError("the URL names no database: a file on SQLite, /<database> at the end on PostgreSQL")
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _collector(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://unset")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address such as http://127.0.0.1:4318 is expected")
        return value

    @model_validator(mode="after")
    def _trust(self) -> Self:
        if self.graph_store == "neo4j" and self.neo4j_url is None:
            raise ValueError("C360_GRAPH_STORE=neo4j needs C360_NEO4J_URL")
        check_trust(trusts_headers=self.trust_subject_headers, environment=self.environment, host=self.host)
        return self

    @property
    def asks_neo4j(self) -> bool:
        """Whether Neo4j answers questions about the network."""
        return self.neo4j_url is not None and self.graph_store != "relational"

    @property
    def takes_own_tokens(self) -> bool:
        """Whether the tokens of `c360 token` are taken."""
        return self.environment == "development" if self.accept_own_tokens is None else self.accept_own_tokens

    @property
    def database(self) -> URL:
        """The parsed database URL."""
        return make_url(self.database_url)

    @property
    def sqlite_path(self) -> Path | None:
        """The file of the database; None on PostgreSQL."""
        url = self.database
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; `overrides` win over the environment.

    Raises:
        UserError: a variable holds what it cannot hold.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [_line(each["loc"], each["msg"]) for each in error.errors(include_input=False)]
        raise UserError(
            "Wrong settings: " + "; ".join(lines),
            cure="`c360 settings --defaults` says what each setting means",
            exit_code=ExitCode.WRONG_USE,
        ) from None


def _line(location: tuple[int | str, ...], message: str) -> str:
    """What is wrong with one variable; a rule between several names them itself."""
    words = message.removeprefix("Value error, ").removesuffix(".")
    return f"{PREFIX}{'_'.join(str(part) for part in location).upper()}: {words}" if location else words


def shown(settings: Settings, name: str) -> str:
    """A setting's value as it may be printed: passwords are masked."""
    value = getattr(settings, name)
    if name == "database_url":
        return settings.database.render_as_string(hide_password=True)
    if isinstance(value, SecretStr):
        return "***"
    return "" if value is None else str(value)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> Iterable[tuple[str, str | None]]:
    """Variables that look like ours and are no setting, each with the one that was probably meant."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and not variable.startswith(RESERVED) and variable not in known:
            close = difflib.get_close_matches(variable, known, n=1)
            yield variable, close[0] if close else None
