"""`c360 rules run`: rules in force give customers their grades, and tickets their service levels."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.decisions.grading import CHUNK, RULE_SET, Graded, count_due, due, grade_customers
from resolvers.decisions.making import Asking
from resolvers.decisions.service_level import RULE_SET as SERVICE_LEVEL
from server.commands.options import AsJson, DatabaseUrl
from server.commands.refused import names_of, show_refused
from server.commands.rules_run_levels import run_levels
from server.commands.stores import Stores, actor, progress, with_stores
from server.user_error import ExitCode, UserError
from store.customer import CustomerRow
from store.grade import Grade
from store.session import Database

Name = Annotated[str, typer.Argument(metavar="RULE_SET", help="The rule set: grading or service_level.")]
Codes = Annotated[
    list[str] | None, typer.Option("--customer", help="grading: code of a customer; repeat it. Else all.")
]
Due = Annotated[bool, typer.Option("--due", help="grading: only for whom something happened, or after a month.")]
Numbers = Annotated[
    list[str] | None,
    typer.Option("--ticket", help="service_level: number of a ticket; repeat it. Else all open ones."),
]


@dataclass(frozen=True)
class Wanted:
    """Which customers are to be graded."""

    codes: Sequence[str]
    due_only: bool


def run_command(
    rule_set: Name,
    *,
    customer: Codes = None,
    due: Due = False,
    ticket: Numbers = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let the rules in force grade customers, or give open tickets their level that have none, and write it down.

    A table shows what came of it. Targets count from when a ticket was opened, without its pauses; those that it has it
    keeps.
    """
    _refuse_misuse(rule_set, customer=customer, due=due, ticket=ticket)
    if rule_set == SERVICE_LEVEL:
        run_levels(database, ticket or (), as_json=as_json)
        return
    graded, codes = with_stores(database, partial(_run, wanted=Wanted(customer or (), due)))
    if as_json:
        typer.echo(orjson.dumps(_as_data(graded, codes), option=orjson.OPT_INDENT_2))
    else:
        _show(graded, codes)


def _refuse_misuse(rule_set: str, *, customer: list[str] | None, due: bool, ticket: list[str] | None) -> None:
    """Raises UserError for what cannot be run, and for options that do not go with it."""
    if rule_set not in (RULE_SET, SERVICE_LEVEL):
        cure = f"{RULE_SET} and {SERVICE_LEVEL} can; `c360 rules act` runs the others, `c360 rules try` asks any"
        raise UserError(f"{rule_set} cannot be run", cure=cure, exit_code=ExitCode.WRONG_USE)
    if customer and due:
        raise UserError("--customer and --due do not go together", cure="leave one out", exit_code=ExitCode.WRONG_USE)
    strange = ["--ticket"] * bool(ticket) if rule_set == RULE_SET else ["--customer"] * bool(customer) + ["--due"] * due
    if strange:
        wrong = f"{strange[0]} does not go with {rule_set}"
        raise UserError(wrong, cure="leave it out", exit_code=ExitCode.WRONG_USE)


async def _run(stores: Stores, wanted: Wanted) -> tuple[Graded, Mapping[uuid.UUID, str]]:
    """Grade them, and give the codes of those who were refused."""
    database, total = stores.database, Graded()
    named = await _named(database, wanted.codes)
    with progress("customers", len(named) if named else await _count(database, wanted)) as told:
        async for ids in _chunks(database, wanted, named):
            asking = Asking(actor(), dt.datetime.now(dt.UTC))
            async for some in grade_customers(database, asking, ids):
                total.add(some)
            told(len(ids))
    return total, await names_of(database, CustomerRow.id, CustomerRow.code, list(total.refused))


async def _named(database: Database, codes: Sequence[str]) -> list[uuid.UUID]:
    """The customers of these codes. Raises UserError for one that is not on record."""
    async with database.sessions() as session:
        row = CustomerRow
        rows = await session.execute(sa.select(row.code, row.id).where(row.code.in_(codes)))
        found = dict(rows.all())
    missing = [code for code in codes if code not in found]
    if missing:
        cure = "look at the code: it is what people know the customer by"
        raise UserError(f"There is no customer {', '.join(missing)}", cure=cure)
    return list(found.values())


async def _count(database: Database, wanted: Wanted) -> int:
    """How many there will be, as far as that is known before."""
    async with database.sessions() as session:
        if wanted.due_only:
            return await count_due(session, dt.datetime.now(dt.UTC))
        return await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) or 0


async def _chunks(database: Database, wanted: Wanted, named: Sequence[uuid.UUID]) -> AsyncIterator[Sequence[uuid.UUID]]:
    """The customers that are meant, some hundreds at a time, each once."""
    if named:
        yield named
        return
    last, now = uuid.UUID(int=0), dt.datetime.now(dt.UTC)
    while True:
        async with database.sessions() as session:
            ids = await (due(session, now, CHUNK) if wanted.due_only else _after(session, last))
        if not ids:
            return
        yield ids
        last = ids[-1]


async def _after(session: AsyncSession, last: uuid.UUID) -> Sequence[uuid.UUID]:
    row = CustomerRow
    return (await session.scalars(sa.select(row.id).where(row.id > last).order_by(row.id).limit(CHUNK))).all()


def _show(graded: Graded, codes: Mapping[uuid.UUID, str]) -> None:
    changed = sum(graded.moves.values())
    typer.echo(f"{graded.decided:,} decisions, {changed:,} customers got another grade")
    if graded.moves:
        Console().print(_moves(graded))
    show_refused(graded.refused, codes, "they keep their grade")


def _moves(graded: Graded) -> Table:
    """From which grade (down) to which (across)."""
    table = Table("from / to", *(grade.value for grade in Grade))
    for before in (None, *Grade):
        counts = [graded.moves.get((before, after), 0) for after in Grade]
        if any(counts):
            table.add_row(
                "none" if before is None else before.value, *(f"{count:,}" if count else "" for count in counts)
            )
    return table


def _as_data(graded: Graded, codes: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    moves = [{"from": before, "to": after, "count": count} for (before, after), count in sorted_moves(graded)]
    refused = [{"customer": codes[key], "why": why} for key, why in graded.refused.items()]
    return {"decided": graded.decided, "moves": moves, "refused": refused}


def sorted_moves(graded: Graded) -> list[tuple[tuple[Grade | None, Grade], int]]:
    """The moves by the grade from which, then to which, the best first."""
    order = [None, *Grade]
    return sorted(graded.moves.items(), key=lambda move: tuple(map(order.index, move[0])))
