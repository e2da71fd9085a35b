"""`c360 schema`: the GraphQL schema as a text, and whether the stored one is still true."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

import schema as schema_package
from schema.build import build_schema
from server.user_error import ExitCode, UserError

STORED = Path(schema_package.__file__).parent / "schema.graphql"

Check = Annotated[bool, typer.Option("--check", help="Compare with the stored file; exit 1 and show how they differ.")]
Write = Annotated[bool, typer.Option("--write", help="Write the stored file anew.")]


def schema_command(*, check: Check = False, write: Write = False) -> None:
    """Print the GraphQL schema in SDL, as clients and code generators read it.

    The stored file is schema/schema.graphql; reviewers read it, and CI runs `--check`.
    """
    if check and write:
        raise UserError("--check and --write exclude each other", exit_code=ExitCode.WRONG_USE)
    text = build_schema().as_str().rstrip() + "\n"
    if write:
        STORED.write_text(text, "utf-8")
        typer.echo(f"{STORED} written")
    elif check:
        _compare(text)
    else:
        typer.echo(text, nl=False)


def _compare(text: str) -> None:
    stored = STORED.read_text("utf-8") if STORED.exists() else ""
    difference = list(
        difflib.unified_diff(
            stored.splitlines(keepends=True), text.splitlines(keepends=True), "schema/schema.graphql", "the code"
        )
    )
    if difference:
        typer.echo("".join(difference), nl=False)
        raise UserError(
            "schema/schema.graphql is not what the code says", cure="run `c360 schema --write`, and review it"
        )
    typer.echo("schema/schema.graphql is what the code says")
