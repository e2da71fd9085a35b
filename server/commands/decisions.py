"""`c360 decisions`: what rules decided about customers, and whether it comes out the same again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from functools import partial
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from resolvers.decisions.records import Record, customer_id_of, records_by_id, records_of
from resolvers.decisions.replaying import Replayed, count_decisions, replay, rule_sets_with_versions
from resolvers.decisions.telling import Telling
from resolvers.rule_sets.reading import versions_by_id
from server.commands.options import AsJson, DatabaseUrl
from server.commands.stores import Stores, progress, with_stores
from server.user_error import ExitCode, UserError
from store.clearance import Clearance
from store.session import Database

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use."

Code = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's code.")]
Most = Annotated[int, typer.Option("--last", help="How many at most, the latest first.", min=1, max=10_000)]
DecisionId = Annotated[str, typer.Argument(metavar="ID", help="The decision's id, as `list` shows it.")]
RuleSetName = Annotated[str | None, typer.Option("--rule-set", help="Only decisions of this rule set.")]
Since = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only from this day (UTC) on.")]

decision_commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=EPILOG,
    help="What rules decided about customers: looking at it, and making it again to see that it holds.",
)


@decision_commands.command("list")
def list_command(customer: Code, *, last: Most = 20, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List the decisions about a customer, the latest first."""
    found = with_stores(database, partial(_of, code=customer, most=last))
    if as_json:
        typer.echo(orjson.dumps([_plain(one) for one in found], option=orjson.OPT_INDENT_2, default=str))
        return
    table = Table("decided (UTC)", "rule set", "version", "result", "rows", "asked by", "id")
    for column in table.columns:
        column.overflow = "fold"
    for one in found:
        when, rows = f"{one.decided_at:%Y-%m-%d %H:%M:%S}", ", ".join(json.loads(one.rows))
        table.add_row(when, one.rule_set, str(one.version), _result(one), rows, one.asked_by, str(one.id))
    Console().print(table)


@decision_commands.command("show")
def show_command(decision: DecisionId, *, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show one decision: its facts, its rows, what it gave, and why."""
    telling = with_stores(database, partial(_one, key=_id_of(decision)))
    if as_json:
        typer.echo(orjson.dumps(_plain(telling.record), option=orjson.OPT_INDENT_2, default=str))
    else:
        show(telling)


@decision_commands.command("replay")
def replay_command(
    *, rule_set: RuleSetName = None, since: Since = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Make all decisions again, of the recorded facts by the recorded version. Ends with 1 where one differs."""
    at = None if since is None else since.replace(tzinfo=dt.UTC)
    found = with_stores(database, partial(_replayed, rule_set=rule_set, since=at))
    if as_json:
        typer.echo(orjson.dumps(dataclasses.asdict(found), option=orjson.OPT_INDENT_2, default=str))
    else:
        _show_replayed(found)
    if found.different:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def show(telling: Telling) -> None:
    """Print a decision, whole: who is at the command line has the database anyway."""
    record = telling.record
    typer.echo(f"{record.rule_set} version {record.version}, decided {record.decided_at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo(f"asked by {record.asked_by} ({record.occasion.value.lower()}); id {record.id}")
    facts = Table("fact", "value", "unit", "meaning")
    for fact in telling.facts():
        facts.add_row(fact.name, fact.value or "not known", fact.unit, f"{fact.meaning_zh} · {fact.meaning_en}")
    Console().print(facts)
    typer.echo(f"result  {_result(record)}")
    for reason in telling.reasons():
        typer.echo(f"row     {reason.row}\nreason  {reason.zh} · {reason.en}")


async def _of(stores: Stores, code: str, most: int) -> list[Record]:
    if await customer_id_of(stores.reads, code) is None:
        raise UserError(f"There is no customer {code}", cure="look at the code: it is what people know the customer by")
    return list(await records_of(stores.reads, code, most))


async def _one(stores: Stores, key: uuid.UUID) -> Telling:
    record = (await records_by_id(stores.reads, [key])).get(key)
    if record is None:
        raise UserError(f"There is no decision {key}", cure="`c360 decisions list CUSTOMER` shows the ids")
    versions = await versions_by_id(stores.reads, [record.version_id])
    return Telling(record, versions[record.version_id], Clearance.SECRET)


async def _replayed(stores: Stores, rule_set: str | None, since: dt.datetime | None) -> Replayed:
    database = stores.database
    await _check_name(database, rule_set)
    with progress("decisions", await count_decisions(database, rule_set, since)) as told:
        return await replay(database, rule_set=rule_set, since=since, told=told)


async def _check_name(database: Database, rule_set: str | None) -> None:
    """Refuse the name of a rule set that there is not: nothing of it to replay would look like all being well."""
    known = await rule_sets_with_versions(database)
    if rule_set is not None and rule_set not in known:
        cure = f"name one of {', '.join(known)}" if known else "leave --rule-set out: no rule set has decided yet"
        raise UserError(f"There is no rule set {rule_set}", cure=cure, exit_code=ExitCode.WRONG_USE)


def _id_of(text: str) -> uuid.UUID:
    """The id that was given, as a plain one or as clients have it."""
    try:
        return uuid.UUID(text.removeprefix("Decision:"))
    except ValueError:
        cure = "`c360 decisions list CUSTOMER` shows the ids"
        raise UserError(f"{text} is no id of a decision", cure=cure, exit_code=ExitCode.WRONG_USE) from None


def _result(one: Record) -> str:
    if one.fault is not None:
        return f"nothing: {one.fault}"
    results = [", ".join(f"{name}: {_word(value)}" for name, value in each.items()) for each in json.loads(one.results)]
    return "; ".join(results) or "nothing: no row matches"


def _word(value: Any) -> str:
    """A value as rule files have it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _plain(one: Record) -> dict[str, Any]:
    texts = {name: json.loads(getattr(one, name)) for name in ("facts", "rows", "results", "reasons")}
    return {**one._asdict(), **texts}


def _show_replayed(found: Replayed) -> None:
    same = found.decisions - found.different
    typer.echo(f"{found.decisions:,} decisions made again: {same:,} the same, {found.different:,} differ")
    for one in found.differences:
        typer.echo(f"{one.decision_id} {one.rule_set} version {one.version}: {one.part}")
        typer.echo(f"  recorded {one.recorded}\n  again    {one.again}")
    if found.different > len({one.decision_id for one in found.differences}):
        typer.echo("Only the first differences are shown.")
