"""Logging: one form for our own lines and for those of libraries; JSON for machines, colours on a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from server.settings import Settings

QUIET = ("sqlalchemy.engine", "alembic", "aiosqlite", "asyncio", "durable")
"""Libraries that are heard from `warning` on, whatever the level."""


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (standard error by default), as the settings say."""
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
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
    handler.setFormatter(_formatter(shared, as_json=_as_json(settings, target), colors=target.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_colours(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Uvicorn gives its messages a second time, with colours in them."""
    event.pop("color_message", None)
    return event


def _as_json(settings: Settings, target: TextIO) -> bool:
    return settings.log_format == "json" or (settings.log_format == "auto" and not target.isatty())


def _formatter(shared: list[Processor], *, as_json: bool, colors: bool) -> logging.Formatter:
    finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        finish += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        finish.append(structlog.dev.ConsoleRenderer(colors=colors))
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=finish)
