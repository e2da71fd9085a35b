"""Reading a tree with a list of what is wrong in it, so that one look shows all slips of a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Final, TypeVar

from rules.engine.keys import Keys
from rules.engine.kinds import did_you_mean
from rules.engine.problem import Problem, RuleFileError
from rules.engine.yaml_tree import Node, Tree

T = TypeVar("T", str, bool, Decimal, dt.date)

MOST_PROBLEMS: Final = 50
NAME: Final = re.compile(r"[^\W\d]\w{0,79}")
_WORDS: Final[dict[type, str]] = {str: "a text", bool: "true or false", Decimal: "a number", dt.date: "a date"}


class Checked:
    """A file that is being read, with the problems found so far."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []

    def wrong(self, node: Node, message: str) -> None:
        """Note that something is wrong here."""
        self.note(self.tree.problem(node, message))

    def note(self, problem: Problem) -> None:
        """Note a problem; the reading ends when there are too many.

        Raises:
            RuleFileError: this was one too many.
        """
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            raise RuleFileError(self.problems)

    def refuse(self) -> None:
        """End the reading if anything was wrong.

        Raises:
            RuleFileError: something was.
        """
        if self.problems:
            raise RuleFileError(self.problems)

    def mapping(self, node: Node, keys: Collection[str] | None = None, needed: Collection[str] = ()) -> dict[str, Node]:
        """The entries of a mapping; unknown keys and missing ones are noted."""
        if not isinstance(node.value, dict):
            self.wrong(node, "keys with values are expected here, such as `type: number`")
            return {}
        for name, key in (node.keys or {}).items():
            if keys is not None and name not in keys:
                self.wrong(key, f"the key {name} is not known here{did_you_mean(name, tuple(keys))}")
        for name in needed:
            if name not in node.value:
                self.wrong(node, f"the key {name} is missing")
        found: dict[str, Node] = node.value
        return found

    def entries(self, node: Node, keys: Keys) -> dict[str, Node]:
        """The entries of a mapping that has these keys; unknown ones and missing ones are noted."""
        return self.mapping(node, keys.names, keys.needed)

    def items(self, node: Node) -> list[Node]:
        """The entries of a list."""
        if not isinstance(node.value, list):
            self.wrong(node, "a list is expected here, such as [A, B]")
            return []
        found: list[Node] = node.value
        return found

    def scalar(self, node: Node | None, kind: type[T]) -> T | None:
        """A value of this kind; another kind is noted."""
        if node is None:
            return None
        if type(node.value) is kind:
            found: T = node.value
            return found
        self.wrong(node, f"{_WORDS[kind]} is expected here")
        return None

    def name(self, key: Node) -> str | None:
        """A name that may stand in expressions and placeholders; others are noted."""
        text = str(key.value)
        if NAME.fullmatch(text) and text not in ("null", "true", "false", "not"):
            return text
        self.wrong(key, f"{text[:80]} is no name: letters, digits and _, not beginning with a digit")
        return None
