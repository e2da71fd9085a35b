"""The documents: links lead somewhere; commands, settings, files, codes and queries in them are real."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, parse, validate

from resolvers import problems
from resolvers.reading import limits
from schema.build import build_schema
from server import refusal
from server.cli import COMMANDS, load
from server.settings import PREFIX, Settings
from server.sockets.protocol import CloseCode

ROOT = Path(__file__).parent.parent
INSIDE = [ROOT / "graph" / "README.md", ROOT / "rules" / "README.md", ROOT / "server" / "demo_data" / "SOURCES.md"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *INSIDE])
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


def meant(command: str, rest: str) -> Any:
    """The command, or that of its own which the rest of the line begins with."""
    found = load(command)
    own: dict[str, Any] = getattr(found, "commands", {})
    word = rest.split(maxsplit=1)[0] if rest.split() else ""
    assert not own or word in own or not re.match("[a-z]", word), (command, rest)
    return own.get(word, found)


@page
def test_commands_and_their_options_are_those_that_there_are(name):
    for command, rest in calls_in(name):
        assert command in COMMANDS, command
        known = {option for each in meant(command, rest).params for option in each.opts} | {"--help"}
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
        text_of(".ci/postgres.sh")
        + text_of(".ci/neo4j.sh")
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


ERRORS = ROOT / "docs" / "errors"
NOT_CODES = {"README", "close-codes"}
INDEX = "docs/errors/README.md"
LIMITS = "docs/how-to/limits.md"
OF_LIMITS = {
    "LIMIT_LENGTH": ["document_length"],
    "LIMIT_TOKENS": ["tokens"],
    "LIMIT_DEPTH": ["depth", "introspection_depth", "nesting"],
    "LIMIT_FIELDS": ["fields"],
    "LIMIT_ALIASES": ["aliases"],
    "LIMIT_ROOT_FIELDS": ["root_fields"],
    "LIMIT_DIRECTIVES": ["directives_a_node", "directives"],
    "LIMIT_FRAGMENTS": ["fragments", "spreads"],
    "LIMIT_OPERATIONS": ["operations"],
    "LIMIT_VARIABLES": ["variables", "variable_values", "nesting"],
    "LIMIT_VALUES": ["values"],
    "LIMIT_OVERLAPS": ["overlaps"],
    "COST_EXCEEDED": ["cost"],
}
"""The fields of `Limits` whose numbers a page tells."""


def codes_listed(heading: str) -> set[str]:
    section = text_of(INDEX).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| \[`([A-Z_]+)`\]\(\1\.md\) \|", section, re.MULTILINE))


@cache
def codes_of_questions() -> frozenset[str]:
    """The codes that reading gives: of its errors and refusals, and in dictionaries of extensions."""
    files = [path for package in ("resolvers", "schema") for path in (ROOT / package).rglob("*.py")]
    nodes = (node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    found = {code for node in nodes for code in _codes_in(node)} | {code for code, _, _ in limits.WORDS.values()}
    return frozenset(found)


def _codes_in(node: ast.AST) -> Iterator[str]:
    candidates: list[ast.expr] = []
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {
        "InvalidError",
        "refusal",
        "light",
        "super().__init__",
    }:
        candidates = node.args
    elif isinstance(node, ast.FunctionDef) and node.name == "light":
        candidates = node.args.defaults
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        candidates = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "code"]
    for each in candidates:
        if isinstance(each, ast.Constant) and re.fullmatch(r"[A-Z]+(_[A-Z]+)*", str(each.value)):
            yield str(each.value)


def test_every_code_has_a_page_and_every_page_a_code():
    codes = {code.value for code in refusal.Code} | codes_of_questions() | {code.value for code in problems.Code}
    assert {path.stem for path in ERRORS.glob("*.md")} - NOT_CODES == codes


def test_the_index_of_codes_has_each_where_it_comes_from():
    assert codes_listed("Of the request") == {code.value for code in refusal.Code}
    questions = [codes_listed(f"Of {what}") for what in ("the question", "limits", "the event log")]
    assert set().union(*questions) == codes_of_questions()
    assert sum(map(len, questions)) == len(codes_of_questions())
    assert codes_listed("Of a mutation") == {code.value for code in problems.Code}


def test_a_page_of_a_code_says_what_where_why_and_what_to_do():
    for path in ERRORS.glob("*.md"):
        if path.stem not in NOT_CODES:
            text = path.read_text("utf-8")
            assert text.startswith(f"# {path.stem}\n\n"), path.name
            assert re.search(r"\nWhere it comes: .*?\n## Why\n\n- .*?\n## What to do\n\n\S", text, re.DOTALL), path.name
            assert len(text.splitlines()) < 30, path.name


def test_close_codes_are_all_told():
    told = text_of("docs/errors/close-codes.md")
    assert {str(code.value) for code in CloseCode} <= set(re.findall(r"\b\d{4}\b", told))


def test_numbers_of_limits_are_those_that_hold():
    held = limits.Limits()
    for code, names in OF_LIMITS.items():
        rows = [line for line in text_of(LIMITS).splitlines() if f"| `{code}` |" in line]
        for name in names:
            number = re.compile(rf"(?<![\d,]){getattr(held, name):,}(?![\d,])")
            assert number.search(prose_of(f"docs/errors/{code}.md")), (code, name)
            assert any(number.search(row) for row in rows), (code, name)


@page
def test_defaults_of_settings_are_those_that_hold(name):
    """Where a page tells a default it says `C360_NAME` (number)."""
    for variable, told in re.findall(r"`C360_([A-Z0-9_]+)`\s\(([\d.,]+)\)", text_of(name)):
        assert float(told.replace(",", "")) == float(Settings.model_fields[variable.lower()].default), variable


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
