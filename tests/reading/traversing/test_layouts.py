"""Which Python classes traversals may give, and what is said of others."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import pytest

from resolvers.reading.layouts import Layout


class Colour(enum.StrEnum):
    """A text enum."""

    RED = "RED"


class Inner(NamedTuple):
    """A layout of its own."""

    colour: Colour
    many: tuple[int, ...]


@dataclass
class Outer:
    """All that may be."""

    key: uuid.UUID
    day: dt.date | None
    at: dt.datetime
    inner: Inner
    more: tuple[Inner, ...]
    left_out: str = "x"


def test_an_object_is_written_as_the_array_of_the_attributes_asked_for():
    at = dt.datetime(2026, 3, 2, 8, 0, 0, 500_000, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    inner = Inner(Colour.RED, (1, 2))
    write = Layout(Outer).writer(["at", "key", "day", "inner", "more"])

    text = orjson.dumps(write(Outer(uuid.UUID(int=7), None, at, inner, (inner, inner))))

    key = "00000000-0000-0000-0000-000000000007"
    pair = ["RED", [1, 2]]
    assert orjson.loads(text) == ["2026-03-02T00:00:00.5+00:00", key, None, pair, [pair, pair]]


@dataclass
class OfAny:
    """No column is of this type."""

    value: dict[str, Any]


@dataclass
class MaybeInner:
    """An object that may not be there."""

    inner: Inner | None


@dataclass
class MaybeList:
    """A list that may not be there."""

    many: tuple[int, ...] | None


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (OfAny, "OfAny.value: no column is of the type dict"),
        (MaybeInner, "MaybeInner.inner: only a scalar may be None"),
        (MaybeList, "MaybeList.many: only a scalar may be None"),
    ],
)
def test_a_class_with_an_attribute_that_no_column_has_is_refused(cls, words):
    with pytest.raises(TypeError, match=words):
        Layout(cls)


def test_what_is_never_none_is_not_written_as_none():
    with pytest.raises(TypeError, match="an attribute that is never None is None"):
        Layout(Inner).writer(["colour"])(Inner(None, ()))  # type: ignore[arg-type]  # wrong on purpose
