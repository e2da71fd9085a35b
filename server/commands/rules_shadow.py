"""`c360 rules shadow`: a candidate beside the version in force at each live decision, its differences counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.decisions.shadowing import ShadowError, ShadowStatus, shadows, start_shadow, stop_shadow
from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import UnknownRuleSetError
from rules.engine.case_file import path_of_cases
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import text_of_file
from rules.engine.testing import run_cases
from server.commands.options import AsJson, DatabaseUrl
from server.commands.rule_files import tell
from server.commands.stores import actor, with_database
from server.user_error import ExitCode, UserError
from store.session import Database

Candidate = Annotated[Path, typer.Argument(metavar="FILE", help="The rule file of the candidate; its cases beside it.")]
RuleSetName = Annotated[str, typer.Argument(metavar="RULE_SET", help="The rule set, such as grading.")]

T = TypeVar("T")

_SHOWN: Final = 10
"""Differences that are shown; --json shows all that are kept."""

shadow_commands = typer.Typer(
    add_completion=False,
    rich_markup_mode="rich",
    no_args_is_help=True,
    epilog="Exit status: 0 done, 1 problems were found, 2 wrong use.",
    help="Run a candidate beside the version in force, live. It is compared, and never acted upon.",
)


@shadow_commands.command("start")
def start_command(file: Candidate, *, database: DatabaseUrl = None) -> None:
    """Let a rule file that passes its cases run beside the version in force, from the next decision on."""
    source = _source(file)
    row = _done(database, lambda session, now: start_shadow(session, source, by=actor(), now=now))
    typer.echo(f"A shadow of {row.rule_set} runs. `c360 rules shadow status` shows in what it differs.")


@shadow_commands.command("status")
def status_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show the shadows that run or ran, how often each differs, and the first differences."""
    found = _done(database, lambda session, _: shadows(session))
    if as_json:
        typer.echo(orjson.dumps([_data(each) for each in found], option=orjson.OPT_INDENT_2))
        return
    for each in found:
        _show(each)
    if not found:
        typer.echo("No shadow runs, and none ran.")


@shadow_commands.command("stop")
def stop_command(rule_set: RuleSetName, *, database: DatabaseUrl = None) -> None:
    """Stop the shadow of a rule set, and show what it found."""
    _show(_done(database, lambda session, now: stop_shadow(session, rule_set, by=actor(), now=now)))


def _source(file: Path) -> Source:
    """The candidate, which passes its cases.

    Raises:
        UserError: it does not.
    """
    try:
        run = run_cases(file)
        if run.failures:
            problem = f"{len(run.failures)} of its {len(run.verdicts)} cases fail"
            raise UserError(f"{file}: {problem}", cure=f"see `c360 rules test {file}`")
        return Source(run.rule_set.name, text_of_file(file), text_of_file(path_of_cases(file)))
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from error


def _done(url: str | None, work: Callable[[AsyncSession, dt.datetime], Awaitable[T]]) -> T:
    """What the work gives, done in a transaction of its own. Raises UserError."""

    async def do(database: Database) -> T:
        async with database.transaction() as session:
            return await work(session, dt.datetime.now(dt.UTC))

    try:
        return with_database(url, do)
    except (ShadowError, UnknownRuleSetError) as error:
        raise UserError(str(error), cure="see `c360 rules shadow status`") from error


def _show(status: ShadowStatus) -> None:
    row = status.shadow
    until = "runs" if row.ended_at is None else f"ended {row.ended_at:%Y-%m-%d %H:%M}"
    typer.echo(f"{row.rule_set}: started {row.started_at:%Y-%m-%d %H:%M} UTC by {row.started_by}, {until}")
    share = status.differs / status.decided if status.decided else 0.0
    failed = f", failed in {status.failed:,}" if status.failed else ""
    typer.echo(f"  {status.decided:,} decisions, differs in {status.differs:,} ({share:.1%}){failed}")
    for each in status.differences[:_SHOWN]:
        typer.echo(f"  {each.customer_id}: {each.live} in force, {each.shadow} by the shadow")


def _data(status: ShadowStatus) -> dict[str, Any]:
    row = status.shadow
    return {
        "rule_set": row.rule_set,
        "started_at": row.started_at,
        "started_by": row.started_by,
        "ended_at": row.ended_at,
        "decided": status.decided,
        "differs": status.differs,
        "failed": status.failed,
        "differences": [
            {"customer": str(each.customer_id), "at": each.at, "live": each.live, "shadow": each.shadow}
            for each in status.differences
        ],
    }
