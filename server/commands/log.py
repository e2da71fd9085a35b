"""`c360 log`: where the event log stands, whether it is whole, what happens now; trimming it, and new beginnings."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from typing import Annotated, Any, TypeVar

import orjson
import typer

from outbox.checking import Holder, LogStatus, holders, log_status, wrong_with_log
from outbox.cursor import BadCursor, CursorKeys, Position, open_keys
from outbox.epoch import NoKeyLeft, add_key, new_epoch
from outbox.event import EventKind
from outbox.following import follow
from outbox.reader import CursorExpired, LoggedEvent, Resync
from outbox.tail import open_tail
from outbox.trim import Trimmed, trim
from resolvers.reading import open_reads
from server.commands.options import AsJson, DatabaseUrl, given
from server.commands.stores import with_database
from server.database import check, in_words
from server.settings import Settings, load_settings
from server.user_error import ExitCode, UserError
from store.session import Database

Days = Annotated[int, typer.Option("--older-than", min=1, help="Days: events that are older go.")]
Kinds = Annotated[list[EventKind] | None, typer.Option("--kind", help="Only this kind; may be given several times.")]
Cursor = Annotated[str | None, typer.Option("--after", help="A cursor: begin with what came after it.")]
Replay = Annotated[bool, typer.Option("--replay", help="Begin with the oldest event that is kept.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="End after so many events.")]

T = TypeVar("T")

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use."

log_commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=EPILOG,
    help="The event log: where it stands, whether it is whole, what happens now; trim it, begin anew.",
)


@log_commands.command("status")
def status_command(*, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show where the log stands, and which transactions hold its readers back."""
    status, holding = with_database(database, _status)
    if as_json:
        shown = dataclasses.asdict(status) | {"holders": [dataclasses.asdict(each) for each in holding]}
        typer.echo(orjson.dumps(shown))
        return
    rows = "none" if status.first is None else f"{status.events:,}, from {status.first} to {status.last}"
    typer.echo(f"epoch    {status.epoch}\nevents   {rows}\ntrimmed  up to {status.floor}")
    typer.echo(f"readable up to {status.horizon} of {status.head}\nkeys     {status.keys}")
    for each in holding:
        typer.echo(f"held at  {each.bound} by process {each.pid} ({in_short(each)})")


@log_commands.command("verify")
def verify_command(*, database: DatabaseUrl = None) -> None:
    """Look through the whole log for anything that would mislead its readers. Ends with 1 if there is something."""
    wrong = with_database(database, wrong_with_log)
    for each in wrong:
        typer.echo(each)
    if wrong:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)
    typer.echo("the event log is whole")


@log_commands.command("trim")
def trim_command(*, older_than: Days, database: DatabaseUrl = None) -> None:
    """Delete old events, in small steps beside running writers and readers. The newest event is always kept.

    A reader that had not come so far yet is told so (CURSOR_EXPIRED) and begins anew.
    """
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=older_than)
    done = with_database(database, lambda opened: _trim(opened, before))
    typer.echo(f"{done.events:,} events from before {before:%Y-%m-%d %H:%M} UTC are gone; trimmed up to {done.floor}")


@log_commands.command("new-epoch")
def new_epoch_command(*, database: DatabaseUrl = None) -> None:
    """Begin a new epoch: do this after every restore of a backup, before the service is started again.

    A restored log may have lost events that readers have seen, and gives their ids to others. In a new epoch every
    reader is told so (RESYNC) and begins anew. Without one, only readers whose last event is gone notice by themselves.
    """
    epoch = with_database(database, new_epoch)
    typer.echo(f"the log's epoch is {epoch} now: all readers are told to begin anew")


@log_commands.command("rotate-key")
def rotate_key_command(*, database: DatabaseUrl = None) -> None:
    """Sign cursors with a new secret. Cursors that are out already stay good.

    A running service takes the new secret when it is started again, or when it meets a cursor that was signed with it.
    """
    try:
        number = with_database(database, lambda opened: add_key(opened, now=dt.datetime.now(dt.UTC)))
    except NoKeyLeft as error:
        raise UserError(str(error), cure="delete the oldest rows of log_key but keep the newest") from error
    typer.echo(f"key {number} signs cursors from now on")


@log_commands.command("tail")
def tail_command(
    *,
    after: Cursor = None,
    replay: Replay = False,
    kind: Kinds = None,
    limit: Limit = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Print events as they are committed, until Ctrl-C. With --json each line has the cursor to go on from."""
    settings = load_settings(**given(database_url=database))
    if after is not None and replay:
        raise UserError("--after and --replay exclude each other", exit_code=ExitCode.WRONG_USE)
    try:
        asyncio.run(_tail(settings, after, replay, kind, limit, as_json=as_json))
    except BadCursor as error:
        raise UserError(str(error), cure="give a cursor that `c360 log tail --json` has printed") from error
    except (Resync, CursorExpired) as error:
        raise UserError(f"this cursor leads nowhere any more: {error}", cure="begin anew with --replay") from error


def in_short(holder: Holder) -> str:
    """Program, state and age of a transaction."""
    age = "for a time that we may not see" if holder.seconds is None else f"for {holder.seconds:.1f} s"
    return " ".join(filter(None, (holder.program, holder.state, age)))


async def _status(database: Database) -> tuple[LogStatus, list[Holder]]:
    async with database.snapshot() as connection:
        return await log_status(connection), await holders(connection)


async def _trim(database: Database, before: dt.datetime) -> Trimmed:
    async with open_tail(database.engine.url) as tail:
        return await trim(database, before=before, keep_from=tail.position.id)


async def _tail(
    settings: Settings,
    after: str | None,
    replay: bool,  # noqa: FBT001  # named where it is called
    kinds: list[EventKind] | None,
    limit: int | None,
    *,
    as_json: bool,
) -> None:
    """Print what comes, at most `limit` events."""
    await check(settings)
    with in_words(settings):
        reads = await open_reads(settings.database_url, size=1, seconds=settings.request_timeout)
        try:
            async with open_tail(settings.database_url) as tail:
                keys = await open_keys(reads)
                begin = None if replay else tail.position if after is None else await keys.accept(after)
                printed = 0
                async for batch in follow(tail, reads, begin, kinds):
                    for event in batch.events:
                        typer.echo(_line(event, keys, as_json=as_json))
                        printed += 1
                        if printed == limit:
                            return
        finally:
            await reads.close()


def _line(event: LoggedEvent, keys: CursorKeys, *, as_json: bool) -> str:
    """One event in one line."""
    position: Position = event.position
    if not as_json:
        data = orjson.dumps(event.data).decode()
        return f"{position.id} {event.at.isoformat()} {event.kind} {event.aggregate_id} {event.actor} {data}"
    shown: dict[str, Any] = dataclasses.asdict(event) | {"id": position.id, "cursor": keys.sign(position)}
    del shown["position"]
    return orjson.dumps(shown, default=str).decode()  # asyncpg's UUID is a class of its own
