"""The program of the page about subscribing: it hears what it missed, goes on, and reads all anew when it must."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from resolvers.access import Role
from server.app import Application
from server.asking import ask
from server.demo import keys_of, signing, url_of
from server.graphiql.page import Example
from server.identity.own_tokens import Bearer
from server.settings import Settings
from tests.server.running import running
from tests.server.running_cli import c360

PAGE = (Path(__file__).parent.parent / "docs" / "how-to" / "subscribe.md").read_text("utf-8")
[PROGRAM] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

CUSTOMER = "CFPB-AMEX-5B94"
OPEN = """
mutation Open($customerId: ID!, $subject: String!) {
  openTicket(input: { customerId: $customerId, kind: FAULT, channel: PHONE, subject: $subject }) {
    ticket { number }
  }
}
"""
MANAGER = Bearer(Role.MANAGER)


@pytest.fixture
def demo(capsys, tmp_path) -> Path:
    """The demonstration's database."""
    path = tmp_path / "demo.db"
    assert c360(capsys, "demo", "--no-serve", "--path", str(path)).code == 0
    return path


@contextlib.contextmanager
def following(folder: Path, url: str, key: str) -> Iterator[Callable[[], list[str]]]:
    """The program at work in a folder; gives what reads the lines that it has written so far."""
    printed = folder / "printed.txt"
    environment = {**os.environ, "SERVICE_URL": f"{url}/graphql", "SERVICE_KEY": key}
    with printed.open("w", encoding="utf-8") as output:
        program = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=folder, stdout=output, env=environment)
        try:
            yield lambda: printed.read_text("utf-8").splitlines()
        finally:
            program.terminate()
            program.wait(10)


def becomes(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def test_the_program_goes_on_where_it_was_and_begins_anew_after_a_restore(demo, tmp_path, capsys):
    database, sign = url_of(demo), signing(keys_of(demo))
    key = c360(capsys, "keys", "create", "--name", "a test", "--customer", CUSTOMER, "--database", database).out.strip()

    with running(Application(Settings(database_url=database, token_keys_file=keys_of(demo)))) as url:

        def told(query: str, **variables: str) -> dict:
            return ask(url, Example("", query, variables, MANAGER), sign(MANAGER))["data"]

        of = f'{{ customer(code: "{CUSTOMER}") {{ id tickets(first: 100) {{ totalCount }} }} }}'
        customer = told(of)["customer"]

        def opened(subject: str) -> str:
            return told(OPEN, customerId=customer["id"], subject=subject)["openTicket"]["ticket"]["number"]

        count, cursor = customer["tickets"]["totalCount"], tmp_path / "tickets.cursor"
        with following(tmp_path, url, key) as lines:
            assert becomes(cursor.exists)
            assert len(lines()) == count
            first = opened("while it runs")
            assert becomes(lambda: lines()[-1].startswith(first))

        missed = [opened(f"while it is away, {number}") for number in range(3)]
        with following(tmp_path, url, key) as lines:
            assert becomes(lambda: len(lines()) >= 3)
            assert [line.split()[0] for line in lines()] == missed

            assert c360(capsys, "log", "new-epoch", "--database", database).code == 0
            assert becomes(lambda: len(lines()) >= 3 + count + 4)
            last = opened("after the restore")
            assert becomes(lambda: lines()[-1].startswith(last))
