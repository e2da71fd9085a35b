"""YAML as a tree that knows where each of its values stands: bounded, and without anything that builds objects."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rules.engine.problem import Problem, RuleFileError

MOST_BYTES: Final = 2_000_000
MOST_NODES: Final = 40_000
DEEPEST: Final = 8

_NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?")
_BARE_TEST: Final = re.compile(r": +([-\[(<>!=@%])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Scalar: TypeAlias = str | bool | Decimal | dt.date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value, a list or a mapping, with its place, from 1. Keys of a mapping keep theirs in `keys`."""

    line: int
    column: int
    value: Any
    """A scalar, a list of nodes, or a dictionary of nodes."""
    keys: dict[str, Node] | None = None
    is_block: bool = False
    """Whether it is a text written as a block: `|`."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole file: its root, its lines, and how to say that something is wrong at a node."""

    path: str
    lines: tuple[str, ...]
    root: Node

    def problem(self, node: Node, message: str) -> Problem:
        """Something that is wrong at this node."""
        return Problem(self.path, node.line, node.column, message, source=self.lines[node.line - 1])


class _RefusedError(Exception):
    """The text holds what rule files may not hold."""

    def __init__(self, event: Event, message: str) -> None:
        super().__init__(message)
        self.event = event


def decoded(data: bytes, path: str) -> str:
    """The text of a file.

    Raises:
        RuleFileError: it is too large, or not UTF-8.
    """
    if len(data) > MOST_BYTES:
        message = f"the file is {len(data):,} bytes large; a rule file has at most {MOST_BYTES:,}. Split it"
        raise RuleFileError([Problem(path, 1, 1, message)])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "the file is not UTF-8 from here on. Save it as UTF-8"
        raise RuleFileError([Problem(path, line, 1, message)]) from None


def tree_of(text: str, path: str) -> Tree:
    """Read a file of one document.

    Raises:
        RuleFileError: it is no YAML, too large or too deep, or uses aliases, anchors, tags, or a key twice.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        decoded(text.encode("utf-8", "surrogatepass"), path)
    lines = tuple(line.removesuffix("\r") for line in text.split("\n"))
    try:
        return Tree(path, lines, _Builder(_events(text.removeprefix("\ufeff"))).document())
    except _RefusedError as error:
        mark = error.event.start_mark
        problem = Problem(path, mark.line + 1, mark.column + 1, str(error), source=_line(lines, mark.line))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        said = f"{error.problem or error.context or 'it cannot be read'}{_quotes(_line(lines, line))}"
        problem = Problem(path, line + 1, column + 1, f"this is no YAML: {said}", source=_line(lines, line))
    except (YAMLError, ValueError, RecursionError) as error:
        problem = Problem(
            path, 1, 1, f"this is no YAML: {str(error).splitlines()[0][:200] if str(error) else 'too deep'}"
        )
    raise RuleFileError([problem])


def _line(lines: tuple[str, ...], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _quotes(line: str) -> str:
    """What to do about a test outside of a table that stands there as if YAML could read it."""
    found = _BARE_TEST.search(line)
    return f'. Write what begins with {found[1]} in quotes, such as ">= 5"' if found else ""


def _events(text: str) -> Iterator[Event]:
    odd = re.search("[\x85\u2028\u2029]", text)
    if odd:
        raise ValueError(f"line {text.count(chr(10), 0, odd.start()) + 1} holds a line separator that is no line feed")
    return iter(YAML(typ="safe", pure=True).parse(text))


class _Builder:
    """Makes nodes of events, one after the other, and stops at the first that is not allowed."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._count = 0

    def document(self) -> Node:
        """The one document."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise _RefusedError(event, "a second document begins here; a rule file holds one")
                if event.tags:
                    raise _RefusedError(event, "tags are not allowed in rule files. Leave the line out")
                root = self._node(self._next(), 0)
        if root is None:
            raise ValueError("the file is empty")
        return root

    def _next(self) -> Event:
        self._count += 1
        event: Event = next(self._events)
        if self._count > MOST_NODES:
            raise _RefusedError(event, f"more than {MOST_NODES:,} values. Split the file")
        return event

    def _node(self, event: Event, depth: int) -> Node:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(event, "anchors & and aliases * are not allowed in rule files. Write the value itself")
        tag = getattr(event, "tag", None)
        if tag:
            raise _RefusedError(event, f"the tag {tag} is not allowed in rule files. Leave it out")
        if depth > DEEPEST:
            raise _RefusedError(event, f"more than {DEEPEST} levels inside each other")
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        return self._list(event, depth) if isinstance(event, SequenceStartEvent) else self._mapping(event, depth)

    def _list(self, start: Event, depth: int) -> Node:
        found = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return Node(start.start_mark.line + 1, start.start_mark.column + 1, found)

    def _mapping(self, start: Event, depth: int) -> Node:
        assert isinstance(start, MappingStartEvent)  # noqa: S101 # there is no other event left
        found: dict[str, Node] = {}
        keys: dict[str, Node] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._node(event, depth + 1)
            name = event.value if isinstance(event, ScalarEvent) else None
            if name is None:
                raise _RefusedError(event, "a key is one word")
            if name in found:
                raise _RefusedError(event, f"the key {name} is here twice, first in line {keys[name].line}")
            keys[name] = key
            found[name] = self._node(self._next(), depth + 1)
        return Node(start.start_mark.line + 1, start.start_mark.column + 1, found, keys)


def _scalar(event: ScalarEvent) -> Node:
    mark = event.start_mark
    value = event.value if event.style else _plain(event)
    return Node(mark.line + 1, mark.column + 1, value, is_block=event.style == "|")


def _plain(event: ScalarEvent) -> Scalar:
    """What a word without quotes means: little, so that nothing becomes what it does not look like."""
    text = event.value
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return bool(text == "true")
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise _RefusedError(event, f"there is no day {text}") from None
    return str(text)
