"""Every line of the log has one form, ours and those of libraries."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from server.logs import configure_logging
from server.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines_of(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_for_machines_are_json_with_the_request_id():
    stream = io.StringIO()
    configure_logging(Settings(), stream)
    structlog.contextvars.bind_contextvars(request_id="r1")

    structlog.stdlib.get_logger("server.test").info("客户 found", customer="C1")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7, extra={"color_message": "x"})
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")

    ours, theirs = lines_of(stream)
    assert ours["event"] == "客户 found"
    assert (ours["customer"], ours["request_id"], ours["level"], ours["logger"]) == ("C1", "r1", "info", "server.test")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["request_id"]) == ("Started server process [7]", "r1")
    assert "color_message" not in theirs


def test_a_traceback_is_part_of_its_line():
    stream = io.StringIO()
    configure_logging(Settings(log_format="json"), stream)

    try:
        {}["gone"]
    except KeyError:
        structlog.stdlib.get_logger("server.test").exception("failed")

    (line,) = lines_of(stream)
    assert "KeyError" in line["exception"]
    assert "Traceback" in line["exception"]


def test_the_level_decides():
    stream = io.StringIO()
    configure_logging(Settings(log_level="warning"), stream)

    structlog.stdlib.get_logger("server.test").info("quiet")
    structlog.stdlib.get_logger("server.test").warning("loud")

    assert [line["event"] for line in lines_of(stream)] == ["loud"]


def test_lines_for_people_are_text():
    stream = io.StringIO()
    configure_logging(Settings(log_format="console"), stream)

    structlog.stdlib.get_logger("server.test").info("found", customer="C1")

    assert "found" in stream.getvalue()
    assert "customer=C1" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
