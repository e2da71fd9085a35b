"""`c360 plan`: how an operation would be answered, without running it."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from graphql import GraphQLError
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Context, open_reads
from resolvers.reading.answer import BadVariablesError
from resolvers.reading.explaining import Explanation, explain, explain_in_store
from schema.build import build_answerer
from server.database import check, in_words
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError

Document = Annotated[Path, typer.Argument(metavar="FILE", help="A GraphQL document.")]
Operation = Annotated[str | None, typer.Option("--operation", help="Which operation, when the file has several.")]
Variables = Annotated[str, typer.Option("--variables", help="The variables as JSON.")]
ClearanceName = Annotated[str, typer.Option("--clearance", help="public, internal, confidential or secret.")]
ScopeName = Annotated[str, typer.Option("--scope", help="own, department, subtree, partner or all.")]
Address = Annotated[str | None, typer.Option("--database", help="A database URL. Else C360_DATABASE_URL.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def plan_command(
    file: Document,
    *,
    operation: Operation = None,
    variables: Variables = "{}",
    clearance: ClearanceName = "secret",
    scope: ScopeName = "all",
    database: Address = None,
    as_json: AsJson = False,
) -> None:
    """Show how an operation is answered: the way, each statement with the store's own plan, what Python does after it.

    Nothing is run but EXPLAIN. The statement depends on clearance and scope, since both are part of the SQL.
    """
    settings = load_settings(**({"database_url": database} if database else {}))
    subject = _subject(clearance, scope)
    text, values = _read(file), _variables(variables)
    report = asyncio.run(_explain(settings, subject, text, operation, values))
    if as_json:
        typer.echo(orjson.dumps(report).decode())
    else:
        _show(Console(), report)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}", exit_code=ExitCode.WRONG_USE) from None


def _variables(text: str) -> dict[str, Any]:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UserError(f"--variables is no JSON: {error}", exit_code=ExitCode.WRONG_USE) from None
    if not isinstance(values, dict):
        raise UserError("--variables is no JSON object", exit_code=ExitCode.WRONG_USE)
    return values


def _subject(clearance: str, scope: str) -> Subject:
    try:
        return Subject("plan", Role.MANAGER, Clearance[clearance.upper()], Scope[scope.upper()])
    except KeyError as error:
        raise UserError(f"{error} is no clearance or scope", exit_code=ExitCode.WRONG_USE) from None


async def _explain(
    settings: Settings, subject: Subject, text: str, operation: str | None, values: dict[str, Any]
) -> dict[str, Any]:
    await check(settings)
    with in_words(settings):
        store = await open_reads(settings.database_url, size=1)
        try:
            answerer = build_answerer(store)
            found = explain(answerer, text, operation, values, subject.access)
            chosen = answerer.documents.get(text).operation(operation)
            coerced = answerer.coerced(chosen, values)
            context = Context(subject, dt.datetime.now(dt.UTC), store=store)
            for statement in found.statements:
                await explain_in_store(answerer, statement, context, coerced)
            return _report(found, answerer.limits.cost)
        except GraphQLError as error:
            raise UserError(f"the document cannot be planned: {error}") from None
        except BadVariablesError as error:
            raise UserError(f"the variables do not fit: {'; '.join(str(e) for e in error.errors)}") from None
        finally:
            await store.close()


def _report(found: Explanation, limit: int) -> dict[str, Any]:
    return {
        "way": found.way.value,
        "slower because": list(found.reasons),
        "cost": {"requested": found.cost, "limit": limit},
        "statements": [
            {
                "entry": statement.entry,
                "selects": statement.selects,
                "sql": statement.plan.text,
                "python": [{"at": step.path, "does": step.what} for step in statement.steps],
                "explain": list(statement.explained),
            }
            for statement in found.statements
        ],
    }


def _show(console: Console, report: dict[str, Any]) -> None:
    console.print(f"[bold]way[/]           {report['way']}")
    for reason in report["slower because"]:
        console.print(f"[bold]slower, since[/] {reason}")
    cost = report["cost"]
    verdict = "" if cost["requested"] <= cost["limit"] else ", so it is refused"
    console.print(f"[bold]cost[/]          {cost['requested']:,} points of {cost['limit']:,}{verdict}")
    for statement in report["statements"]:
        console.rule(f"{statement['entry']}: {statement['selects']} selects in one statement")
        console.print(Syntax(statement["sql"], "sql", word_wrap=True))
        if statement["python"]:
            table = Table("at", "Python then does", title="after the statement")
            for step in statement["python"]:
                table.add_row(step["at"], step["does"])
            console.print(table)
        console.rule("the store's plan")
        console.print("\n".join(statement["explain"]), markup=False, highlight=False)
