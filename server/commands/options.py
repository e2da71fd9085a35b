"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="A database URL. [C360_DATABASE_URL]")]
Host = Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 is every address. [C360_HOST]")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0: any free one. [C360_PORT]", min=0, max=65535)]


def given(**options: Any) -> dict[str, Any]:
    """The options that were given; the environment decides about the others."""
    return {name: value for name, value in options.items() if value is not None}
