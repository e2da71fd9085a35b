"""`c360 rules schema`: JSON Schema of rule files and cases for editors, and whether the stored files are still true."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated, Any

import typer

import rules as rules_package
from rules.engine.json_schema import schema_of_cases, schema_of_rules
from server.commands.whole_file import write_whole
from server.user_error import ExitCode, UserError

STORED = Path(rules_package.__file__).parent / "schema"

Cases = Annotated[bool, typer.Option("--cases", help="Of the cases beside rule files, in place of rule files.")]
Check = Annotated[bool, typer.Option("--check", help="Compare with the stored files; exit 1 and show how they differ.")]
Write = Annotated[bool, typer.Option("--write", help="Write the stored files anew.")]


def schema_command(*, cases: Cases = False, check: Check = False, write: Write = False) -> None:
    """Print the JSON Schema of rule files, by which editors complete and check them.

    The stored files are in rules/schema; CI runs `--check`.
    """
    if cases + check + write > 1:
        raise UserError("--cases, --check and --write exclude each other", exit_code=ExitCode.WRONG_USE)
    texts = {schema["$id"]: _text(schema) for schema in (schema_of_rules(), schema_of_cases())}
    if write:
        for name, text in texts.items():
            write_whole(STORED / name, text.encode("utf-8"))
            typer.echo(f"{STORED / name} written")
    elif check:
        for name, text in texts.items():
            _compare(name, text)
    else:
        typer.echo(list(texts.values())[cases], nl=False)


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _compare(name: str, text: str) -> None:
    file, shown = STORED / name, f"rules/schema/{name}"
    stored = file.read_text("utf-8") if file.exists() else ""
    before, after = (each.splitlines(keepends=True) for each in (stored, text))
    difference = "".join(difflib.unified_diff(before, after, shown, "the code"))
    if difference:
        typer.echo(difference, nl=False)
        raise UserError(f"{shown} is not what the code says", cure="run `c360 rules schema --write`, and review it")
    typer.echo(f"{shown} is what the code says")
