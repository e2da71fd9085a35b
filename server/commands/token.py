"""`c360 token`: a token to ask with, for development and for programs of our own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import orjson
import typer

from resolvers.access import DEPARTMENTAL, Clearance, Role, Scope
from server.commands.options import AsJson
from server.identity.claims import BadClaimsError, read_claims
from server.identity.key_file import signing_key
from server.identity.own_tokens import CLAIMS, Bearer, own_claims, signed
from server.identity.reach import REACH, TooWideError, narrowed
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError

RoleName = Literal["manager", "supervisor", "agent", "analyst", "partner", "auditor"]
ScopeName = Literal["own", "department", "subtree", "partner", "all"]
ClearanceName = Literal["public", "internal", "confidential", "secret"]

RoleOption = Annotated[RoleName | None, typer.Option("--role", help="What whoever holds the token may do.")]
Staff = Annotated[str | None, typer.Option(help="Number of the member of the staff; agents and supervisors need one.")]
Name = Annotated[str | None, typer.Option(help="Name of whoever holds it, where no staff number says it.")]
Customers = Annotated[list[str] | None, typer.Option("--customer", help="Code of a partner's customer; once for each.")]
ScopeOption = Annotated[ScopeName | None, typer.Option("--scope", help="Less rows than the role sees.")]
Level = Annotated[ClearanceName | None, typer.Option("--clearance", help="Less columns than the role reads.")]
Hours = Annotated[float, typer.Option(help="How long it is good for.", min=0.001, max=24)]
Rotate = Annotated[bool, typer.Option("--rotate", help="Sign with a new key from now on; alone, without --role, too.")]


def token_command(
    *,
    role: RoleOption = None,
    staff: Staff = None,
    name: Name = None,
    customer: Customers = None,
    scope: ScopeOption = None,
    clearance: Level = None,
    hours: Hours = 12,
    rotate: Rotate = False,
    as_json: AsJson = False,
) -> None:
    """Print a token: `TOKEN=$(c360 token --role agent --staff S-1)`. Send it as `Authorization: Bearer $TOKEN`.

    It is signed by a key of the file C360_TOKEN_KEYS_FILE, which is made at first use; servers that use the same file
    take it. In production they do so only with C360_ACCEPT_OWN_TOKENS=true.
    """
    settings = load_settings()
    now = dt.datetime.now(dt.UTC)
    if role is None:
        _rotate_only(settings, now, rotate=rotate)
        return
    bearer = Bearer(
        role=Role[role.upper()],
        name=name,
        staff_number=staff,
        customer_codes=customer or (),
        clearance=Clearance[clearance.upper()] if clearance else None,
        scope=Scope[scope.upper()] if scope else None,
    )
    check_bearer(bearer)
    claims = own_claims(bearer, now, dt.timedelta(hours=hours))
    token = signed(claims, signing_key(settings.token_keys_file, now, rotate=rotate))
    expires = dt.datetime.fromtimestamp(claims["exp"], dt.UTC).isoformat()
    typer.echo(orjson.dumps({"token": token, "expires": expires, "claims": claims}) if as_json else token)
    if not as_json:
        typer.echo(f"Good until {expires} for the role {role}", err=True)
    _warn_if_refused(settings)


def check_bearer(bearer: Bearer) -> None:
    """Refuse what no server would take. Raises UserError."""
    try:
        scope = narrowed(bearer.role, bearer.clearance, bearer.scope)[1]
        if bearer.staff_number is None and scope in DEPARTMENTAL | {Scope.OWN}:
            raise UserError(
                f"A token for the role {bearer.role.lower()} with the scope {scope.lower()} must say whose it is",
                cure="name the member of the staff: --staff NUMBER",
                exit_code=ExitCode.WRONG_USE,
            )
        read_claims(own_claims(bearer, dt.datetime.now(dt.UTC), dt.timedelta(hours=1)), CLAIMS)
    except (TooWideError, BadClaimsError) as error:
        clearance, widest = (each.name.lower() for each in REACH[bearer.role])
        raise UserError(
            f"No such token: {error}",
            cure=f"a role {bearer.role.lower()} has at most --clearance {clearance} --scope {widest}",
            exit_code=ExitCode.WRONG_USE,
        ) from error


def _rotate_only(settings: Settings, now: dt.datetime, *, rotate: bool) -> None:
    if not rotate:
        raise UserError(
            "Whom is the token for?", cure="say --role, such as --role manager", exit_code=ExitCode.WRONG_USE
        )
    signing_key(settings.token_keys_file, now, rotate=True)
    typer.echo(f"{settings.token_keys_file}: a new key signs from now on", err=True)


def _warn_if_refused(settings: Settings) -> None:
    if not settings.takes_own_tokens:
        typer.echo("Servers with these settings take no such token: set C360_ACCEPT_OWN_TOKENS=true for them", err=True)
