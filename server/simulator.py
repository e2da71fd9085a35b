"""The simulator: a process that runs one simulation, and ends with it or with whoever holds its other end.

It is given settings, a text, an instant, a day and an output, pickled, and tells what it does in tuples: `progress`, at
last `found` or `problem`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
import threading
from functools import partial
from typing import BinaryIO, Final, TypeAlias

import orjson
import structlog

from graph.port import GraphUnavailable
from resolvers.decisions.choosing_books import NoBookError
from resolvers.decisions.explaining import UnknownOutputError
from resolvers.decisions.simulating import Report, Wish, simulate
from resolvers.facts.records import UnknownFactError
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import read_rule_set
from rules.workbench.helper import receive, send
from server.logs import configure_logging
from server.record import open_record
from server.settings import Settings
from server.simulation_report.data import data_of

Order: TypeAlias = "tuple[Settings, str, dt.datetime, dt.date | None, str | None]"
Said: TypeAlias = "tuple[str, str, int | None, int | None]"
"""What it says: `progress` with a step, how much is done, and of how much; `found` with JSON and the number of the
version in force; `problem` with words."""

MOST_BYTES: Final = 4_194_304
"""How long the JSON of a result may be."""

_KINDNESS: Final = 10
"""How much it stands back behind whoever answers requests."""

_IN_WORDS: Final = (NoBookError, UnknownFactError, UnknownOutputError, RuleFileError)
"""What is wrong with the rules, and tells the analyst so."""

log = structlog.stdlib.get_logger("server.simulator")


async def answered(order: Order, report: Report) -> Said:
    """What comes of a simulation. What goes wrong is told in words, with the cause in the log."""
    settings, text, at, since, output = order
    try:
        candidate = read_rule_set(text, "the candidate")
        async with open_record(settings) as (database, graph):
            found = await simulate(database, Wish(candidate, at, since, output), graph=graph, report=report)
    except _IN_WORDS as error:
        return _problem(f"{error}. Mend the rule file, and ask again.")
    except GraphUnavailable:
        return _problem("Neo4j does not answer, and the rules read what the network knows. Ask again when it does.")
    except Exception:
        log.exception("a simulation failed")
        return _problem("It failed by a fault of the service, whose log says more. Tell whoever runs it.")
    written = orjson.dumps(data_of(found)).decode()
    if len(written) > MOST_BYTES:
        return _problem("It found more kinds of outcomes than can be kept. Simulate an output with few values.")
    return "found", written, found.against, None


def main() -> None:
    """Run what the other end orders."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # they are for whoever holds the other end, and ends this process
    os.nice(_KINDNESS)
    answers = _own_output()
    order: Order = receive(sys.stdin.buffer)
    threading.Thread(target=_end_with_the_other_end, daemon=True).start()
    configure_logging(order[0])
    send(answers, asyncio.run(answered(order, partial(_report, answers))))


def _problem(words: str) -> Said:
    return "problem", words, None, None


def _report(answers: BinaryIO, step: str, done: int, total: int) -> None:
    send(answers, ("progress", step, done, total))


def _own_output() -> BinaryIO:
    """The pipe to the other end; what anybody else prints goes where the log goes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _end_with_the_other_end() -> None:
    """A server that is killed takes its simulation with it: another one begins it anew."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
