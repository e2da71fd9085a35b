"""Type checkers find wrong declarations, and only those: each line of `typing_examples.py` that is marked, no other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).with_name("typing_examples.py")
ROOT = EXAMPLES.parents[2]

CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", str(EXAMPLES)],
    "pyright": [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(EXAMPLES)],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_finds_the_planted_errors(checker):
    planted = {n for n, line in enumerate(EXAMPLES.read_text().splitlines(), 1) if "  # error" in line}

    run = subprocess.run(CHECKERS[checker], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)

    found = {int(line) for line in re.findall(r"typing_examples\.py:(\d+)(?::\d+)?(?: -|:) error", run.stdout)}
    assert planted
    assert found == planted, run.stdout + run.stderr
