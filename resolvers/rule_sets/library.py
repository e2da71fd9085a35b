"""The rule sets that ship with the product: version 1 of each, and later ones until somebody publishes their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import rules as rules_package
from rules.engine.case_file import SUFFIX, path_of_cases
from rules.engine.rule_file import read_rule_set, text_of_file
from rules.engine.table import RuleSet

LIBRARY: Final = Path(rules_package.__file__).parent / "library"
"""Where they are."""


@dataclass(frozen=True)
class Source:
    """A rule set as it is written: the text of its file and of its cases."""

    name: str
    text: str
    cases: str

    @property
    def path(self) -> str:
        """How problems call the rule file."""
        return f"{self.name}.yaml"

    @property
    def cases_path(self) -> str:
        """How problems call the file of cases."""
        return str(path_of_cases(Path(self.path)))

    @property
    def digest(self) -> str:
        """The SHA-256 of both texts, in hexadecimal."""
        return hashlib.sha256(f"{self.text}\0{self.cases}".encode()).hexdigest()

    def rule_set(self, path: str = "") -> RuleSet:
        """What it says. Raises RuleFileError where something is wrong in it."""
        return read_rule_set(self.text, path or self.path)


@cache
def shipped() -> dict[str, Source]:
    """What ships, by the names of the rule sets."""
    return {source.name: source for source in map(_source, _files())}


def _files() -> Iterator[Path]:
    yield from (path for path in sorted(LIBRARY.rglob("*.yaml")) if not path.stem.endswith(SUFFIX))


def _source(path: Path) -> Source:
    text = text_of_file(path)
    return Source(read_rule_set(text, str(path)).name, text, text_of_file(path_of_cases(path)))
