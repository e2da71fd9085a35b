"""The versions of rule sets as people look them up: by name and number, with the times at which each was in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.rule_sets.versions import UnknownRuleSetError
from store.rule_version import RulePublicationRow, RuleVersionRow


@dataclass(frozen=True)
class Publication:
    """That a version came into force, and until when it was; None: it is in force now."""

    row: RulePublicationRow
    until: dt.datetime | None


@dataclass(frozen=True)
class Entry:
    """A version with its publications, in their order."""

    version: RuleVersionRow
    publications: tuple[Publication, ...]


async def history(session: AsyncSession, rule_set: str | None = None) -> list[Entry]:
    """All versions (of one rule set), by name, newest first.

    Raises:
        UnknownRuleSetError: there is no such rule set.
    """
    version, publication = RuleVersionRow, RulePublicationRow
    versions = sa.select(version).order_by(version.rule_set, version.number.desc())
    publications = sa.select(publication).order_by(publication.rule_set, publication.number)
    if rule_set is not None:
        versions = versions.where(version.rule_set == rule_set)
        publications = publications.where(publication.rule_set == rule_set)
    found = (await session.scalars(versions)).all()
    if rule_set is not None and not found:
        raise UnknownRuleSetError(f"there is no rule set {rule_set}")
    ended = _ended((await session.scalars(publications)).all())
    return [Entry(row, tuple(one for one in ended if one.row.version_id == row.id)) for row in found]


async def numbered_version(session: AsyncSession, rule_set: str, number: int) -> RuleVersionRow:
    """One version.

    Raises:
        UnknownRuleSetError: there is no such version.
    """
    chosen = sa.select(RuleVersionRow).where(RuleVersionRow.rule_set == rule_set, RuleVersionRow.number == number)
    found = (await session.scalars(chosen)).one_or_none()
    if found is None:
        raise UnknownRuleSetError(f"there is no version {number} of a rule set {rule_set}")
    return found


def _ended(rows: Sequence[RulePublicationRow]) -> list[Publication]:
    """Each publication ends with the next one of its rule set."""
    following = [*rows[1:], None]
    return [
        Publication(row, after.published_at if after is not None and after.rule_set == row.rule_set else None)
        for row, after in zip(rows, following, strict=True)
    ]
