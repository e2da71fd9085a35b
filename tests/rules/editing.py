"""YAML as editors understand it, by the words of its standard; and files changed at one place, as somebody types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

NULLS = re.compile(r"~|null|Null|NULL|")
TRUTHS = re.compile(r"true|True|TRUE|false|False|FALSE")
WHOLE = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")
"""The core schema of YAML 1.2, chapter 10.3."""

OURS = re.compile(r"~|null||true|false|[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?")
"""What rule files take for no text."""


class Raw(NamedTuple):
    """A value as it is typed: a word, or a text with its quotes."""

    text: str

    @property
    def is_odd(self) -> bool:
        """Whether an editor takes it for a number, true or null, and rule files for a text."""
        return not isinstance(of_word(self.text), str) and not OURS.fullmatch(self.text)


def of_word(text: str) -> Any:
    """What a word without quotes is."""
    if NULLS.fullmatch(text):
        return None
    if TRUTHS.fullmatch(text):
        return text.lower() == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text, 0)
    if ENDLESS.fullmatch(text):
        return float(text.replace(".", ""))
    return float(text) if FLOAT.fullmatch(text) else text


def in_editor(text: str) -> Any:
    """The file as an editor holds it against a schema."""
    return data_of(tree(text))


def tree(text: str) -> Any:
    """The file as dictionaries, lists and raw values."""
    return _raw(YAML(typ="safe", pure=True).compose(text))


def _raw(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {key.value: _raw(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_raw(each) for each in node.value]
    assert isinstance(node, ScalarNode)
    if node.style == "|":
        return Raw("|\n" + "".join(f"  {line}\n" for line in node.value.splitlines()))
    return Raw(json.dumps(node.value, ensure_ascii=False) if node.style else node.value)


def data_of(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: data_of(each) for name, each in found.items()}
    if isinstance(found, list):
        return [data_of(each) for each in found]
    return json.loads(found.text) if found.text.startswith('"') else of_word(found.text)


def written(found: Any) -> str:
    """The file as a text; below its first level all stands between brackets, except a table."""
    if not isinstance(found, dict):
        return _flow(found)
    return "".join(f"{name}: {_flow(each)}\n" for name, each in found.items())


def _flow(found: Any) -> str:
    if isinstance(found, dict):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in found.items()) + "}"
    return f"[{', '.join(map(_flow, found))}]" if isinstance(found, list) else found.text


def odd_words(found: Any) -> list[str]:
    """The words of a file that an editor takes for numbers, true or null, and rule files for texts."""
    each = (at(found, path) for path in places(found))
    return [raw.text for raw in each if isinstance(raw, Raw) and raw.is_odd]


def places(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value of a file."""
    yield path
    for key, each in found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ():
        yield from places(each, (*path, key))


def changed(found: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The file with another value at this place; without it, if the value is None."""
    if not path:
        return new
    first, *rest = path
    if rest or new is not None:
        copy = {**found} if isinstance(found, dict) else [*found]
        copy[first] = changed(found[first], tuple(rest), new) if rest else new
        return copy
    if isinstance(found, dict):
        return {key: each for key, each in found.items() if key != first}
    return [each for at, each in enumerate(found) if at != first]


WORDS = [
    *("true", "false", "null", "~", "0", "5", "2.0", "-1", "2026-01-01", "x", '"x"', '"5"', '"null"', '""', '" "'),
    *("number", "enum", "date", "text", "first", "Unique", "collect  sum", "customer", "ticket", "sum", "agree", "min"),
    *("[]", "{}", "[A, B]", "[A, A]", "{a: 1}", "{zh: a, en: b}", "[{a: 1}]", '"2 dozen"', '">= 5"', "grade", "amount"),
]
KEYS = ["default", "min", "values", "unit", "meaning", "combine", "effective", "state", "about", "reads", "inputs", "x"]


def typed(random: Random, found: Any) -> Any:
    """The file after somebody typed at one place: another value, one less, or a key with a value."""
    path = random.choice(list(places(found))[1:])
    new = tree(random.choice(WORDS)) or Raw("null")
    if random.random() < 0.2:
        return changed(found, path, None)
    if isinstance(at(found, path), dict) and random.random() < 0.5:
        return changed(found, (*path, random.choice(KEYS)), new)
    return changed(found, path, new)


def at(found: Any, path: tuple[Any, ...]) -> Any:
    """The value at this place."""
    for key in path:
        found = found[key]
    return found
