"""Looking through large rule sets: as small ones, in a process that ends with the work or with whoever waits."""

from __future__ import annotations

import asyncio
import time

import psutil
import pytest

from resolvers.problems import Refused
from resolvers.rule_sets.checking import CHECKER, LARGE, checked, looked_through, sound
from resolvers.rule_sets.library import Source
from tests.rules.writing import CASES, rule_text

pytestmark = pytest.mark.anyio


def large(rows: int, *, slip: bool) -> Source:
    """A rule set of many rows with its cases; a row that can never decide is the slip."""
    table = ["| row | amount | grade | => fee | reason.zh | reason.en |", "| none | null | - | 0 | 无 | none |"]
    table += [f"| r{n} | [{n}..{n + 1}) | - | {n} | 甲 | a |" for n in range(rows)]
    table += [f"| rest | >= {rows} | - | 1 | 乙 | b |", *(["| lost | [1..2) | VIP | 2 | 丙 | c |"] if slip else [])]
    cases = [f"  - {{name: n{n}, given: {{amount: {n}}}, expect: {{fee: {n}}}}}" for n in range(rows)]
    cases += ["  - {name: none, given: {amount: null}, expect: {fee: 0}}"]
    cases += [f"  - {{name: rest, given: {{amount: {rows}}}, expect: {{fee: 1}}}}"]
    return Source("fees", rule_text("\n".join(table)), CASES.partition("cases:\n")[0] + "cases:\n" + "\n".join(cases))


def checkers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if CHECKER in child.cmdline()]


def wait_until(count: int) -> None:
    deadline = time.monotonic() + 30
    while len(checkers()) != count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_a_large_one_is_found_sound_or_not_as_a_small_one_is():
    right, wrong = large(500, slip=False), large(500, slip=True)
    assert len(right.text) > LARGE

    assert await sound(right) == right.rule_set()
    with pytest.raises(Refused) as refused:
        await sound(wrong)

    [problem] = refused.value.problems
    assert problem.slips == checked(wrong).problems
    assert "lost" in problem.message
    assert checkers() == []


async def test_the_process_ends_with_whoever_waits_for_it():
    waiting = asyncio.create_task(looked_through(large(2_000, slip=True)))
    await asyncio.to_thread(wait_until, 1)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
    await asyncio.to_thread(wait_until, 0)


async def test_what_was_looked_through_is_remembered():
    source = large(501, slip=False)

    assert await looked_through(source) is await looked_through(source)
