"""How long each question takes on each adapter, in turns, beside a query that asks for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graph.bolt import PAUSE, Bolt
from graph.port import Graph, GraphUnavailable
from tests.bench.graph_questions import Keys, People, Question

BARE = "RETURN 1"
NEO4J = "Neo4j"
TRIES = 20

Way = Callable[[Question, Keys], Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class Plan:
    """How often is asked: rounds over all questions, and in each so many calls, after so many that do not count."""

    rounds: int
    calls: int
    warm: int
    size: int


@dataclass
class Figures:
    """The milliseconds of one question on one adapter, round by round."""

    rounds: list[list[float]] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Of the calmest round, that with the lowest median: what else the machine does makes a call slower only."""
        calmest = min(self.rounds, key=lambda each: _quantile(each, 0.5))
        return _quantile(calmest, share)

    @property
    def p50(self) -> float:
        """The median."""
        return self.quantile(0.5)


@dataclass(frozen=True)
class Answer:
    """One question, asked for so many keys at once, with the figures of all adapters and of the bare query."""

    question: str
    size: int
    figures: Mapping[str, Figures]

    @property
    def times_bare(self) -> float:
        """How many times a bare query Neo4j takes, in the calmest round of both together."""
        pairs = zip(self.figures[NEO4J].rounds, self.figures[BARE].rounds, strict=True)
        return min(_quantile(asked, 0.5) / _quantile(bare, 0.5) for asked, bare in pairs)

    def as_json(self) -> dict[str, Any]:
        """For the file of `--json`."""
        figures = {name: {"p50": each.p50, "p95": each.quantile(0.95)} for name, each in self.figures.items()}
        return {"question": self.question, "size": self.size, "times_bare": self.times_bare, "ms": figures}


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ways(graphs: Mapping[str, Graph], bolt: Bolt) -> dict[str, Way]:
    """Every adapter, and the bare query through the same driver as Neo4j's."""

    def by(graph: Graph) -> Way:
        return lambda question, keys: question.ask(graph, keys)

    async def bare(_: Question, __: Keys) -> Sequence[Any]:
        return await bolt.read(f"{BARE} AS one", {})

    return {**{name: by(graph) for name, graph in graphs.items()}, BARE: bare}


async def measure(questions: Sequence[Question], people: People, asked: Mapping[str, Way], plan: Plan) -> list[Answer]:
    """Ask every question on every adapter, call by call in turns; warm answers must be the same on all."""
    found = [Answer(each.name, plan.size, {name: Figures() for name in asked}) for each in questions]
    for turn in range(plan.rounds):
        for question, answer in zip(questions, found, strict=True):
            random = Random(f"{question.name} {plan.size} {turn}")
            for name, times in (await _round(question, people, asked, plan, random)).items():
                answer.figures[name].rounds.append(times)
    return found


async def _round(
    question: Question, people: People, asked: Mapping[str, Way], plan: Plan, random: Random
) -> dict[str, list[float]]:
    for _ in range(plan.warm):
        await _agree(question, people.keys(question.about, random, plan.size), asked)
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(plan.calls):
        keys = people.keys(question.about, random, plan.size)
        for name in random.sample(list(asked), len(asked)):
            began = time.perf_counter()
            await asked[name](question, keys)
            times[name].append((time.perf_counter() - began) * 1e3)
    return times


async def _patiently(way: Way, question: Question, keys: Keys) -> Sequence[Any]:
    """An answer of a store that may just have started: Neo4j plans and compiles a question when it is first asked."""
    for _ in range(TRIES):
        with contextlib.suppress(GraphUnavailable):
            return await way(question, keys)
        await asyncio.sleep(PAUSE)
    return await way(question, keys)


async def _agree(question: Question, keys: Keys, asked: Mapping[str, Way]) -> None:
    """Raise AssertionError where two adapters do not answer alike."""
    answers = {name: list(await _patiently(way, question, keys)) for name, way in asked.items() if name != BARE}
    first, *others = answers
    for other in others if question.comparable else ():
        assert answers[other] == answers[first], f"{question.name}{keys}: {other} does not answer as {first} does"
