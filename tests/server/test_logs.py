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


def formatted(name: str, level: int, message: str, *arguments, exception: BaseException | None = None, **extra) -> str:
    stream = io.StringIO()
    configure_logging(Settings(log_format="json", log_level="debug"), stream)
    logging.getLogger(name).log(level, message, *arguments, exc_info=exception, extra=extra)
    return stream.getvalue()


TOKEN = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiJzIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
API_KEY = "c360_-3hF9sKq0Zt7Vb2XyLmN8pQrS4uW6aBcDeFgHiJkMnOpQ1w2E3"


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        (f"headers: Authorization: Bearer {TOKEN}", TOKEN),
        (f"authorization=bearer abc.def-{'x' * 30}", "abc.def"),
        (f"a token {TOKEN} in between", TOKEN),
        (f"key {API_KEY}.", API_KEY),
        ("cannot reach postgresql+asyncpg://me:hunter2@db.example:5432/crm", "hunter2"),
    ],
)
def test_what_opens_doors_is_starred_out_whoever_logs_it(message, secret):
    plain = formatted("some.library", logging.WARNING, message)
    as_argument = formatted("some.library", logging.WARNING, "it said %s", message)
    as_exception = formatted("some.library", logging.ERROR, "failed", exception=ValueError(message))
    as_fields = formatted("server.request", logging.INFO, "request", fields={"operation": message})

    for text in (plain, as_argument, as_exception, as_fields):
        assert secret not in text
        assert "***" in text
        json.loads(text)


def test_the_values_that_drivers_add_to_their_errors_are_left_out():
    words = (
        "(asyncpg.UniqueViolationError) duplicate key value violates unique constraint\n"
        "DETAIL:  Key (email)=(secret@example.org) already exists.\n"
        "[SQL: INSERT INTO contact (email) VALUES ($1)]\n"
        "[parameters: ('secret@example.org', 'multi\nline')]\n"
        "(Background on this error at: https://sqlalche.me/e/20/gkpj)"
    )
    text = formatted("server.http", logging.ERROR, "failed", exception=ValueError(words))

    assert "secret@example.org" not in text
    assert "multi" not in text
    assert "INSERT INTO contact" in text
    assert "Background on this error" in text


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_no_variables(form):
    def fails(token: str) -> None:
        raise ValueError("something")

    stream = io.StringIO()
    configure_logging(Settings(log_format=form), stream)
    try:
        fails("hunter2".upper())
    except ValueError:
        structlog.stdlib.get_logger("server.test").exception("failed")

    assert "ValueError: something" in stream.getvalue()
    assert "HUNTER2" not in stream.getvalue()


def test_handshakes_of_sockets_are_not_logged_by_the_server():
    assert formatted("uvicorn.error", logging.INFO, '%s - "WebSocket %s" [accepted]', "1", "/graphql?token=x") == ""
    assert formatted("uvicorn.error", logging.DEBUG, "< %s: %s", "Authorization", "anything") == ""
    assert "Started" in formatted("uvicorn.error", logging.INFO, "Started server process [1]")


def test_a_line_that_is_ready_is_the_same_for_people():
    stream = io.StringIO()
    configure_logging(Settings(log_format="console"), stream)

    logging.getLogger("server.request").info("request", extra={"fields": {"way": "direct", "ms": 1.5}})

    assert "way=direct" in stream.getvalue()
    assert "ms=1.5" in stream.getvalue()


@pytest.mark.parametrize("level", ["warning", "error"])
def test_libraries_are_no_louder_than_the_settings(level):
    stream = io.StringIO()
    configure_logging(Settings(log_level=level), stream)

    logging.getLogger("alembic").warning("a warning")

    assert bool(stream.getvalue()) is (level == "warning")
