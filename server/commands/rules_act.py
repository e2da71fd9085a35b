"""`c360 rules act`: what the rules in force ask for now is written down: escalations, duties, changes of credit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import orjson
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from graph.relational import RelationalGraph
from resolvers.acting.rounds import Acted, Round, note_look
from server.commands.options import AsJson, DatabaseUrl
from server.commands.stores import Stores, progress, with_stores
from server.user_error import ExitCode
from store.customer import CustomerRow
from store.duty import DutyKind

TITLES: Mapping[DutyKind, str] = {
    DutyKind.CALLBACK: "callbacks 维修回访",
    DutyKind.RETURN_VISIT: "return visits 定期回访",
    DutyKind.CARE: "care 客户关怀",
    DutyKind.SAMPLING: "samples to be checked 抽查",
    DutyKind.ARCHIVE_CHECK: "archives to be checked 档案核实",
    DutyKind.CREDIT_REVIEW: "credit reviews 信用复审",
    DutyKind.CREDIT_NOTICE: "customers to be told 告知信用变更",
    DutyKind.ORDER_CHECK: "orders to be checked 复核未交订单",
}
"""What duties are called in the table."""


def act_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Look at all tickets and customers now, and write down what the rules in force ask for. Twice does no more.

    A server does this by itself: tickets every minute, customers once a day (C360_ACTING_SECONDS).
    """
    acted = with_stores(database, _act)
    if as_json:
        typer.echo(orjson.dumps(_as_data(acted), option=orjson.OPT_INDENT_2))
    else:
        _show(acted)
    raise typer.Exit(ExitCode.FOUND_PROBLEMS if acted.failed else ExitCode.OK)


async def _act(stores: Stores) -> Acted:
    database, now = stores.database, dt.datetime.now(dt.UTC)
    async with database.sessions() as session:
        total = await session.scalar(sa.select(sa.func.count()).select_from(CustomerRow)) or 0
    with progress("customers", total) as told:

        def report(what: str, count: int) -> None:
            if what == "customers":
                told(count)

        this = Round(database, RelationalGraph(stores.reads), now, report)
        await this.tickets()
        await this.book()
    await note_look(database, now)
    return this.acted


def _show(acted: Acted) -> None:
    table = Table("duties", "opened", "settled")
    for kind, title in TITLES.items():
        opened, settled = acted.opened[kind.value], acted.settled[kind.value]
        if opened or settled:
            table.add_row(title, f"{opened:,}", f"{settled:,}")
    typer.echo(f"{acted.escalated:,} people told of tickets, {acted.proposed:,} changes of credit proposed or watched")
    if table.row_count:
        Console().print(table)
    if acted.failed:
        typer.echo(f"{acted.failed:,} could not be dealt with: the log says why; run this again", err=True)


def _as_data(acted: Acted) -> dict[str, object]:
    return {**acted.counts(), "opened": +acted.opened, "settled": +acted.settled}
