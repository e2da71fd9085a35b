"""The page about clients shows what is tested: its blocks are parts of the clients, its versions those of the locks."""

from __future__ import annotations

import json
import re
import textwrap

import pytest

from tests.clients.installing import HERE, ROOT

PAGE = (ROOT / "docs" / "how-to" / "clients.md").read_text("utf-8")
BLOCK = re.compile(r"^```(js|ts|json|python|toml)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def shown() -> list[tuple[str, str]]:
    """(file, block) for each block of code: the file is the one that was named last before it."""
    named = list(re.finditer(r"`(tests/clients/[\w./-]+)`", PAGE))
    found = []
    for block in BLOCK.finditer(PAGE):
        before = [each.group(1) for each in named if each.start() < block.start()]
        found.append((before[-1], block.group(2)))
    return found


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """This needs no client."""


@pytest.mark.parametrize(("file", "block"), shown(), ids=lambda value: value[:40])
def test_a_block_is_part_of_the_client(file, block):
    text = (ROOT / file).read_text("utf-8")
    assert block in text or block in textwrap.dedent(text)


def test_every_client_is_shown():
    shown_files = {file for file, _ in shown()}
    scripts = {"apollo.mjs", "urql.mjs", "graphql-ws.mjs", "relay/client.js", "codegen.ts", "typed.ts"}
    python = {"gql/client.py", "typed/typed_client.py", "typed/sgqlc_client.py"}
    wanted = {f"tests/clients/javascript/{each}" for each in scripts} | {
        f"tests/clients/python/{each}" for each in python
    }
    assert wanted <= shown_files


def test_versions_are_those_of_the_lock_files():
    packages = json.loads((HERE / "javascript" / "package-lock.json").read_text("utf-8"))["packages"]
    versions = {name.removeprefix("node_modules/"): each["version"] for name, each in packages.items() if name}
    for file in sorted((HERE / "python").glob("*/requirements.txt")):
        versions |= dict(re.findall(r"^([\w.-]+)==(\S+)", file.read_text("utf-8"), re.MULTILINE))
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| ") and "`" in line)
    told = re.findall(r"`([@\w/.-]+)`(?:, `([@\w/.-]+)`)? ([\d.]+)", table)
    assert len(told) >= 8
    for name, other, version in told:
        assert {versions[each] for each in (name, other) if each} == {version}
