"""`c360 rules try`: what rules say of facts that are given, or of a customer's or ticket's with some changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncSession

from graph.relational import RelationalGraph
from resolvers.decisions.records import customer_id_of, ticket_id_of
from resolvers.facts.gathering import gather, gather_tickets
from resolvers.facts.instants import Moment
from resolvers.facts.records import Gathered
from resolvers.reading import ReadStore
from resolvers.rule_sets.versions import UnknownRuleSetError, in_force
from rules.engine.explaining import Considered
from rules.engine.literal import written
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import load_rule_set
from rules.engine.table import RuleSet
from rules.engine.trying import GivenFactsError, Trial, facts_given, tried
from rules.facts.vocabulary import Subject
from server.commands.options import AsJson, DatabaseUrl
from server.commands.rule_files import facts_as_data, tell
from server.commands.stores import Stores, with_stores
from server.user_error import ExitCode, UserError

Rules = Annotated[str, typer.Argument(metavar="RULES", help="A rule file, or the name of a rule set that is in force.")]
Given = Annotated[
    list[str] | None,
    typer.Argument(metavar="FACT=VALUE...", help="Facts, as cells have them: `grade=VIP amount=50万`."),
]
Customer = Annotated[str | None, typer.Option(metavar="CODE", help="Take the other facts of this customer, as of now.")]
Ticket = Annotated[str | None, typer.Option(metavar="NUMBER", help="Take the other facts of this ticket, as of now.")]


@dataclass(frozen=True)
class Wanted:
    """What is to be tried, on whose facts."""

    rules: str
    customer: str | None
    ticket: str | None

    @property
    def is_file(self) -> bool:
        """Whether it names a file."""
        return self.rules.endswith((".yaml", ".yml")) or Path(self.rules).is_file()

    @property
    def asks_the_database(self) -> bool:
        """Whether it needs the record."""
        return not self.is_file or self.customer is not None or self.ticket is not None


def try_command(
    rules: Rules,
    facts: Given = None,
    *,
    customer: Customer = None,
    ticket: Ticket = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say what rules would decide on facts that you give. Nothing is written down.

    With a customer or a ticket the facts that you do not give are theirs: what if they had spent 600,000?
    """
    if customer is not None and ticket is not None:
        cure = "leave one out"
        raise UserError("--customer and --ticket do not go together", cure=cure, exit_code=ExitCode.WRONG_USE)
    wanted = Wanted(rules, customer, ticket)
    rule_set, known = _read(rules) if wanted.is_file else None, dict[str, Any]()
    if wanted.asks_the_database:
        rule_set, known = with_stores(database, partial(_of_record, wanted=wanted, read=rule_set))
    assert rule_set is not None  # noqa: S101 # it is of the file, or of the database
    given = _given(rule_set, [_pair(each) for each in facts or ()])
    trial = tried(rule_set, {**known, **given})
    if as_json:
        typer.echo(orjson.dumps(_as_data(rule_set, trial), option=orjson.OPT_INDENT_2))
    else:
        _show(rule_set, trial, given)
    raise typer.Exit(ExitCode.FOUND_PROBLEMS if trial.outcome.errors else ExitCode.OK)


def _read(path: str) -> RuleSet:
    try:
        return load_rule_set(Path(path))
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from error


def _pair(text: str) -> tuple[str, str]:
    """A fact from the command line; a Chinese keyboard has another sign for it."""
    name, sign, value = text.replace("＝", "=", 1).partition("=")
    if not sign:
        cure = "write it as NAME=VALUE, such as amount=600"
        raise UserError(f"{text!r} is no fact with a value", cure=cure, exit_code=ExitCode.WRONG_USE)
    return name, value


def _given(rule_set: RuleSet, texts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    try:
        return facts_given(rule_set, texts)
    except GivenFactsError as error:
        cure = f"{rule_set.name} reads {', '.join(column.name for column in rule_set.body.inputs)}"
        raise UserError(str(error), cure=cure, exit_code=ExitCode.WRONG_USE) from error


async def _of_record(stores: Stores, wanted: Wanted, read: RuleSet | None) -> tuple[RuleSet, dict[str, Any]]:
    """The rules, those in force unless they were read, and the facts of whoever was named."""
    now = dt.datetime.now(dt.UTC)
    async with stores.database.transaction() as session:
        rule_set = read or await _in_force(session, wanted.rules, now)
        if wanted.customer is None and wanted.ticket is None:
            return rule_set, {}
        return rule_set, await _facts(stores, session, rule_set, wanted, Moment(now))


async def _in_force(session: AsyncSession, name: str, now: dt.datetime) -> RuleSet:
    try:
        return (await in_force(session, name, now)).rule_set
    except UnknownRuleSetError as error:
        cure = "name one of them, or a file"
        raise UserError(str(error), cure=cure, exit_code=ExitCode.WRONG_USE) from error


async def _facts(
    stores: Stores, session: AsyncSession, rule_set: RuleSet, wanted: Wanted, moment: Moment
) -> dict[str, Any]:
    is_ticket = wanted.ticket is not None
    about = Subject.TICKET if is_ticket else Subject.CUSTOMER
    if rule_set.about != about:
        problem = f"{rule_set.name} is about {rule_set.about or 'its own inputs'}, and not about a {about}"
        raise UserError(problem, cure="give its facts as NAME=VALUE", exit_code=ExitCode.WRONG_USE)
    key = await _key(stores.reads, wanted)
    names = [column.name for column in rule_set.body.inputs]
    gathering = gather_tickets if is_ticket else gather
    graph = RelationalGraph(stores.reads)
    return _only(await gathering(await session.connection(), names, moment, [key], graph=graph))


async def _key(reads: ReadStore, wanted: Wanted) -> uuid.UUID:
    """The customer or ticket that is meant."""
    if wanted.ticket is not None:
        told, found = f"ticket {wanted.ticket}", await ticket_id_of(reads, wanted.ticket)
    else:
        told, found = f"customer {wanted.customer}", await customer_id_of(reads, wanted.customer or "")
    if found is None:
        raise UserError(f"There is no {told}", cure="look at how it is written")
    return found


def _only(found: Gathered) -> dict[str, Any]:
    [(key, facts)] = found.each()
    if key in found.faults:
        raise UserError(found.faults[key], cure="give this fact as NAME=VALUE, or add what is missing")
    return dict(facts)


def _show(rule_set: RuleSet, trial: Trial, given: Mapping[str, Any]) -> None:
    console = Console()
    console.print(_facts_table(rule_set, trial.facts, given))
    for error in trial.outcome.errors:
        typer.echo(f"nothing is decided: {error.message}", err=True)
    if not trial.outcome.errors and not trial.outcome.results:
        typer.echo("no row matches")
    for result in trial.outcome.results:
        typer.echo("result  " + ", ".join(f"{name}: {_text(value)}" for name, value in result.items()))
    for row, words in zip(trial.outcome.rows, trial.outcome.reasons, strict=True):
        typer.echo(f"row     {row}")
        if reasons := " · ".join(filter(None, (words.zh, words.en))):
            typer.echo(f"reason  {reasons}")
    if trial.passed_over:
        typer.echo("\nLooked at before, and not matching:")
        for one in trial.passed_over:
            typer.echo("\n".join([one.row.id, *_failed(one)]))


def _facts_table(rule_set: RuleSet, facts: Mapping[str, Any], given: Mapping[str, Any]) -> Table:
    table = Table("fact", "value", "unit", "given")
    for column in rule_set.body.inputs:
        value = facts.get(column.name)
        shown = "not known" if value is None else _text(value)
        table.add_row(column.name, Text(shown), column.unit, "yes" if column.name in given else "")
    return table


def _failed(one: Considered) -> Iterator[str]:
    for check in one.failed:
        value = "not known" if check.value is None else f"{_text(check.value)} {check.column.unit}".strip()
        yield f"  {check.column.name} {check.test}: is {value}"


def _text(value: Any) -> str:
    """A value as files write it, texts without their quotes."""
    return value if isinstance(value, str) else written(value).removeprefix('@"').removesuffix('"')


def _as_data(rule_set: RuleSet, trial: Trial) -> dict[str, Any]:
    outcome = trial.outcome
    return {
        "rule_set": rule_set.name,
        "facts": facts_as_data(trial.facts),
        "results": [facts_as_data(result) for result in outcome.results],
        "rows": outcome.rows,
        "reasons": [{"zh": words.zh, "en": words.en} for words in outcome.reasons],
        "errors": [{"fault": error.fault, "message": error.message, "fact": error.fact} for error in outcome.errors],
        "passed_over": [
            {"row": one.row.id, "failed": [{"fact": each.column.name, "test": str(each.test)} for each in one.failed]}
            for one in trial.passed_over
        ],
    }
