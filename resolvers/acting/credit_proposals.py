"""Changes of credit that the rules propose, what they have watched, and what they do not propose any more (D14)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from outbox.event import EventKind
from resolvers.acting.looking import Look
from resolvers.commands import Unit
from resolvers.decisions.locking import locked_customers
from resolvers.decisions.making import Asking, Decided, decide_customers
from resolvers.decisions.reasons import reason_of
from resolvers.edits import born, touch
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import Version, in_force
from rules.engine.reference import Outcome
from rules.facts.vocabulary import Level
from store.base import new_id
from store.credit import CreditAccountRow, CreditRating
from store.credit_change import OPEN, CreditAction, CreditApprover, CreditChangeRow, CreditChangeStatus
from store.decision import DecisionOccasion
from store.lists import ListOf, member
from store.types import Uid

CREDIT_RULES: Final = "credit_change"

REST: Final = dt.timedelta(days=30)
"""For so long what was rejected is not proposed again."""

_LARGEST: Final = 2**63 - 1


class Terms(NamedTuple):
    """What is to be done to an account: from the rules and from what it has."""

    action: CreditAction
    rating: CreditRating | None
    limit_minor: int | None
    term_days: int | None


@dataclass(frozen=True)
class _Known:
    """The accounts of customers, and of their changes the open ones and those rejected a short while ago."""

    accounts: Mapping[uuid.UUID, CreditAccountRow]
    open: Mapping[uuid.UUID, CreditChangeRow]
    rejected: frozenset[tuple[uuid.UUID, Terms]]

    def terms(self, key: uuid.UUID, outcome: Outcome) -> Terms | None:
        """What the rules want of a customer's account; None to keep it as it is."""
        return _terms(outcome.results[0], self.accounts[key])

    def news(self, key: uuid.UUID, outcome: Outcome) -> bool:
        """Whether that is something else than what is open already, and not what was rejected."""
        if key not in self.accounts or not outcome.results:
            return False
        terms, there = self.terms(key, outcome), self.open.get(key)
        if terms is not None and (key, terms) in self.rejected:
            return False
        return terms != (there and _kept(there))


async def to_propose(session: AsyncSession, look: Look, found: Gathered, now: dt.datetime) -> list[uuid.UUID]:
    """The customers of whom a change is to be proposed, watched, or taken back."""
    known = await _known(session, found.ids, now)
    return [key for key, outcome in look.outcomes(found) if known.news(key, outcome)]


async def propose(unit: Unit, ids: Collection[uuid.UUID]) -> int:
    """Decide about these customers, and write down what is new; what is not proposed any more lapses.

    Gives how many changes are new. Customers without a credit account have nothing to change.
    """
    await locked_customers(unit.session, ids)
    version = await in_force(unit.session, CREDIT_RULES, unit.now)
    asking = Asking(unit.subject.name, unit.now, DecisionOccasion.CADENCE)
    decided = await decide_customers(unit.session, version, asking, ids)
    known = await _known(unit.session, ids, unit.now)
    news = [one for one in decided if known.news(one.customer_id, one.outcome)]
    for one in news:
        if one.customer_id in known.open:
            lapse(unit, known.open[one.customer_id])
    await unit.session.flush()
    wanted = [(one, terms) for one in news if (terms := known.terms(one.customer_id, one.outcome))]
    for one, terms in wanted:
        _add(unit, version, one, known.accounts[one.customer_id], terms)
    return len(wanted)


def lapse(unit: Unit, row: CreditChangeRow) -> None:
    """Let an open change end, as the rules do not see what it was for any more."""
    row.status = CreditChangeStatus.LAPSED
    row.ended_at, row.ended_by = unit.now, unit.subject.name
    touch(unit, row)
    unit.changed(EventKind.CREDIT_LAPSED, "CreditChange", row.id, customerId=row.customer_id)


def _terms(result: Mapping[str, Any], account: CreditAccountRow) -> Terms | None:
    """What the rules want of an account; None to keep it as it is. Limits are rounded down to the smallest unit."""
    if result["action"] == "keep":
        return None
    action = CreditAction(str(result["action"]).upper())
    rating = None if result["rating"] is None else CreditRating(str(result["rating"]))
    if action is CreditAction.WATCH:
        return Terms(action, account.rating, account.limit_minor, account.term_days)
    term = result["term_days"]
    limit = _limit(account.limit_minor, Decimal(result["limit_factor"]))
    return Terms(action, rating, limit, account.term_days if term is None else int(term))


def _limit(minor: int | None, factor: Decimal) -> int | None:
    if minor is None:
        return None
    return min(_LARGEST, int((minor * factor).to_integral_value(rounding=ROUND_DOWN)))


def _kept(row: CreditChangeRow) -> Terms:
    return Terms(row.action, row.rating, row.limit_minor, row.term_days)


def _add(unit: Unit, version: Version, one: Decided, account: CreditAccountRow, wanted: Terms) -> None:
    result, is_watched = one.outcome.results[0], wanted.action is CreditAction.WATCH
    approver = str(result["approval"])
    row = CreditChangeRow(
        **born(unit, new_id()),
        **wanted._asdict(),
        customer_id=one.customer_id,
        status=CreditChangeStatus.WATCHED if is_watched else CreditChangeStatus.PROPOSED,
        currency=account.currency,
        rating_before=account.rating,
        limit_before_minor=account.limit_minor,
        term_days_before=account.term_days,
        recheck_orders=bool(result["recheck_orders"]),
        approver=None if approver == "none" or is_watched else CreditApprover(approver.upper()),
        reason=reason_of(version, one, Level.CONFIDENTIAL),
        decision_id=one.id,
    )
    unit.session.add(row)
    kind = EventKind.CREDIT_WATCHED if is_watched else EventKind.CREDIT_PROPOSED
    unit.changed(kind, "CreditChange", row.id, customerId=row.customer_id)


async def _known(session: AsyncSession, ids: Collection[uuid.UUID], now: dt.datetime) -> _Known:
    row, account, values = CreditChangeRow, CreditAccountRow, {"ids": sorted(set(ids))}
    accounts = await session.scalars(sa.select(account).where(_theirs(account.customer_id)), values)
    is_open = row.status.in_(sorted(OPEN))
    is_rejected = sa.and_(row.status == CreditChangeStatus.REJECTED, row.ended_at > now - REST)
    changes = await session.scalars(
        sa.select(row).where(_theirs(row.customer_id), sa.or_(is_open, is_rejected)), values
    )
    found = list(changes)
    return _Known(
        {one.customer_id: one for one in accounts},
        {one.customer_id: one for one in found if one.status in OPEN},
        frozenset((one.customer_id, _kept(one)) for one in found if one.status not in OPEN),
    )


def _theirs(column: Any) -> sa.ColumnElement[bool]:
    return member(column, sa.bindparam("ids", type_=ListOf(Uid())))
