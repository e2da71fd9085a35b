"""The documents: links lead somewhere; commands, settings, files, codes and queries in them are real."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, parse, validate

from resolvers import problems
from schema.build import build_schema
from server import refusal
from server.cli import COMMANDS, load
from server.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "server" / "demo_data" / "SOURCES.md"])
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)

page = pytest.mark.parametrize("name", NAMES)


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def prose_of(name: str) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", text_of(name))


def blocks_of(name: str, language: str) -> list[str]:
    return [text for _, found, text in FENCE.findall(text_of(name)) if found == language]


def anchors_of(name: str) -> set[str]:
    """The anchors that a reader's browser knows: headings in lower case, with dashes for blanks."""
    headings = re.findall(r"^#+ (.*)$", prose_of(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@page
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(name)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / name).parent.joinpath(path).resolve() if path else ROOT / name
        assert found.exists(), target
        assert not anchor or anchor in anchors_of(str(found.relative_to(ROOT))), target


@page
def test_files_that_are_named_are_there(name):
    for path in re.findall(r"`([a-z_]+/[\w./-]+\.(?:py|graphql|md|yml|sh))`", prose_of(name)):
        is_example = name == "docs/how-to/extend.md" and "customer_file" in path
        assert is_example or (ROOT / path).exists(), path


def calls_in(name: str) -> Iterator[tuple[str, str]]:
    """(command, the rest of the line) for each use of `c360` in a page."""
    code = [*re.findall(r"`([^`\n]+)`", prose_of(name)), *blocks_of(name, "sh"), *blocks_of(name, "")]
    for text in code:
        yield from re.findall(r"^(?:\S+ )*?(?:\S*/)?c360 ([a-z]+)([^\n#]*)", text, re.MULTILINE)


@page
def test_commands_and_their_options_are_those_that_there_are(name):
    for command, rest in calls_in(name):
        assert command in COMMANDS, command
        known = {option for each in load(command).params for option in each.opts} | {"--help"}
        assert set(re.findall(r"(?<!\w)--[a-z][a-z-]*", rest)) <= known, (command, rest)


def test_the_readme_has_every_command():
    assert set(re.findall(r"^\| `c360 ([a-z]+)` \|", text_of("README.md"), re.MULTILINE)) == set(COMMANDS)


@page
def test_targets_of_make_are_those_that_there_are(name):
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    code = [*re.findall(r"`([^`\n]+)`", prose_of(name)), *blocks_of(name, "sh")]
    for line in (line for text in code for line in text.splitlines() if line.startswith("make ")):
        words = line.split("#")[0].split()[1:]
        assert {word for word in words if "=" not in word} <= targets, line


@page
def test_variables_are_settings_or_belong_to_a_script(name):
    settings = {PREFIX + field.upper() for field in Settings.model_fields}
    scripts = (
        text_of(".ci/services.sh")
        + text_of("docker-compose.yml")
        + text_of("tests/importing/running.py")
        + text_of("tests/bench/cluster.py")
    )
    for variable in re.findall(r"\bC360_[A-Z0-9_]+", text_of(name)):
        assert variable in settings or variable in scripts, variable


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema


@page
def test_queries_are_valid(name, schema):
    for document in blocks_of(name, "graphql"):
        assert [error.message for error in validate(schema, parse(document))] == []


FRONTEND = "docs/how-to/frontend.md"


def codes_told(heading: str) -> set[str]:
    section = text_of(FRONTEND).split(f"\n### {heading}\n")[1].split("\n#")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))


def codes_of_questions() -> set[str]:
    """The codes that reading gives: of an InvalidError, of a coded error, in a dictionary of extensions."""
    files = [path for package in ("resolvers", "schema") for path in (ROOT / package).rglob("*.py")]
    nodes = (node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {code for node in nodes for code in _codes_in(node)}


def _codes_in(node: ast.AST) -> Iterator[str]:
    candidates: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"InvalidError", "_coded"}:
        candidates = node.args
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        candidates = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "code"]
    for each in candidates:
        if isinstance(each, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(each.value)):
            yield str(each.value)


def test_every_code_is_told_with_its_cure():
    assert codes_told("Of the request") == {code.value for code in refusal.Code}
    assert codes_told("Of the question") == codes_of_questions()
    assert codes_told("Of a mutation") == {code.value for code in problems.Code}


def test_the_glossary_has_one_entry_a_word():
    terms = re.findall(r"^\| ([^|]+?) \| [^|]*[\u4e00-\u9fff]", text_of("docs/glossary.md"), re.MULTILINE)
    assert len(terms) > 80
    assert sorted(terms) == sorted(set(terms))


def test_the_glossary_has_the_chinese_word_of_every_type(schema):
    types = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    words = {each.name: re.findall(r"[\u4e00-\u9fff]+", each.description or "") for each in types}
    assert {
        name: word for name, [*word] in words.items() if any(w not in text_of("docs/glossary.md") for w in word)
    } == {}
