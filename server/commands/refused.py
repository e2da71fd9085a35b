"""Of whom rules decided nothing: by the names that people know, as commands tell it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
import typer

from store.session import Database

SHOWN: Final = 20
"""Refusals that are printed; JSON has all."""

_TOGETHER: Final = 500
"""Ids that a statement asks for."""


async def names_of(database: Database, key: Any, name: Any, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of rows by their ids, `key` and `name` being columns of their table; some hundreds a statement."""
    found: dict[uuid.UUID, str] = {}
    async with database.sessions() as session:
        for start in range(0, len(ids), _TOGETHER):
            some = ids[start : start + _TOGETHER]
            found |= dict((await session.execute(sa.select(key, name).where(key.in_(some)))).all())
    return found


def show_refused(refused: Mapping[uuid.UUID, str], names: Mapping[uuid.UUID, str], left: str) -> None:
    """Print of whom nothing was decided, and why; `left` says how that leaves them."""
    if not refused:
        return
    typer.echo(f"Of {len(refused):,} nothing was decided; {left}:")
    for key, why in list(refused.items())[:SHOWN]:
        typer.echo(f"  {names[key]}  {why}")
    if len(refused) > SHOWN:
        typer.echo(f"  and {len(refused) - SHOWN:,} more; --json names all")
