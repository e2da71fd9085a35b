"""The page about importing: its tables are the declared columns, and its examples can be imported as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resolvers.importing import SOURCES
from tests.importing.running import FILES

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "import.md").read_text("utf-8")
OWN = [name for name in SOURCES if name not in FILES]


def section(name: str) -> str:
    return PAGE.split(f"\n### {name}\n")[1].split("\n#")[0]


@pytest.mark.parametrize("name", OWN)
def test_every_column_is_told_with_its_meaning(name):
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\| (.*) \|$", section(name), re.MULTILINE)

    form = SOURCES[name].form
    assert rows == [(column.name, "yes" if column.required else "", column.meaning) for column in form.columns]


@pytest.mark.anyio
async def test_the_examples_can_be_imported_in_their_order(desk):
    reports = []
    for name in re.findall(r"^### (\w+)$", PAGE.split("## The published sets")[0], re.MULTILINE):
        kind, example = re.findall(r"```(csv|json)\n(.*?)```", section(name), re.DOTALL)[0]
        suffix = {"csv": "csv", "json": "jsonl"}[kind]
        reports.append(await desk.text(name, example, name=f"{name}.{suffix}"))

    assert [report.source for report in reports] == OWN
    assert sum(report.rows_refused for report in reports) == 0
    assert all(report.changes > 0 for report in reports)


def test_every_published_set_has_its_section():
    assert all(f"\n### {name}: " in PAGE for name in FILES)
