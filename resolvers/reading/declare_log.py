"""The vocabulary of declarations over the event log: its rows as pages of a query and as a subscription."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from resolvers.reading.declare import declared
from resolvers.reading.logged import LogCursor
from resolvers.reading.logged_page import PAGING, LogPage
from resolvers.reading.logged_stream import AFTER, LogStream
from resolvers.reading.source import NO_BIND, Argument


def log_cursor(description: str, *, init: Literal[False] = False) -> str:
    """The cursor of a row of the log, on a type that is read from it."""
    del init
    return cast("str", declared(LogCursor(), description))


def log_page(kinds: Sequence[str], description: str, *, filter_type: Any, init: Literal[False] = False) -> Any:
    """The log's rows of these kinds, oldest first, in pages."""
    del init
    return declared(LogPage(kinds=tuple(kinds), arguments={**PAGING, "filter": _filter(filter_type)}), description)


def log_stream(
    kinds: Sequence[str],
    description: str,
    *,
    filter_type: Any,
    bookmark: Mapping[str, str],
    init: Literal[False] = False,
) -> Any:
    """The log's rows of these kinds as a subscription; `bookmark` has the fields of an update without a row."""
    del init
    arguments = {"after": AFTER, "filter": _filter(filter_type)}
    return declared(LogStream(kinds=tuple(kinds), bookmark=dict(bookmark), arguments=arguments), description)


def _filter(filter_type: Any) -> Argument:
    return Argument(filter_type | None, "Only rows that fulfil this.", NO_BIND)
