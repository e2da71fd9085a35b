# ruff: noqa: INP001  # a script, not a package
"""Make the pictures of the documents anew.

GraphiQL with the view of a real customer, for the README (needs chromium and playwright); an escalation path in a
made-up world, for graph/README.md, which comes out the same every time; and the report of a simulation.

python docs/make_pictures.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import expect, sync_playwright

IMAGES = Path(__file__).parent / "images"
PORT = 8369
URL = f"http://127.0.0.1:{PORT}"
SECONDS = 180
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
C360 = (sys.executable, "-c", "from server.cli import main; main()")
WORLD = ("--customers", "50", "--interactions-per-customer", "0", "--as-of", "2026-01-31")
ESCALATION = ("--staff", "S-0030", "--as-of", "2026-01-31")
LARGER = ("--customers", "5000", "--interactions-per-customer", "0", "--as-of", "2026-01-31")
GRADING = Path(__file__).parent.parent / "rules" / "library" / "grading" / "grading.yaml"


def main() -> None:
    """Start the demonstration in a folder that is thrown away, and take its pictures."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("chromium is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        draw(f"sqlite+aiosqlite:///{folder}/world.db", IMAGES / "escalation.svg")
        simulate(browser, Path(folder), IMAGES / "simulation.png")
        words = [*C360, "demo", "--port", str(PORT), "--path", f"{folder}/demo.db"]
        demo = subprocess.Popen(words)  # noqa: S603  # our own command
        try:
            wait(demo)
            take(browser, IMAGES / "graphiql.png")
        finally:
            demo.terminate()
            demo.wait(20)


def draw(database: str, path: Path) -> None:
    """Make a world, and draw how someone in it gets to the top."""
    for words in (("generate", *WORLD), ("graph", "draw", *ESCALATION, "--out", str(path))):
        subprocess.run([*C360, *words, "--database", database], check=True)  # noqa: S603  # our own commands


def simulate(browser: str, folder: Path, path: Path) -> None:
    """Make a world, lower two bars of the shipped grading, and keep what the beginning of the report looks like."""
    candidate, report = folder / "candidate.yaml", folder / "report.html"
    text = GRADING.read_text("utf-8")
    candidate.write_text(text.replace(">= 50万", ">= 30万").replace(">= 10万", ">= 8万"), "utf-8")
    simulated = ("rules", "simulate", str(candidate), "--as-of", "2026-01-31", "--html", str(report))
    for words in (("generate", *LARGER), simulated):
        database = f"sqlite+aiosqlite:///{folder}/larger.db"
        subprocess.run([*C360, *words, "--database", database], check=True)  # noqa: S603  # our own commands
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = opened.new_page(viewport={"width": 1120, "height": 1170}, color_scheme="light")
        page.goto(report.as_uri())
        page.screenshot(path=path)
        opened.close()


def wait(demo: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + SECONDS
    while demo.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the demonstration does not start")


def take(browser: str, path: Path) -> None:
    """Run the first example in GraphiQL, and keep what it looks like."""
    path.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = opened.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
        page.goto(f"{URL}/graphql")
        page.locator(".graphiql-execute-button").click()
        expect(page.locator(".result-window")).to_contain_text('"metrics"')
        page.wait_for_load_state("networkidle")
        page.screenshot(path=path)
        opened.close()


if __name__ == "__main__":
    main()
