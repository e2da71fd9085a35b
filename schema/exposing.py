"""How a Python enum becomes one of the schema's, with a description of each value."""

from __future__ import annotations

import enum
from typing import Any, cast

import strawberry


def expose(members: type[enum.Enum], description: str, titles: str) -> None:
    """Make an enum one of the schema's. `titles` has one line a value; in the domain: `English | Chinese`."""
    made = cast("Any", strawberry.enum(members, description=description)).__strawberry_definition__
    lines = [line.strip() for line in titles.strip().splitlines()]
    for value, title in zip(made.values, lines, strict=True):
        value.description = title
