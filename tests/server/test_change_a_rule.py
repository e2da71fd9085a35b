"""docs/how-to/change-a-rule.md is followed to the letter, as somebody would who reads it for the first time."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running_cli import c360

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "change-a-rule.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, list[str]]]:
    """The blocks of the page in their order: commands (`sh`), and what is typed or seen (`text`)."""
    for found in BLOCK.finditer(HOW_TO.read_text("utf-8")):
        yield found[1], found[2].splitlines()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the reader works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("C360_DATABASE_URL", raising=False)
    return tmp_path


def typed(folder: Path, line: str) -> bool:
    """Type a line of the page into the file that it belongs to; whether it belongs to one."""
    rules, cases = folder / "grading.yaml", folder / "grading_test.yaml"
    if line.startswith("  | key_ten_years"):
        text = rules.read_text("utf-8")
        rules.write_text(re.sub(r"^  \| normal ", f"{line}\n\\g<0>", text, flags=re.MULTILINE), "utf-8")
    elif line.startswith("  - {name: "):
        cases.write_text(f"{cases.read_text('utf-8')}{line}\n", "utf-8")
    else:
        return False
    return True


def test_who_follows_the_page_sees_what_it_shows(capsys, monkeypatch, folder):
    said = ""
    for kind, lines in blocks():
        for line in lines:
            if kind == "text":
                assert typed(folder, line) or line in said, line
            elif line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                monkeypatch.setenv(name, value)
            else:
                said = followed(capsys, folder, line, "" if line == lines[0] else said)


def followed(capsys: pytest.CaptureFixture[str], folder: Path, line: str, said: str) -> str:
    """What has been said after a command, which succeeds."""
    command, _, target = line.partition(" > ")
    done = c360(capsys, *shlex.split(command)[1:])
    assert done.code == 0, done
    if target:
        (folder / target).write_text(done.out, "utf-8")
    return said + done.out


def test_nobody_approves_their_own(capsys, monkeypatch, folder):
    monkeypatch.setenv("C360_DATABASE_URL", f"sqlite+aiosqlite:///{folder}/own.db")
    library = Path(__file__).parents[2] / "rules" / "library" / "grading"
    for name in ("grading.yaml", "grading_test.yaml"):
        (folder / name).write_text((library / name).read_text("utf-8") + "# mine\n", "utf-8")
    for command in ("migrate", "rules submit grading.yaml --by ann"):
        assert c360(capsys, *command.split()).code == 0

    refused = c360(capsys, *["rules", "approve", "grading", "2", "--by", "ann"])

    assert refused.code != 0
    assert "OWN_VERSION" in refused.out + refused.err
