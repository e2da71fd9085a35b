"""Versions by their ids, whether in force or not: what a recorded decision was made by."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa

from resolvers.rule_sets.versions import Version, known_version, read_version
from store.lists import ListOf, member
from store.rule_version import RuleVersionRow
from store.statement import Reads, Statement
from store.types import Uid

_NAMES: Final = ("id", "rule_set", "number", "text", "cases")
_BY_IDS: Final = Statement(
    sa.select(*(RuleVersionRow.__table__.c[name] for name in _NAMES)).where(
        member(RuleVersionRow.__table__.c.id, sa.bindparam("ids", type_=ListOf(Uid())))
    )
)


async def versions_by_id(reads: Reads, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Version]:
    """These versions; the store is asked for those that are not in memory, in one statement."""
    known = {key: version for key in set(ids) if (version := known_version(key)) is not None}
    missing = sorted(set(ids) - known.keys())
    if missing:
        for values in await _BY_IDS.rows(reads, ids=missing):
            row = RuleVersionRow(**dict(zip(_NAMES, values, strict=True)))
            known[row.id] = read_version(row)
    return known
