"""Ids as clients see them: the type's name and the row's UUID. Opaque to clients, the same on every store."""

from __future__ import annotations

import re
import uuid

_FORM = re.compile(r"([A-Za-z]{1,40}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class BadGlobalId(ValueError):  # noqa: N818  # named for what the text is
    """This text is not the id of a record of the type asked for."""


def encode(type_name: str, key: uuid.UUID) -> str:
    """The id of a row of this GraphQL type, such as `Customer:0190c0de-...`."""
    return f"{type_name}:{key}"


def decode(text: str, *types: str) -> uuid.UUID:
    """The key in an id of one of these types. Raises BadGlobalId for any other text: one row has one id only."""
    name, key = split(text)
    if key is None or name not in types:
        raise BadGlobalId(f"an id of {' or '.join(types)} was expected, such as one that an answer gave")
    return key


def split(text: str) -> tuple[str, uuid.UUID | None]:
    """The type's name and the key in an id of any type; no name and no key for any other text."""
    form = _FORM.fullmatch(text)
    return ("", None) if form is None else (form[1], uuid.UUID(form[2]))
