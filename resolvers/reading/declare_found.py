"""The vocabulary of declarations, for what is inside of the objects that traversals find."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.orm.attributes import InstrumentedAttribute

from resolvers.reading.declare import declared
from resolvers.reading.traversing import Listed, ListedRows, OneOf
from store.clearance import Clearance


def listed(
    of: Callable[[Any], Any],
    description: str,
    *,
    most: int,
    members: Mapping[str, enum.Enum] | None = None,
    tells: Sequence[InstrumentedAttribute[Any]] = (),
    init: Literal[False] = False,
) -> Any:
    """The objects in an attribute that is a tuple of them, at most `most`; `tells` are the columns they are made of.

    With `members`, the rows that the objects name, as `one_of` has them.
    """
    del init
    level = max((_level(column) for column in tells), default=Clearance.PUBLIC)
    if members is None:
        return declared(Listed(of=of, most=most, level=level), description)
    return declared(ListedRows(of=of, most=most, level=level, members=dict(members)), description)


def one_of(
    of: Callable[[Any], Any], description: str, *, members: Mapping[str, enum.Enum], init: Literal[False] = False
) -> Any:
    """The row that an object's `kind` and `id` name; `members` are the GraphQL types with the kinds they stand for."""
    del init
    return declared(OneOf(of=of, members=dict(members)), description)


def _level(column: InstrumentedAttribute[Any]) -> Clearance:
    level: Clearance = column.property.columns[0].info.get("clearance", Clearance.PUBLIC)
    return level
