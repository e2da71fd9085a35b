"""Which version of a rule set is in force, as the database says."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.rule_sets.library import Source, shipped
from rules.engine.table import RuleSet
from store.base import new_id
from store.rule_version import PublicationKind, RulePublicationRow, RuleVersionRow, RuleVersionStatus

SHIPPER: Final = "library"
"""Who submits and publishes what ships."""

KEPT: Final = 64
"""Versions that are kept in memory, read."""

_LOCK: Final = 3_600_003
"""The advisory lock of whoever adds a version or publishes one, until the commit."""


InForce: TypeAlias = tuple[RulePublicationRow, RuleVersionRow]
"""The last publication of a rule set, with its version."""


class UnknownRuleSetError(LookupError):
    """There is no rule set of this name."""


@dataclass(frozen=True)
class Version:
    """One version of a rule set, read."""

    id: uuid.UUID
    number: int
    rule_set: RuleSet


_READ: OrderedDict[uuid.UUID, Version] = OrderedDict()


async def in_force(session: AsyncSession, name: str, now: dt.datetime) -> Version:
    """The version of a rule set that is in force. What ships is written down when it is first asked for.

    Raises:
        UnknownRuleSetError: nothing of this name was ever published, nor does it ship.
    """
    found = await last_published(session, name, now)
    if found is None:
        raise UnknownRuleSetError(f"there is no rule set {name}; there are {', '.join(sorted(shipped()))}")
    return read_version(found[1])


async def last_published(session: AsyncSession, name: str, now: dt.datetime) -> InForce | None:
    """The publication that is in force; what ships is written down first. None: nothing of this name was published."""
    found = await _last(session, name)
    source = shipped().get(name)
    if source is not None and _is_older(found, source):
        await hold_versions(session)
        found = await _last(session, name)
        if _is_older(found, source):
            found = await _ship(session, source, now)
    return found


async def write_down_shipped(session: AsyncSession, now: dt.datetime) -> None:
    """Let all that ships be on record, also what was not asked for yet."""
    for name in sorted(shipped()):
        await last_published(session, name, now)


async def hold_versions(session: AsyncSession) -> None:
    """Let others add or publish versions only after us. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def read_version(row: RuleVersionRow) -> Version:
    """What a version says, read once. Its text was checked when it came in, so that nothing can be wrong in it."""
    known = _READ.get(row.id)
    if known is None:
        source = Source(row.rule_set, row.text, row.cases)
        known = _READ[row.id] = Version(row.id, row.number, source.rule_set(f"{row.rule_set} {row.number}"))
        if len(_READ) > KEPT:
            _READ.popitem(last=False)
    _READ.move_to_end(row.id)
    return known


def known_version(key: uuid.UUID) -> Version | None:
    """A version that was read before and is still in memory."""
    return _READ.get(key)


async def add_version(
    session: AsyncSession,
    source: Source,
    rule_set: RuleSet,
    *,
    status: RuleVersionStatus,
    by: str,
    now: dt.datetime,
    note: str | None,
    base_id: uuid.UUID | None = None,
) -> RuleVersionRow:
    """A version more of a rule set, which says what `rule_set` is; whoever adds it holds the versions."""
    last = sa.select(sa.func.coalesce(sa.func.max(RuleVersionRow.number), 0)).where(
        RuleVersionRow.rule_set == rule_set.name
    )
    number = (await session.scalar(last) or 0) + 1
    said = {"title_zh": rule_set.title.zh, "title_en": rule_set.title.en, "owner": rule_set.owner}
    kept = {"text": source.text, "cases": source.cases, "digest": source.digest, "note": note, "base_id": base_id}
    who = {"status": status, "submitted_by": by, "submitted_at": now}
    row = RuleVersionRow(id=new_id(), rule_set=rule_set.name, number=number, **said, **kept, **who)
    session.add(row)
    await session.flush()
    return row


async def put_in_force(
    session: AsyncSession,
    version: RuleVersionRow,
    kind: PublicationKind,
    *,
    by: str,
    now: dt.datetime,
    note: str | None,
) -> RulePublicationRow:
    """Let a version be in force from now on; whoever does it holds the versions."""
    row = RulePublicationRow
    last = sa.select(sa.func.coalesce(sa.func.max(row.number), 0)).where(row.rule_set == version.rule_set)
    number = (await session.scalar(last) or 0) + 1
    version.status = RuleVersionStatus.PUBLISHED
    known = {"rule_set": version.rule_set, "version_id": version.id, "kind": kind, "note": note}
    publication = RulePublicationRow(id=new_id(), number=number, published_by=by, published_at=now, **known)
    session.add(publication)
    await session.flush()
    return publication


async def _last(session: AsyncSession, name: str) -> InForce | None:
    publication, version = RulePublicationRow, RuleVersionRow
    chosen = sa.select(publication, version).join(version, version.id == publication.version_id)
    chosen = chosen.where(publication.rule_set == name).order_by(publication.number.desc()).limit(1)
    found = (await session.execute(chosen)).one_or_none()
    return None if found is None else (found[0], found[1])


def _is_older(found: InForce | None, source: Source) -> bool:
    """Whether what ships is newer than what is in force, and nobody has published their own."""
    return found is None or (found[0].kind is PublicationKind.SHIPPED and found[1].digest != source.digest)


async def _ship(session: AsyncSession, source: Source, now: dt.datetime) -> InForce:
    approved = RuleVersionStatus.APPROVED
    version = await add_version(session, source, source.rule_set(), status=approved, by=SHIPPER, now=now, note=None)
    kind = PublicationKind.SHIPPED
    return await put_in_force(session, version, kind, by=SHIPPER, now=now, note=None), version
