"""Generations: whole copies of the record in the graph store, of which one answers, and how each moves on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.bolt import WRITE_SECONDS, Bolt
from graph.cypher import statements, text
from graph.projecting.kinds import TREE, Kind, Record
from graph.projecting.news import News
from graph.projecting.wanted import Wanted
from outbox.cursor import Position


@dataclass(frozen=True, slots=True)
class Generation:
    """One copy: up to where it has taken the log in, and when the last event of that happened."""

    id: str
    position: Position
    last_event_at: dt.datetime | None


async def prepare(bolt: Bolt) -> None:
    """Make the constraints and indexes, and let the server know all words; changes nothing when it is done already."""
    for statement in statements("schema"):
        await bolt.run(statement)
    await bolt.write([(text("words"), {})])


async def live(bolt: Bolt, *, seconds: float = WRITE_SECONDS) -> Generation | None:
    """The generation that answers; None before the first one."""
    rows = await bolt.read(text("generation_state"), {}, seconds=seconds)
    if not rows:
        return None
    row = rows[0]
    at = row["lastEventAt"]
    position = Position(row["epoch"], row["position"], bytes.fromhex(row["uid"]))
    return Generation(row["id"], position, dt.datetime.fromisoformat(at) if at else None)


async def begin(bolt: Bolt, after: Position) -> Generation:
    """An empty generation, whose rows are going to be those of the record as it is after a position."""
    [[row]] = await bolt.write([(text("generation_begin"), _place(after))])
    return Generation(row["id"], after, None)


async def write(bolt: Bolt, generation: str, kind: Kind, records: Sequence[Record]) -> None:
    """Write rows into a generation that does not answer yet."""
    if records:
        await bolt.write([_guard(generation), _writing(generation, kind, records)])


async def advance(bolt: Bolt, generation: Generation, news: News) -> Generation:
    """Write what has happened, and move the generation's place in the log on, both or neither.

    Raises:
        Overtaken: somebody else has moved it on.
        GraphUnavailable: nobody answers.
    """
    upto = news.upto
    to = {"newPosition": upto.id, "newUid": upto.uid.hex(), "lastEventAt": news.at.isoformat()}
    guard = (text("generation_advance"), {"generation": generation.id, **_place(generation.position), **to})
    await bolt.write([guard, *_clearing(generation.id, news.wanted), *_all_writing(generation.id, news.records)])
    return Generation(generation.id, upto, news.at)


async def switch(bolt: Bolt, generation: str) -> str | None:
    """Let a generation answer from now on; the id of the one that did. Raises Overtaken where that is newer."""
    [[row]] = await bolt.write([(text("generation_switch"), {"generation": generation})])
    retired: str | None = row["retired"]
    return retired


async def delete(bolt: Bolt, generation: str) -> None:
    """Delete a generation that does not answer, with all that it holds."""
    await bolt.run(text("generation_delete"), {"generation": generation}, seconds=600)
    await bolt.run(text("generation_forget"), {"generation": generation})


async def stale(bolt: Bolt, seconds: float) -> list[str]:
    """The generations that do not answer, and that nobody has written to for so long."""
    rows = await bolt.read(text("generation_stale"), {"milliseconds": int(seconds * 1000)}, seconds=WRITE_SECONDS)
    return [row["id"] for row in rows]


def _place(position: Position) -> dict[str, Any]:
    return {"epoch": position.epoch, "position": position.id, "uid": position.uid.hex()}


def _guard(generation: str) -> tuple[str, dict[str, Any]]:
    return text("generation_touch"), {"generation": generation}


def _writing(generation: str, kind: Kind, records: Sequence[Record]) -> tuple[str, dict[str, Any]]:
    return text(f"write_{kind.name}"), {"generation": generation, "rows": [dict(record) for record in records]}


def _all_writing(generation: str, records: Sequence[tuple[Kind, Sequence[Record]]]) -> list[tuple[str, dict[str, Any]]]:
    """The statements that write rows; they come with nodes before the links between them."""
    return [_writing(generation, kind, rows) for kind, rows in records if rows]


def _clearing(generation: str, wanted: Wanted) -> list[tuple[str, dict[str, Any]]]:
    """The tree has no dates: a department's earlier place is deleted before its place now is written."""
    keys = [str(key) for key in wanted.of(TREE)]
    return [(text("clear_child_of"), {"generation": generation, "keys": keys})] if keys else []
