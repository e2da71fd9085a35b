"""Versions of rule sets, and publications."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.rule_sets.library import Source
from resolvers.rule_sets.versions import add_version, put_in_force
from store.rule_version import PublicationKind, RulePublicationRow, RuleVersionRow, RuleVersionStatus
from tests.factories import NOW, added
from tests.rules.writing import CASES, rule_text

FEES = Source("fees", rule_text(), CASES)
"""A small rule set whose cases pass."""


async def add_rule_version(session: AsyncSession, source: Source = FEES, *, by: str = "author", **given: Any) -> Any:
    """A version of a rule set, submitted by an author unless something else is given."""
    status = given.pop("status", RuleVersionStatus.SUBMITTED)
    rule_set = source.rule_set()
    row = await add_version(session, source, rule_set, status=status, by=by, now=NOW, note=None)
    for name, value in given.items():
        setattr(row, name, value)
    return await added(session, row)


async def add_publication(session: AsyncSession, version: RuleVersionRow, **given: Any) -> RulePublicationRow:
    """That a version came into force."""
    known: dict[str, Any] = {"by": "publisher", "now": NOW, "note": None, **given}
    return await put_in_force(session, version, PublicationKind.PUBLISHED, **known)
