"""`c360 rules submit` and what follows: versions of rule sets in the database, and which of them is in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.commands import Command, run
from resolvers.problems import Refused
from resolvers.rule_sets.history import Entry, Publication, history, numbered_version
from resolvers.rule_sets.publishing import (
    RuleSetRollback,
    RuleVersionPublication,
    publish_rule_version,
    roll_back_rule_set,
)
from resolvers.rule_sets.reviewing import (
    RuleVersionApproval,
    RuleVersionRejection,
    approve_rule_version,
    reject_rule_version,
)
from resolvers.rule_sets.submitting import (
    RuleVersionDraft,
    RuleVersionWithdrawal,
    submit_rule_version,
    withdraw_rule_version,
)
from resolvers.rule_sets.versions import UnknownRuleSetError, in_force, write_down_shipped
from rules.engine.case_file import path_of_cases
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import read_rule_set, text_of_file
from server.commands.options import AsJson, DatabaseUrl
from server.commands.stores import with_database
from server.user_error import ExitCode, UserError
from store.rule_version import RuleVersionRow
from store.session import Database

File = Annotated[Path, typer.Argument(metavar="FILE", help="The rule file; its cases are beside it.")]
Name = Annotated[str, typer.Argument(metavar="RULE_SET", help="The rule set's name.")]
Named = Annotated[str | None, typer.Argument(metavar="RULE_SET", help="Only this rule set.")]
Number = Annotated[int, typer.Argument(metavar="VERSION", help="The version's number.")]
By = Annotated[str, typer.Option("--by", help="Your name, for the record: nobody approves their own version.")]
Note = Annotated[str | None, typer.Option("--note", help="A word with it, kept on record.")]
Why = Annotated[str, typer.Option("--note", help="Why; kept on record.")]
Base = Annotated[int | None, typer.Option("--base", help="Number of the version that you started from.")]
New = Annotated[bool, typer.Option("--new", help="There is no rule set of this name yet.")]
Regardless = Annotated[bool, typer.Option("--regardless", help="Also if another version was published since.")]
Which = Annotated[int | None, typer.Option("--version", help="Number of a version; else the one in force.")]

T = TypeVar("T")


def submit_command(
    file: File,
    *,
    by: By,
    note: Note = None,
    base: Base = None,
    new: New = False,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a rule file with its cases on record as a version, for someone else to approve."""
    beside = path_of_cases(file)
    try:
        text, cases = text_of_file(file), text_of_file(beside) if beside.exists() else ""
        name = read_rule_set(text, str(file)).name if base is not None else ""
    except RuleFileError as error:
        typer.echo("\n".join(map(str, error.problems)), err=True)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from error

    async def submit(opened: Database) -> uuid.UUID:
        base_id = None if base is None else (await _version(opened, name, base)).id
        draft = RuleVersionDraft(text, cases, note, base_id, new)
        return await run(opened, _subject(by), _now(), submit_rule_version, draft)

    _done(database, submit, {"text": str(file), "cases": str(beside)}, as_json=as_json)


def approve_command(
    rule_set: Name, version: Number, *, by: By, note: Note = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Approve a version that someone else submitted."""
    _command(
        database,
        rule_set,
        version,
        by,
        approve_rule_version,
        lambda key: RuleVersionApproval(key, note),
        as_json=as_json,
    )


def reject_command(
    rule_set: Name, version: Number, *, by: By, note: Why, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Reject a version, and say why."""
    _command(
        database,
        rule_set,
        version,
        by,
        reject_rule_version,
        lambda key: RuleVersionRejection(key, note),
        as_json=as_json,
    )


def withdraw_command(
    rule_set: Name, version: Number, *, by: By, note: Note = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Take a version back that is not published."""
    _command(
        database,
        rule_set,
        version,
        by,
        withdraw_rule_version,
        lambda key: RuleVersionWithdrawal(key, note),
        as_json=as_json,
    )


def publish_command(
    rule_set: Name,
    version: Number,
    *,
    by: By,
    note: Note = None,
    regardless: Regardless = False,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring an approved version into force, in every process at once."""

    def draft(key: uuid.UUID) -> RuleVersionPublication:
        return RuleVersionPublication(key, note, regardless)

    _command(database, rule_set, version, by, publish_rule_version, draft, as_json=as_json)


def rollback_command(
    rule_set: Name, version: Number, *, by: By, note: Why, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Let a version that was in force before be in force again, and say why."""
    _command(
        database, rule_set, version, by, roll_back_rule_set, lambda key: RuleSetRollback(key, note), as_json=as_json
    )


def history_command(rule_set: Named = None, *, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List versions: how far each is, who did what, and when it was in force."""
    entries = _with(database, lambda opened: _history(opened, rule_set))
    if as_json:
        typer.echo(orjson.dumps([_entry(each) for each in entries], option=orjson.OPT_INDENT_2))
        return
    table = Table("rule set", "version", "status", "who", "when", "note", "in force")
    for each in entries:
        row = each.version
        spans = "\n".join(f"{_short(one.row.published_at)} to {_short(one.until)}" for one in each.publications)
        who = ", ".join(filter(None, (row.submitted_by, row.reviewed_by, row.withdrawn_by)))
        table.add_row(row.rule_set, str(row.number), row.status, who, _short(row.submitted_at), row.note or "", spans)
    Console().print(table)


def show_command(
    rule_set: Name,
    *,
    version: Which = None,
    cases: Annotated[bool, typer.Option("--cases", help="Print its cases in place of the rules.")] = False,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Print the text of the version in force, or of another one."""
    row = _with(database, lambda opened: _version(opened, rule_set, version))
    if as_json:
        typer.echo(orjson.dumps(_plain(row) | {"text": row.text, "cases": row.cases}))
    else:
        typer.echo(row.cases if cases else row.text, nl=False)


def _command(
    url: str | None,
    rule_set: str,
    number: int,
    by: str,
    command: Command[Any],
    draft: Callable[[uuid.UUID], Any],
    *,
    as_json: bool,
) -> None:
    """Do a command with one version."""

    async def work(opened: Database) -> uuid.UUID:
        row = await _version(opened, rule_set, number)
        return await run(opened, _subject(by), _now(), command, draft(row.id))

    _done(url, work, {"id": f"{rule_set} {number}"}, as_json=as_json)


def _done(
    url: str | None, work: Callable[[Database], Awaitable[uuid.UUID]], places: dict[str, str], *, as_json: bool
) -> None:
    """Do the work and show the version, or what is wrong with it: `places` are the files that fields stand for."""

    async def changed(opened: Database) -> RuleVersionRow:
        key = await work(opened)
        async with opened.transaction() as session:
            return await session.get_one(RuleVersionRow, key)

    try:
        row = _with(url, changed)
    except Refused as refused:
        _tell(refused, places, as_json=as_json)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from refused
    typer.echo(orjson.dumps(_plain(row)) if as_json else f"version {row.number} of {row.rule_set} is {row.status}")


def _tell(refused: Refused, places: dict[str, str], *, as_json: bool) -> None:
    slips = [
        dataclasses.replace(slip, path=places.get(problem.field or "", slip.path))
        for problem in refused.problems
        for slip in problem.slips
    ]
    if as_json:
        errors = [{"code": one.code, "field": one.field, "message": one.message} for one in refused.problems]
        typer.echo(orjson.dumps({"errors": errors, "problems": [dataclasses.asdict(slip) for slip in slips]}))
        return
    for slip in slips:
        typer.echo(str(slip), err=True)
    for problem in refused.problems:
        if not problem.slips:
            typer.echo(f"{problem.code}: {problem.message}", err=True)


async def _history(opened: Database, rule_set: str | None) -> list[Entry]:
    async with opened.transaction() as session:
        await write_down_shipped(session, _now())
        return await history(session, rule_set)


async def _version(opened: Database, rule_set: str, number: int | None) -> RuleVersionRow:
    """A version by its number, or the one in force."""
    async with opened.transaction() as session:
        await write_down_shipped(session, _now())
        if number is None:
            number = (await in_force(session, rule_set, _now())).number
        return await numbered_version(session, rule_set, number)


def _with(url: str | None, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the database that a command was given. Raises UserError."""
    try:
        return with_database(url, work)
    except UnknownRuleSetError as error:
        raise UserError(str(error), cure="look at `c360 rules history`") from error


def _subject(name: str) -> Subject:
    """Whoever is at the command line, by the name that they give."""
    return Subject(name.strip(), Role.MANAGER, Clearance.SECRET, Scope.ALL)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _short(at: dt.datetime | None) -> str:
    return "now" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _plain(row: RuleVersionRow) -> dict[str, Any]:
    names = ("rule_set", "number", "status", "note", "submitted_by", "submitted_at", "reviewed_by")
    more = ("reviewed_at", "review_note", "withdrawn_by", "withdrawn_at", "withdraw_note", "digest")
    return {"id": str(row.id)} | {name: getattr(row, name) for name in (*names, *more)}


def _entry(entry: Entry) -> dict[str, Any]:
    return _plain(entry.version) | {"in_force": [_span(one) for one in entry.publications]}


def _span(one: Publication) -> dict[str, Any]:
    row = one.row
    return {"kind": row.kind, "by": row.published_by, "note": row.note, "from": row.published_at, "until": one.until}
