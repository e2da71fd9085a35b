"""Random rule sets and facts: both engines answer the same, and none crashes or hangs."""

from __future__ import annotations

import os

import pytest

from tests.rules.contracts.fuzzing import counted

pytestmark = pytest.mark.no_cover  # tens of thousands of rule sets: counting their lines doubles the time

PAIRS = 50_000 if os.environ.get("CI") == "true" else 2_000


def test_both_engines_answer_the_same():
    counts = counted(20_260_501, PAIRS)

    assert counts["pairs"] == PAIRS
    assert counts["with several"] > PAIRS / 3
    assert min(counts[fault] for fault in ("HIT_POLICY", "CONFLICT", "ARITHMETIC", "MISSING_FACT")) > 0
