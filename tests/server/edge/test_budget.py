"""Budgets: points for what runs, patience with what is refused, turns, and pauses."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from server.edge.budget import LEAST_CHARGE, Budget
from server.edge.meter import Metered
from server.edge.pauses import APART, LEAST, Pauses
from server.edge.turns import Turns
from server.refusal import Code, Refusal


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def budget(clock: Clock, *, points: float = 100, burst: float = 1_000, patience_ms: float = 500) -> Budget:
    return Budget(points=points, burst=burst, patience_ms=patience_ms, clock=clock)


class TestPoints:
    def test_what_is_left_is_told(self, clock):
        admit = budget(clock).admit("a")

        assert admit(300) == 700
        clock.now += 1
        assert admit(100) == 700

    def test_an_operation_may_cost_more_than_is_left_and_then_nothing_runs_for_a_while(self, clock):
        spent = budget(clock)
        assert spent.admit("a")(1_500) == 0

        with pytest.raises(Refusal) as at_the_head:
            spent.check("a")
        with pytest.raises(Refusal) as inside:
            spent.admit("a")(1)

        for caught in (at_the_head.value, inside.value):
            assert (caught.status, caught.code) == (429, Code.RATE_LIMITED)
            assert caught.headers == ((b"retry-after", b"6"),)
            assert caught.extensions == {"retryAfterMs": 5_001}
        clock.now += 5.001
        spent.check("a")

    def test_whatever_takes_our_time_costs_points(self, clock):
        spent = budget(clock, burst=50_000)
        spent.admit("a")(100)
        spent.settle("a", 100, 0.0)
        assert spent.admit("a")(0) == 49_900

        spent.settle("a", 0, 0.5 - LEAST_CHARGE)

        assert spent.admit("a")(0) == 37_400

    def test_nothing_is_free(self, clock):
        spent = budget(clock, burst=1_000)
        for _ in range(100):
            spent.settle("a", 0, 0.0)

        with pytest.raises(Refusal):
            spent.check("a")

    def test_others_are_not_concerned(self, clock):
        spent = budget(clock)
        spent.admit("a")(2_000)

        spent.check("b")
        assert spent.admit("b")(1) == 999

    def test_zero_is_no_limit(self, clock):
        free = budget(clock, points=0)

        assert free.admit("a")(10**9) is None
        free.check("a")


class TestPatience:
    def test_it_ends_when_refusals_took_too_much_time(self, clock):
        tried = budget(clock)
        for _ in range(5):
            tried.check("a")
            tried.blame("a", 0.1)

        assert tried.is_tried("a")
        with pytest.raises(Refusal, match="were refused") as caught:
            tried.check("a")
        assert caught.value.code == Code.RATE_LIMITED

    def test_the_first_refusals_are_answered_at_once_and_later_ones_take_a_thousandth_of_the_time(self, clock):
        tried = budget(clock, patience_ms=200)

        delays = [tried.blame("a", 0.002 - LEAST_CHARGE) for _ in range(13)]

        assert delays == [*[0] * 9, *[pytest.approx(2.0)] * 4]
        assert tried.blame("a", 0.1) == 4.0
        assert tried.blame("b", 0.01) == 0

    def test_who_waits_for_each_late_answer_and_asks_again_gets_the_next_one_late(self, clock):
        tried = budget(clock)
        tried.blame("a", 0.05)

        for _ in range(1_000):
            clock.now += tried.blame("a", 0.002)

            assert not tried.is_tried("a")
            assert tried.blame("a", 0.002) > 2

    def test_what_was_forgiven_may_be_done_again_after_a_while(self, clock):
        tried = budget(clock)
        tried.blame("a", 0.045)
        assert tried.blame("a", 0.01) > 0

        clock.now += 110

        assert tried.blame("a", 0.04) == 0

    def test_it_comes_back_at_a_hundredth_a_second(self, clock):
        tried = budget(clock)
        tried.blame("a", 0.6 - LEAST_CHARGE)
        clock.now += 19
        assert tried.is_tried("a")

        clock.now += 1.1

        assert not tried.is_tried("a")

    def test_the_cheapest_refusals_end_it_too(self, clock):
        tried = budget(clock)
        for _ in range(2_000):
            tried.blame("a", 0.0)

        assert tried.is_tried("a")

    def test_zero_is_no_limit(self, clock):
        patient = budget(clock, patience_ms=0)
        assert patient.blame("a", 1_000) == 0

        patient.check("a")
        assert not patient.is_tried("a")


class TestTurns:
    def test_only_so_many_run_at_a_time_in_the_order_of_their_coming(self):
        order, running, most = [], 0, 0

        async def one(turns: Turns, number: int) -> None:
            nonlocal running, most
            await turns.take("a")
            running += 1
            most = max(most, running)
            order.append(number)
            await asyncio.sleep(0.001)
            running -= 1
            turns.give_back("a")

        async def all_of_them() -> None:
            turns = Turns(3)
            await asyncio.gather(*(one(turns, number) for number in range(20)))
            assert not turns._lines

        asyncio.run(all_of_them())

        assert most == 3
        assert order == list(range(20))

    def test_a_queue_that_is_full_refuses(self):
        async def fill() -> Refusal:
            turns = Turns(1, queue=2)
            await turns.take("a")
            waiting = [asyncio.create_task(turns.take("a")) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Refusal) as caught:
                await turns.take("a")
            await turns.take("b")
            for task in waiting:
                turns.give_back("a")
                await task
            return caught.value

        refusal = asyncio.run(fill())

        assert (refusal.status, refusal.code) == (429, Code.TOO_MANY_REQUESTS)
        assert refusal.headers == ((b"retry-after", b"1"),)

    def test_who_gives_up_waiting_leaves_no_gap(self):
        async def give_up() -> None:
            turns = Turns(1)
            await turns.take("a")
            gone, late = (asyncio.create_task(turns.take("a")) for _ in range(2))
            await asyncio.sleep(0)
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone
            turns.give_back("a")
            await asyncio.wait_for(late, 30)
            turns.give_back("a")
            assert not turns._lines

        asyncio.run(give_up())

    def test_who_gives_up_at_the_very_moment_passes_the_turn_on(self):
        async def give_up() -> None:
            turns = Turns(1)
            await turns.take("a")
            gone, late = (asyncio.create_task(turns.take("a")) for _ in range(2))
            await asyncio.sleep(0)
            turns.give_back("a")
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone
            await asyncio.wait_for(late, 30)

        asyncio.run(give_up())

    def test_zero_is_no_limit(self):
        async def many() -> None:
            turns = Turns(0)
            for _ in range(1_000):
                await turns.take("a")

        asyncio.run(many())


class TestPauses:
    def test_answers_to_one_caller_are_spread_over_time(self):
        async def pause() -> tuple[float, float]:
            pauses, began = Pauses(), time.monotonic()
            await asyncio.gather(*(pauses.pause("a") for _ in range(11)))
            crowd, began = time.monotonic() - began, time.monotonic()
            await pauses.pause("b")
            assert not pauses._due
            return crowd, time.monotonic() - began

        crowd, alone = asyncio.run(pause())

        assert LEAST + 10 * APART <= crowd < LEAST + 10 * APART + 2
        assert LEAST <= alone < LEAST + 2

    def test_those_beyond_the_most_do_not_wait(self):
        async def pause() -> list[bool]:
            pauses = Pauses(most=3)
            return await asyncio.gather(*(pauses.pause(number) for number in range(5)))

        assert asyncio.run(pause()) == [True, True, True, False, False]

    def test_nobody_waits_too_long(self):
        async def pause() -> float:
            pauses = Pauses()
            began = time.monotonic()
            waits = [asyncio.create_task(pauses.pause("a")) for _ in range(400)]
            await asyncio.sleep(0.05)
            for task in waits:
                task.cancel()
            done = await asyncio.gather(*waits, return_exceptions=True)
            assert done.count(False) > 100
            assert not pauses._due
            return time.monotonic() - began

        assert asyncio.run(pause()) < 5


class TestMeter:
    def test_it_counts_the_work_and_not_the_waiting(self):
        def work(seconds: float) -> None:
            until = time.thread_time() + seconds
            while time.thread_time() < until:
                pass

        async def asked() -> str:
            work(0.02)
            await asyncio.sleep(0.1)
            work(0.02)
            return "done"

        async def measured() -> tuple[str, float]:
            meter = Metered(asked())
            noise = asyncio.create_task(asyncio.to_thread(work, 0.05))
            other = asyncio.create_task(asyncio.sleep(0.01))
            other.add_done_callback(lambda _: work(0.05))
            answer = await meter
            await asyncio.gather(noise, other)
            return answer, meter.seconds

        answer, seconds = asyncio.run(measured())

        assert answer == "done"
        assert 0.04 <= seconds < 0.05

    def test_exceptions_and_cancellation_pass_through(self):
        async def failing() -> None:
            await asyncio.sleep(0)
            raise ValueError("so")

        async def slow() -> None:
            await asyncio.sleep(10)

        async def measured() -> None:
            with pytest.raises(ValueError, match="so"):
                await Metered(failing())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await Metered(slow())

        asyncio.run(measured())
