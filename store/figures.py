"""The figures of a customer's dealings, recomputed from what is recorded in set-based SQL.

What is recorded: interactions, tickets, ledger entries, and the referrals among the relations of customers.

Whoever writes one of those refreshes the customers it touched, in the same transaction and after the flush. On
PostgreSQL the customers are locked first, so that two writers at once end with the figures of both; the transaction
must be READ COMMITTED, where each statement sees what was committed before it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import ReturnTypeFromArgs

from store.base import Base
from store.ledger import LedgerKind
from store.relation import RelationKind
from store.ticket import ENDED, TicketKind

CHUNK: Final = 10_000
"""Customers that are refreshed together."""

Within = Callable[[sa.ColumnElement[uuid.UUID]], sa.ColumnElement[bool]]
"""Narrows a column of customer ids to the customers that are refreshed."""

_CUSTOMER = Base.metadata.tables["customer"]
_BALANCE = Base.metadata.tables["ledger_balance"]
_ENTRY = Base.metadata.tables["ledger_entry"]
_CREDIT = Base.metadata.tables["credit_account"]
_RELATION = Base.metadata.tables["customer_relation"]
_INTERACTION = Base.metadata.tables["interaction"]
_TICKET = Base.metadata.tables["ticket"]
_TICKET_EVENT = Base.metadata.tables["ticket_event"]


async def refresh_figures(connection: AsyncConnection, customer_ids: Collection[uuid.UUID] | None) -> None:
    """Make the derived figures of these customers (None: of all) agree with what is recorded; untouched if they do."""
    store = connection.dialect.name
    if customer_ids is None:
        for statement in _of_all(store):
            await connection.execute(statement)
        return
    ordered = sorted(set(customer_ids))
    for start in range(0, len(ordered), CHUNK):
        ids = ordered[start : start + CHUNK]
        for statement in _of_listed(store):
            await connection.execute(statement, {"ids": ids if store == "postgresql" else orjson.dumps(ids).decode()})


@lru_cache
def _of_all(store: str) -> tuple[sa.Executable, ...]:
    """The statements that refresh all customers, other writers of customers kept out; SQLite has one writer anyway."""
    lock = (sa.text("LOCK TABLE customer IN EXCLUSIVE MODE"),) if store == "postgresql" else ()
    return (*lock, *_statements(lambda _: sa.true()))


@lru_cache
def _of_listed(store: str) -> tuple[sa.Executable, ...]:
    """The statements that refresh the customers in the bind `ids`: one bind, so the text is the same for any number.

    The customers are locked first, in the order of their ids, of which no two writers can make a deadlock.
    """

    def within(column: sa.ColumnElement[uuid.UUID]) -> sa.ColumnElement[bool]:
        if store == "postgresql":
            return column == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid())))
        listed = sa.func.json_each(sa.bindparam("ids", type_=sa.Text())).table_valued("value")
        return column.in_(sa.select(listed.c.value))

    lock = sa.select(_CUSTOMER.c.id).where(within(_CUSTOMER.c.id)).order_by(_CUSTOMER.c.id)
    return (lock.with_for_update(key_share=True), *_statements(within, graded_at=sa.null()))


def _statements(within: Within, **values: sa.ColumnElement[Any]) -> tuple[sa.Executable, ...]:
    """What refreshes customers that are locked already; balances before what is read from them.

    Whose dealings have changed is to be graded again: no `graded_at`. Who is only made sure of stays as it is.
    """
    return (_vanished(within), _changed(within), _appeared(within), _credit_used(within), _figures(within, values))


def _entries(within: Within) -> sa.Subquery:
    """What the entries of each customer, currency and kind add up to."""
    keys = (_ENTRY.c.customer_id, _ENTRY.c.currency, _ENTRY.c.kind)
    sums = (
        sa.func.count().label("entry_count"),
        _sum(_ENTRY.c.amount_minor).label("amount_minor"),
        _sum(_ENTRY.c.balance_minor).label("balance_minor"),
        sa.func.max(_ENTRY.c.occurred_at).label("last_entry_at"),
    )
    return sa.select(*keys, *sums).where(within(_ENTRY.c.customer_id)).group_by(*keys).subquery("entries")


def _same_balance(other: sa.FromClause) -> sa.ColumnElement[bool]:
    """The balance row has the key of the other's row."""
    return sa.and_(*(_BALANCE.c[name] == other.c[name] for name in ("customer_id", "currency", "kind")))


def _vanished(within: Within) -> sa.Delete:
    """Delete the balances of which no entry is left."""
    return sa.delete(_BALANCE).where(within(_BALANCE.c.customer_id), ~sa.exists().where(_same_balance(_ENTRY)))


def _changed(within: Within) -> sa.Update:
    """Correct the balances that do not agree with their entries."""
    entries = _entries(within)
    names = ("entry_count", "amount_minor", "balance_minor", "last_entry_at")
    return _correct(_BALANCE, {name: entries.c[name] for name in names}).where(_same_balance(entries))


def _appeared(within: Within) -> sa.Insert:
    """Add the balances that are missing."""
    entries = _entries(within)
    missing = sa.select(entries).where(~sa.exists().where(_same_balance(entries)).correlate(entries))
    return sa.insert(_BALANCE).from_select([column.name for column in entries.c], missing)


def _credit_used(within: Within) -> sa.Update:
    """Correct how much of each credit account is used: the open balance in its currency, never below zero."""
    of_account = (_BALANCE.c.customer_id == _CREDIT.c.customer_id, _BALANCE.c.currency == _CREDIT.c.currency)
    owed = sa.select(_sum(_BALANCE.c.balance_minor)).where(*of_account).scalar_subquery()
    used = _greatest(sa.func.coalesce(owed, 0), sa.literal(0, sa.BigInteger()))
    return _correct(_CREDIT, {"used_minor": used}).where(within(_CREDIT.c.customer_id))


def _figures(within: Within, more: Mapping[str, sa.ColumnElement[Any]]) -> sa.Update:
    """Correct the figures on the customers themselves, and what else is to hold of them."""
    totals = _totals(within)
    values = {column.name: column for column in totals.c if column.name != "id"}
    return _correct(_CUSTOMER, {**values, **more}).where(_CUSTOMER.c.id == totals.c.id)


def _totals(within: Within) -> sa.Subquery:
    """The figures of each customer as they should be; a customer without dealings has zeroes and nulls."""
    journal, cases, events, account = _journal(within), _cases(within), _events(within), _account(within)
    parts = (journal, cases, events, account, _worth(within), _referrals(within))
    counts = [
        sa.func.coalesce(column, 0).label(column.name)
        for part in parts
        for column in part.c
        if column.name.endswith(("_count", "_sum", "_minor"))
    ]
    times = (journal.c.last_contact_at, account.c.first_purchase_at, account.c.last_purchase_at)
    active = (journal.c.last_contact_at, cases.c.last_opened_at, events.c.last_event_at, account.c.last_entry_at)
    created = _CUSTOMER.c.created_at
    latest = _greatest(created, *(sa.func.coalesce(one, created) for one in active)).label("last_activity_at")
    source: sa.FromClause = _CUSTOMER
    for part in parts:
        source = source.outerjoin(part, part.c.customer_id == _CUSTOMER.c.id)
    chosen = sa.select(_CUSTOMER.c.id, *counts, *times, latest).select_from(source)
    return chosen.where(within(_CUSTOMER.c.id)).subquery("totals")


def _journal(within: Within) -> sa.Subquery:
    """What the journal entries of each customer add up to."""
    return _by_customer(
        _INTERACTION,
        within,
        interaction_count=sa.func.count(),
        last_contact_at=sa.func.max(_INTERACTION.c.occurred_at),
        satisfaction_sum=_sum(_INTERACTION.c.satisfaction),
        satisfaction_count=sa.func.count(_INTERACTION.c.satisfaction),
    )


def _cases(within: Within) -> sa.Subquery:
    """What the tickets of each customer add up to."""
    return _by_customer(
        _TICKET,
        within,
        ticket_count=sa.func.count(),
        open_ticket_count=sa.func.count().filter(_TICKET.c.status.not_in(sorted(ENDED))),
        complaint_count=sa.func.count().filter(_TICKET.c.kind == TicketKind.COMPLAINT),
        last_opened_at=sa.func.max(_TICKET.c.opened_at),
    )


def _events(within: Within) -> sa.Subquery:
    """When something last happened to a ticket of each customer."""
    return _by_customer(_TICKET_EVENT, within, last_event_at=sa.func.max(_TICKET_EVENT.c.at))


def _account(within: Within) -> sa.Subquery:
    """When each customer bought, and when anything was entered for it."""
    bought = sa.and_(_ENTRY.c.kind == LedgerKind.INVOICE, _ENTRY.c.amount_minor > 0)
    return _by_customer(
        _ENTRY,
        within,
        purchase_count=sa.func.count().filter(bought),
        first_purchase_at=sa.func.min(_ENTRY.c.occurred_at).filter(bought),
        last_purchase_at=sa.func.max(_ENTRY.c.occurred_at).filter(bought),
        last_entry_at=sa.func.max(_ENTRY.c.occurred_at),
    )


def _worth(within: Within) -> sa.Subquery:
    """What each customer bought less what it returned, in its own currency only."""
    signs = {LedgerKind.INVOICE: 1, LedgerKind.RETURN: -1}
    sign = sa.case({kind.value: number for kind, number in signs.items()}, value=_BALANCE.c.kind, else_=0)
    own = sa.and_(_BALANCE.c.customer_id == _CUSTOMER.c.id, _BALANCE.c.currency == _CUSTOMER.c.currency)
    return _by_customer(
        _BALANCE,
        within,
        source=_BALANCE.join(_CUSTOMER, own),
        monetary_minor=_sum(sign * _BALANCE.c.amount_minor),
    )


def _referrals(within: Within) -> sa.Subquery:
    """How many referrals name each customer as the one who referred, those that have ended too: they happened."""
    referrer = _RELATION.c.to_id
    chosen = sa.select(referrer.label("customer_id"), sa.func.count().label("referral_count"))
    referred = _RELATION.c.kind == RelationKind.REFERRED_BY
    return chosen.where(referred, within(referrer)).group_by(referrer).subquery()


def _by_customer(
    table: sa.Table, within: Within, *, source: sa.FromClause | None = None, **sums: sa.ColumnElement[Any]
) -> sa.Subquery:
    """A table's rows added up for each customer."""
    customer_id = table.c.customer_id
    chosen = sa.select(customer_id, *(total.label(name) for name, total in sums.items()))
    chosen = chosen.select_from(table if source is None else source)
    return chosen.where(within(customer_id)).group_by(customer_id).subquery()


def _correct(table: sa.Table, values: Mapping[str, sa.ColumnElement[Any]]) -> sa.Update:
    """Write the values into the rows that hold others: a row that is right already is not written again."""
    differs = sa.or_(*(table.c[name].is_distinct_from(value) for name, value in values.items()))
    return sa.update(table).values(dict(values)).where(differs)


def _sum(amount: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """A sum as a 64-bit integer; PostgreSQL would make it numeric."""
    return sa.cast(sa.func.sum(amount), sa.BigInteger)


class _greatest(ReturnTypeFromArgs[Any]):  # noqa: N801 - SQL's own name
    """The greatest of several values, none of them null: `max` with several arguments on SQLite."""

    inherit_cache = True
    name = "greatest"


@compiles(_greatest, "sqlite")
def _greatest_on_sqlite(element: _greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"
