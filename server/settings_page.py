"""The page about the settings, made from their declarations: what each means, may be, and what production changes."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from pydantic.fields import FieldInfo

from server.settings import PREFIX, Settings, shown


class Group(NamedTuple):
    """Settings that belong together, in the order of the page."""

    title: str
    about: str
    names: tuple[str, ...]


GROUPS: Final = (
    Group(
        "The service",
        "Where it listens, and with what it works.",
        ("environment", "host", "port", "database_url", "workers", "read_pool_size", "write_pool_size", "graphiql"),
    ),
    Group(
        "Who asks",
        "Whose tokens are taken. Partners' API keys are made by `c360 keys`, and need no setting.",
        (
            "oidc_issuer",
            "oidc_audience",
            "oidc_role_claim",
            "oidc_staff_claim",
            "oidc_jwks_url",
            "token_keys_file",
            "accept_own_tokens",
            "trust_subject_headers",
        ),
    ),
    Group(
        "From where",
        "Names, web pages and proxies.",
        ("allowed_hosts", "allowed_origins", "https", "trusted_proxies"),
    ),
    Group(
        "How much",
        "Limits of one request, and of one caller. Each worker counts for itself.",
        (
            "body_limit",
            "body_seconds",
            "request_timeout",
            "rate_points",
            "rate_burst",
            "patience_ms",
            "running_per_caller",
            "limit_concurrency",
            "trusted_documents",
            "trusted_only",
        ),
    ),
    Group(
        "Subscribers",
        "Sockets, and how long a subscriber may be away.",
        (
            "sockets",
            "sockets_per_address",
            "sockets_per_caller",
            "send_seconds",
            "bookmark_seconds",
            "log_retention_hours",
        ),
    ),
    Group(
        "Running it",
        "Logs, metrics, traces, and how it stops.",
        ("log_level", "log_format", "slow_ms", "metrics_key", "otlp_endpoint", "otlp_share", "stop_delay"),
    ),
    Group(
        "Rules",
        "What rules do by themselves.",
        (
            "grading_seconds",
            "acting_seconds",
            "simulating_seconds",
            "simulation_minutes",
            "simulation_days",
            "rules_engine",
        ),
    ),
    Group(
        "The graph",
        "A Neo4j beside the store, where there is one.",
        ("graph_store", "neo4j_url", "neo4j_user", "neo4j_password", "neo4j_graph"),
    ),
)

PRODUCTION: Final = {
    "environment": "Set it to `production`: no introspection, no suggestions in errors, no GraphiQL, no GET.",
    "host": "What your proxy reaches; `0.0.0.0` in a container.",
    "database_url": "PostgreSQL. Its password belongs into the environment, or a secret of your platform.",
    "workers": "One a processor core that it may use.",
    "read_pool_size": "PostgreSQL must have, for each worker, twice this, `C360_WRITE_POOL_SIZE`, and 5 more.",
    "graphiql": "Not served, whatever this says.",
    "oidc_issuer": "Set it, or give API keys only.",
    "accept_own_tokens": "Not taken, unless this says so.",
    "trust_subject_headers": "Refused: the service does not start.",
    "allowed_hosts": "Must be set: the service does not start without it.",
    "https": "Set it where a proxy ends TLS.",
    "trusted_proxies": "Set it where there is a proxy, or all clients look like one.",
    "trusted_only": "Set it where all clients are your own.",
    "log_format": "`json`; so it is without a terminal.",
    "metrics_key": "A random text, which Prometheus sends too.",
    "stop_delay": "Longer than your proxy takes to see that the service is not ready.",
}
"""What production changes, or asks you to change, beyond the meaning."""

HEAD: Final = """# Settings

<!-- Made by `c360 settings --markdown`. Do not edit: change the declarations, and make it again. -->

Every setting is an environment variable, or a line of a file `.env` in the working folder; the environment wins. An
empty variable counts as unset. `c360 settings` shows the values that hold now, with secrets masked, and `c360 doctor`
finds variables that are none. A wrong value keeps the service from starting, with words that say which and why.
"""


def settings_page() -> str:
    """The page, in Markdown."""
    return "\n".join([HEAD, *(line for group in GROUPS for line in _group(group))])


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.title}\n\n{group.about}\n"
    yield "| variable | default | may be | meaning | in production |"
    yield "| --- | --- | --- | --- | --- |"
    usual = Settings.model_construct()
    for name in group.names:
        field = Settings.model_fields[name]
        default = f"`{_folded(shown(usual, name))}`" if shown(usual, name) else "unset"
        meaning = f"{field.description or ''}.".replace("<", "&lt;")
        cells = (f"`{PREFIX}{name.upper()}`", default, range_of(field), meaning, PRODUCTION.get(name, ""))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _folded(text: str) -> str:
    return text.lower() if text in {"True", "False"} else text


def range_of(field: FieldInfo) -> str:
    """What a setting may hold, in words."""
    kind = _without_none(field.annotation)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(kind))
    if kind is bool:
        return "`true`, `false`"
    bounds = {type(each): each for each in field.metadata}
    low = _number(bounds[Ge].ge) if Ge in bounds else f"above {_number(bounds[Gt].gt)}" if Gt in bounds else ""
    if Le in bounds:
        return f"{low} to {_number(bounds[Le].le)}"
    if low:
        return f"{low} or more"
    if MinLen in bounds and bounds[MinLen].min_length > 1:
        return f"{bounds[MinLen].min_length} characters or more"
    return ""


def _number(value: Any) -> str:
    return f"{value:,.0f}" if value == int(value) else str(value)


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in {Union, types.UnionType}:
        (kind,) = (each for each in get_args(kind) if each is not type(None))
    return kind
