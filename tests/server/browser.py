"""A real browser for tests; it must be there in CI, and is asked for politely elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MILLISECONDS = 30_000
"""How long something may take to appear; a busy machine is slow."""


def executable() -> str:
    """The browser of this machine; without one a test is skipped, and fails in CI."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI needs a browser: apt-get install chromium")
    if found is None:
        pytest.skip("there is no chromium here: apt-get install chromium")
    return found


@contextlib.contextmanager
def opened_page(folder: Path) -> Iterator[Page]:
    """A page of a fresh browser whose profile lies in `folder`."""
    path = executable()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=path, args=list(FLAGS), headless=True, viewport={"width": 1280, "height": 900}
        )
        try:
            expect.set_options(timeout=MILLISECONDS)
            yield context.pages[0]
        finally:
            context.close()
