"""A fair race: before anything is measured, all servers must give the same data to the same question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from store.money import to_minor

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT.*")
OWN = {"endCursor"}
"""Keys whose values are each server's own affair: they must be there, and be the same in being null or not."""

TRANSPARENT = {"metrics", "target"}
"""Objects that some servers have around fields which others have beside their parent's."""

ONE = {"owner"}
"""Objects that PostGraphile gives as a page of one."""

BESIDE = {"currency"}
"""Some servers give it in each amount, others once beside the amounts: not compared."""


class Disagreement(Exception):  # noqa: N818  # named for what happened
    """Two servers gave different data to the same question."""


def leaves(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a document with its path, in a form that does not depend on who wrote it."""
    if isinstance(document, Mapping):
        for key in sorted(document.keys() - BESIDE):
            inner = unwrapped(document[key])
            inner = next(iter(inner), None) if key in ONE and isinstance(inner, list) else inner
            yield from leaves(inner, path if key in TRANSPARENT else f"{path}.{key}")
    elif isinstance(document, list):
        yield f"{path}#", len(document)
        for place, item in enumerate(document):
            yield from leaves(unwrapped(item), f"{path}[{place}]")
    else:
        yield path, plain(path.rsplit(".", 1)[-1], document)


def unwrapped(document: Any) -> Any:
    """What a wrapper holds: the nodes of a page, the minor units of an amount."""
    if not isinstance(document, Mapping):
        return document
    if document.keys() == {"nodes"}:
        return document["nodes"]
    if document.keys() == {"amount", "currency"}:
        return to_minor(Decimal(document["amount"]), document["currency"])
    return document


def count(document: Any) -> int:
    """How many scalars a document holds."""
    return sum(not path.endswith("#") for path, _ in leaves(document))


def plain(key: str, value: Any) -> Any:
    """A value without the accidents of writing: instants as UTC, numbers as Decimal, ids as their UUID."""
    if value is None or isinstance(value, bool):
        return value
    if key in OWN:
        return "..."
    text = str(value)
    if found := UUID.search(text):
        return found[0]
    if INSTANT.fullmatch(text):
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def compare(answers: Mapping[str, Any]) -> int:
    """Check that all servers' documents hold the same; gives the number of leaves. Raises Disagreement."""
    (first, base), *others = answers.items()
    expected = dict(leaves(base))
    for name, document in others:
        given = dict(leaves(document))
        wrong = [path for path in expected.keys() | given.keys() if expected.get(path, "-") != given.get(path, "-")]
        if wrong:
            path = min(wrong)
            raise Disagreement(
                f"{len(wrong)} places differ, such as {path}: {first} has {expected.get(path, 'nothing')!r},"
                f" {name} has {given.get(path, 'nothing')!r}"
            )
    return count(base)
