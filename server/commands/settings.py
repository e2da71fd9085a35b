"""`c360 settings`: every setting with its value, its default and its meaning."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.commands.options import AsJson
from server.settings import PREFIX, Settings, load_settings, shown, unknown_variables
from server.settings_page import settings_page

Defaults = Annotated[bool, typer.Option("--defaults", help="Leave the environment out: defaults and meanings only.")]

Markdown = Annotated[bool, typer.Option("--markdown", help="Print the page about all settings, docs/settings.md.")]


def settings_command(*, as_json: AsJson = False, defaults: Defaults = False, markdown: Markdown = False) -> None:
    """Show every setting: its variable, its value now, its default and its meaning. Secrets are masked."""
    if markdown:
        typer.echo(settings_page(), nl=False)
        return
    usual = Settings.model_construct()
    now = usual if defaults else load_settings()
    rows = [
        {
            "variable": PREFIX + name.upper(),
            "value": shown(now, name),
            "default": shown(usual, name),
            "meaning": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    _print(rows)
    for variable, meant in unknown_variables():
        hint = f"; did you mean {meant}?" if meant else ""
        typer.echo(f"Warning: {variable} is no setting{hint}", err=True)


def _print(rows: list[dict[str, str]]) -> None:
    table = Table(title="Settings, from the environment and .env", title_justify="left", show_lines=True)
    table.add_column("variable", no_wrap=True)
    table.add_column("value, default and meaning", overflow="fold")
    for row in rows:
        value = Text(row["value"] or "(unset)", style="bold" if row["value"] != row["default"] else "")
        if row["value"] != row["default"]:
            value.append(f"   default: {row['default'] or '(unset)'}", style="not bold")
        table.add_row(row["variable"], Text.assemble(value, "\n", (row["meaning"], "dim")))
    Console().print(table)
