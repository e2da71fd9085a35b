"""How hard the service is tried: a little in every run, all of it with `C360_TEST_TORTURE=full`."""

from __future__ import annotations

import os

FULL = os.environ.get("C360_TEST_TORTURE") == "full"


def sized(usual: int, full: int) -> int:
    """How many rounds this run makes."""
    return full if FULL else usual
