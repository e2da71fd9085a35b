"""The workbench: long questions hold nobody up, end with whoever asked, and survive the end of the helper."""

from __future__ import annotations

import asyncio
import os
import signal
import textwrap
import time
from collections.abc import Iterator

import psutil
import pytest

from resolvers.reading import Context, open_reads
from rules.workbench.asking import Workbench
from rules.workbench.helper import answered
from schema.build import build_answerer
from tests.factories import NOW
from tests.rules.writing import HEAD, TABLE, rule_text
from tests.schema.asking_rules import ANALYST
from tests.schema.test_rule_texts import CHECK

pytestmark = pytest.mark.anyio

ROWS = "".join(f"| r{n} | [{n}..{n + 2}] | VIP, KEY | {n} | 甲 | a |\n" for n in range(2_000))
LONG = rule_text(f"| row | amount | grade | => fee | reason.zh | reason.en |\n{ROWS}", policy="RULE ORDER")
"""A table whose check takes seconds."""


@pytest.fixture
def bench() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


def helpers() -> list[psutil.Process]:
    """The helpers of this process."""
    return [child for child in psutil.Process().children() if "rules.workbench.helper" in child.cmdline()]


async def test_one_helper_answers_one_question_after_the_other(bench):
    before = len(helpers())

    found = await asyncio.gather(*(bench.check(rule_text()) for _ in range(5)), bench.line_up(rule_text()))

    assert [each.problems for each in found] == [()] * 6
    assert len(helpers()) == before + 1


async def test_others_are_answered_while_a_question_takes_long(store_url):
    reads = await open_reads(store_url, size=1)
    answerer = build_answerer(reads)

    async def asked(document: str, **variables: str) -> bytes:
        reply = await answerer.answer(document, variables, None, Context(subject=ANALYST, now=NOW))
        return bytes(reply.body)

    long = asyncio.create_task(asked(CHECK, text=LONG))
    for _ in range(10):
        assert b"analyst" in await asked("{ viewer { name } }")
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    await reads.close()


async def test_who_does_not_wait_any_longer_ends_the_work(bench):
    await bench.check(rule_text())
    [helper] = [each for each in helpers() if each.pid == bench.pid]
    long = asyncio.create_task(bench.check(LONG))
    waiting = asyncio.create_task(bench.check(LONG))
    await asyncio.to_thread(_until_busy, helper)

    waiting.cancel()
    long.cancel()
    results = await asyncio.gather(long, waiting, return_exceptions=True)

    assert [type(each) for each in results] == [asyncio.CancelledError] * 2
    assert not helper.is_running()
    assert (await bench.check(rule_text(TABLE.replace("not(VIP)", "NORMAL")))).errors == 1


def _until_busy(helper: psutil.Process) -> None:
    began = helper.cpu_times().user
    while helper.cpu_times().user < began + 0.1:
        pass


def _until_started(bench: Workbench) -> None:
    while bench.pid is None:
        time.sleep(0.01)


async def test_who_waited_behind_one_that_was_given_up_is_answered(bench):
    long = asyncio.create_task(bench.check(LONG))
    behind = asyncio.create_task(bench.check(rule_text()))
    await asyncio.sleep(0)
    await asyncio.to_thread(_until_started, bench)

    long.cancel()

    assert (await behind).rule_set == "fees"


async def test_a_helper_that_was_killed_is_followed_by_another(bench):
    await bench.check(rule_text())
    os.kill(bench.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(bench.pid)])

    assert (await bench.line_up(HEAD)).text == HEAD


async def test_what_goes_wrong_in_the_helper_is_raised(bench):
    found = answered("line_up", ("a", "b", "c"))

    assert isinstance(found, RuntimeError)
    assert "line_up" in str(found)
    with pytest.raises(RuntimeError, match="no_question"):
        await bench.ask("no_question")


async def test_whatever_lies_in_the_folder_the_helper_is_ours(bench, tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").write_text(textwrap.dedent("raise SystemExit('not ours')"), "utf-8")
    monkeypatch.chdir(tmp_path)

    assert (await bench.check(rule_text())).rule_set == "fees"


async def test_nothing_is_left_behind(bench):
    await bench.check(rule_text())
    [helper] = [each for each in helpers() if each.pid == bench.pid]

    bench.close()

    assert bench.pid is None
    assert not helper.is_running()
