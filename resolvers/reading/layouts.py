"""Layouts: the attributes of a Python class as columns, so that what a traversal finds is read as rows are.

An object travels into a statement as a JSON array of its attributes; a layout knows how they are written there, and of
which type they are when SQL takes them out again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import types
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from store.types import Coded, Instant, Prose, Uid, instant_text

Write = Callable[[Any], Any]

SCALARS: Final[Mapping[type, TypeEngine[Any]]] = {
    bool: sa.Boolean(),
    dt.date: sa.Date(),
    dt.datetime: Instant(),
    float: sa.Float(53),
    int: sa.BigInteger(),
    str: Prose(),
    uuid.UUID: Uid(),
}
"""The column type of each Python type that an attribute may have, besides text enums, other layouts, and tuples."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: of a column type, or an object of a layout of its own; one, or a tuple of them."""

    of: TypeEngine[Any] | Layout
    is_list: bool = False
    nullable: bool = False


class Layout:
    """What the objects of a Python class (a dataclass or a NamedTuple) are made of."""

    def __init__(self, cls: type) -> None:
        """Raises TypeError for an attribute of a type that no column has."""
        self.name = cls.__name__
        hints = typing.get_type_hints(cls)
        names = [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else cls._fields  # type: ignore[attr-defined]  # a NamedTuple has them
        self.attributes = {name: _attribute(f"{self.name}.{name}", hints[name]) for name in names}

    def writer(self, names: Sequence[str]) -> Write:
        """How an object becomes the array of these attributes, ready for orjson."""
        each = [(name, _writer(self.attributes[name])) for name in names]
        return lambda found: [write(getattr(found, name)) for name, write in each]


def _attribute(place: str, hint: Any) -> Attribute:
    if typing.get_origin(hint) is tuple:
        return dataclasses.replace(_attribute(place, typing.get_args(hint)[0]), is_list=True)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = [one for one in typing.get_args(hint) if one is not type(None)]
        found = dataclasses.replace(_attribute(place, inner), nullable=True)
        if found.is_list or isinstance(found.of, Layout):
            raise TypeError(f"{place}: only a scalar may be None")
        return found
    if hint in SCALARS:
        return Attribute(SCALARS[hint])
    if isinstance(hint, type) and issubclass(hint, enum.StrEnum):
        return Attribute(Coded(hint))
    if isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields")):
        return Attribute(Layout(hint))
    raise TypeError(f"{place}: no column is of the type {hint}")


def _writer(attribute: Attribute) -> Write:
    of = attribute.of
    each: Write = of.writer(list(of.attributes)) if isinstance(of, Layout) else _scalar(of)
    if attribute.is_list:
        return lambda values: [each(value) for value in values]
    return (lambda value: None if value is None else each(value)) if attribute.nullable else each


def _scalar(of: TypeEngine[Any]) -> Write:
    """How a value is written in the form of the stores' own JSON; None is refused."""
    write = _WRITE.get(type(of))
    return _there if write is None else lambda value: write(_there(value))


_WRITE: Final[Mapping[type[TypeEngine[Any]], Write]] = {Instant: instant_text, Uid: str}
"""What orjson would write in another way, or, of a driver's own subclass, not at all."""


def _there(value: Any) -> Any:
    if value is None:
        raise TypeError("an attribute that is never None is None")
    return value
