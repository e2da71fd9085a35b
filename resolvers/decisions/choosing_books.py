"""Which book a candidate is simulated over."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.decisions.books import Book, Customers
from resolvers.decisions.fed_book import FEEDS, Fed
from resolvers.decisions.recorded_book import recorded
from resolvers.decisions.service_level import RULE_SET as AT_OPENING
from resolvers.decisions.ticket_books import openings, tickets_of
from resolvers.rule_sets.versions import Version, in_force
from rules.engine.table import RuleSet
from rules.facts.vocabulary import Subject


class NoBookError(ValueError):
    """There is nothing on record to run a rule set over; the text says why."""


async def book_of(
    session: AsyncSession, candidate: RuleSet, version: Version | None, at: dt.datetime, since: dt.date | None
) -> Book:
    """The book of a candidate as of an instant, whose version in force is given.

    What is about customers, or decides when a ticket is opened, has a meaning of its own for the day `since`. Of
    others it are the decisions from that day on that are looked at.

    Raises:
        NoBookError: what it decides about is not on record, or it has decided nothing since that day.
    """
    if candidate.about == Subject.CUSTOMER:
        return Customers(at)
    if candidate.about == Subject.TICKET and candidate.name == AT_OPENING:
        return openings(at, since)
    if since is not None:
        return await _recorded(session, candidate, version, at, since)
    if candidate.about == Subject.TICKET:
        return tickets_of(candidate.name, at)
    if candidate.name in FEEDS:
        feed = FEEDS[candidate.name]
        return Fed(at, feed, await in_force(session, feed.rule_set, at))
    what = f"a {candidate.about}" if candidate.about else "inputs of its own"
    raise NoBookError(f"{candidate.name} is about {what}, of which nothing is on record to run it over")


async def _recorded(
    session: AsyncSession, candidate: RuleSet, version: Version | None, at: dt.datetime, since: dt.date
) -> Book:
    bodies = [candidate.body] if version is None else [version.rule_set.body, candidate.body]
    columns = {column.name: column for body in bodies for column in body.inputs}
    book = recorded(candidate.name, at, since, columns)
    if not await session.scalar(sa.select(sa.exists(book.chosen.order_by(None)))):
        raise NoBookError(f"{candidate.name} has decided nothing since {since}, so there is nothing to run it over")
    return book
