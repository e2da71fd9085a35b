"""Notices of fields that were left out because the reader's clearance is too low, as the answer's `extensions` have it.

They follow from the declarations, the selection and the access class alone, never from rows: a plan knows them once.
Rows out of scope get no notice; they are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson

MOST = 100
"""How many notices an answer has; one more says how many there would be."""


class Notice(NamedTuple):
    """One field that is null for want of clearance. `path` has response keys only, no places in lists."""

    path: tuple[str, ...]
    type: str
    field: str
    clearance: str

    def below(self, prefix: Sequence[str]) -> Notice:
        """The notice where the plan's entry stands deeper in the answer."""
        return self._replace(path=(*prefix, *self.path)) if prefix else self


def encoded(notices: Iterable[Notice]) -> bytes:
    """The notices as JSON, each once; nothing for none."""
    distinct = dict.fromkeys(notices)
    if not distinct:
        return b""
    shown: list[dict[str, Any]] = [notice._asdict() for notice in islice(distinct, MOST)]
    if len(distinct) > MOST:
        shown.append({"more": len(distinct) - MOST})
    return orjson.dumps(shown)
