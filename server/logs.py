"""Logging: one form for our own lines and for those of libraries; JSON for machines, colours on a terminal.

Nothing that opens a door is written: what looks like a token, a key or a password is starred out, whoever logs it.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import Processor

from server.settings import Settings

LEAST = {
    "sqlalchemy.engine": logging.WARNING,
    "alembic": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "asyncio": logging.WARNING,
    "durable": logging.WARNING,
    "neo4j": logging.CRITICAL,  # what fails is raised, and graph.bolt says it once
    "uvicorn.error": logging.INFO,  # below it every header of a socket's handshake is logged, tokens included
}
"""Libraries that are heard from this level on, whatever the settings say."""

FIELDS: Final = "fields"
"""The name under which a record carries the fields of a line that is ready: `extra={FIELDS: {...}}`."""

_SIGNS: Final = ("earer", "EARER", "eyJ", "c360_", "://")
_SECRET: Final = re.compile(
    r"(?P<scheme>\bbearer\s+)[\w.~+/=-]+"
    r"|(?P<user>://[^\s:/@]*:)[^\s/@]+(?=@)"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"
    r"|\bc360_[\w-]{40,}",
    re.IGNORECASE,
)
_VALUES: Final = re.compile(
    r"\[parameters: .*?\](?=\n|\Z)|^DETAIL:.*?(?=\n(?:HINT|CONTEXT|\[SQL|The above|During|\Z)|\n\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
"""What drivers add to their errors: the values of a statement, and those of the row that broke a rule."""


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (standard error by default), as the settings say."""
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _spread,
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(_Formatter(shared, as_json=_as_json(settings, target), colors=target.isatty()))
    handler.addFilter(_is_no_handshake)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(least, root.level))


def starred(text: str) -> str:
    """The text without what looks like a token, a partner's key, or the password of a URL."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _SECRET.sub(lambda found: (found["scheme"] or found["user"] or "") + "***", text)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Writes what structlog gives; a line whose fields are ready is written at once, for there is one a request."""

    def __init__(self, shared: list[Processor], *, as_json: bool, colors: bool) -> None:
        finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
        if as_json:
            finish += [structlog.processors.format_exc_info, _without_values]
            finish.append(structlog.processors.JSONRenderer(ensure_ascii=False))
        else:
            # the usual form shows the variables of every function, and what clients sent in them
            plain = structlog.dev.plain_traceback
            finish.append(structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain))
        super().__init__(foreign_pre_chain=shared, processors=finish)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        fields = getattr(record, FIELDS, None)
        if fields is None or not self._as_json:
            return starred(_VALUES.sub("(values left out)", super().format(record)))
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat().removesuffix("+00:00")
        known = {"event": record.msg, **fields}
        known |= {"logger": record.name, "level": record.levelname.lower(), "timestamp": f"{at}Z"}
        return starred(orjson.dumps(known).decode())


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """Uvicorn logs the URL of every socket, and what a client put into it; we have lines of our own."""
    return not (record.name == "uvicorn.error" and isinstance(record.msg, str) and '"WebSocket' in record.msg)


def _spread(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Fields that are ready become those of the line."""
    event.update(event.pop(FIELDS, {}))
    return event


def _without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback, without the values that drivers add."""
    if isinstance(event.get("exception"), str):
        event["exception"] = _VALUES.sub("(values left out)", event["exception"])
    return event


def _without_colours(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Uvicorn gives its messages a second time, with colours in them."""
    event.pop("color_message", None)
    return event


def _as_json(settings: Settings, target: TextIO) -> bool:
    return settings.log_format == "json" or (settings.log_format == "auto" and not target.isatty())
