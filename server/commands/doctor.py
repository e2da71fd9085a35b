"""`c360 doctor`: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.checks.finding import Finding, Status, fail
from server.checks.program import program
from server.commands.options import AsJson, DatabaseUrl, given
from server.user_error import ExitCode, UserError

STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red"}


def doctor_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Look at Python, packages, data files, settings, database, disk and port; say what is wrong and how to mend it.

    Changes nothing. Ends with 1 if anything fails; warnings are no failures.
    """
    findings = list(examine(**given(database_url=database)))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(each) for each in findings], ensure_ascii=False, indent=2))
    else:
        Console().print(_table(findings))
    if any(each.status is Status.FAIL for each in findings):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def examine(**overrides: Any) -> Iterator[Finding]:
    """Everything there is to find. Where a part of the program cannot even be loaded, that is the finding."""
    yield from program()
    try:
        from server.checks.database import database as database_checks  # noqa: PLC0415  # what is broken must not break the doctor
        from server.checks.edge import edge  # noqa: PLC0415
        from server.checks.graph import graph  # noqa: PLC0415
        from server.checks.surroundings import surroundings  # noqa: PLC0415
        from server.settings import load_settings  # noqa: PLC0415

        settings = load_settings(**overrides)
    except UserError as error:
        yield fail("settings", error.message, error.cure or "see `c360 settings`")
        return
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what we report
        yield fail("program", f"a part cannot be loaded: {error}", "mend what is listed above, or install again")
        return
    yield from surroundings(settings)
    yield from edge(settings)
    yield from database_checks(settings)
    yield from graph(settings)


def _table(findings: list[Finding]) -> Table:
    table = Table(title="c360 doctor", title_justify="left")
    for column in ("", "check", "found"):
        table.add_column(column, overflow="fold")
    for each in findings:
        words = Text(each.found)
        if each.cure:
            words.append(f"\ncure: {each.cure}", style="bold")
        table.add_row(Text(each.status, style=STYLES[each.status]), each.check, words)
    return table
