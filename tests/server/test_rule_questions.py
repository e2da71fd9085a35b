"""Questions about texts of rules over a real socket: answered, ended by the request's time, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from rules.workbench.asking import BENCH
from server.app import Application
from server.refusal import Code
from server.settings import Settings
from tests.rules.writing import TABLE, rule_text
from tests.schema.test_workbench import LONG, helpers
from tests.server.running import running
from tests.server.test_http import refused_with

CHECK = "query($text: String!) { checkRules(text: $text) { errorCount findings { kind } problems { line message } } }"


@pytest.fixture
def url(store_url: str) -> Iterator[str]:
    settings = Settings(database_url=store_url, trust_subject_headers=True, request_timeout=2.0, body_limit=1_000_000)
    with running(Application(settings)) as address:
        yield address


def ask(url: str, query: str, role: str = "analyst", **variables: Any) -> httpx.Response:
    document = {"query": query, "variables": variables}
    return httpx.post(f"{url}/graphql", json=document, headers={"x-c360-role": role}, timeout=30)


def test_a_text_is_checked(url):
    found = ask(url, CHECK, text=rule_text(TABLE.replace("not(VIP)", "NORMAL"))).json()["data"]["checkRules"]
    broken = ask(url, CHECK, text="rule_set: [").json()["data"]["checkRules"]

    assert found == {"errorCount": 1, "findings": [{"kind": "GAP"}], "problems": []}
    assert broken["problems"][0]["message"].startswith("this is no YAML")
    assert ask(url, CHECK, "agent", text="").json()["data"] == {"checkRules": None}


def test_a_question_that_takes_too_long_is_ended_and_meanwhile_others_are_answered(url):
    ask(url, CHECK, text=rule_text())
    [helper] = [each for each in helpers() if each.pid == BENCH.pid]
    with ThreadPoolExecutor(1) as beside:
        long = beside.submit(ask, url, CHECK, text=LONG)
        seen = [ask(url, "{ viewer { role } }").json()["data"] for _ in range(5)]
        assert not long.done()

        refused_with(long.result(), 503, Code.TIMEOUT)

    assert seen == [{"viewer": {"role": "ANALYST"}}] * 5
    psutil.wait_procs([helper], timeout=20)
    assert not helper.is_running()
    assert ask(url, CHECK, text=rule_text()).json()["data"]["checkRules"]["errorCount"] == 0


def test_the_helper_ends_with_the_server(store_url):
    settings = Settings(database_url=store_url, trust_subject_headers=True)
    with running(Application(settings)) as url:
        ask(url, CHECK, text=rule_text())
        assert BENCH.pid is not None

    assert BENCH.pid is None


def test_a_text_as_large_as_a_body_may_not_be_is_refused(url):
    refused_with(ask(url, CHECK, text="#" * 1_100_000), 413, Code.BODY_TOO_LARGE)
