"""How long one decision takes: on each of our engines, on both compared, and on zen-engine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import zen

from rules.engine.deciding import EngineChoice, Version
from rules.engine.durable import DurableTable
from rules.engine.reference import facts_for
from rules.engine.rule_file import read_rule_set
from rules.engine.table import RuleSet
from tests.bench.rules_world import World, world

POLICIES = ("FIRST", "COLLECT")
DURABLE, REFERENCE, COMPARED, ZEN = "durable-rules in the fence", "reference", "both compared", "zen-engine"
WARM = 200

Way = Callable[[int], Any]
"""Decides on the facts of this number."""


@dataclass(frozen=True)
class Figure:
    """The microseconds of a decision by one way, in the calmest of the rounds, by the clock and of the processor."""

    policy: str
    way: str
    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float


def measured(facts: int, rounds: int) -> list[Figure]:
    """Every way on the same facts, in turns, after all have given the same answers."""
    found = []
    for policy in POLICIES:
        made = world(policy, facts)
        rule_set = read_rule_set(made.text, "bench.yaml")
        with ExitStack() as stack:
            ways = _ways(rule_set, made, stack)
            _agree(rule_set, made, ways)
            found += _timed(policy, ways, facts, rounds)
    return found


def _ways(rule_set: RuleSet, made: World, stack: ExitStack) -> Mapping[str, Way]:
    known = [facts_for(rule_set.table.inputs, each)[0] for each in made.facts]
    others = made.zen_facts()
    durable = stack.enter_context(closing(DurableTable(rule_set.table)))
    reference = stack.enter_context(closing(Version(rule_set, EngineChoice.REFERENCE)))
    compared = stack.enter_context(closing(Version(rule_set)))
    zen_decision = zen.ZenEngine().create_decision(made.zen)
    return {
        DURABLE: lambda number: durable.answer(known[number]),
        REFERENCE: lambda number: reference.decide(made.facts[number]),
        COMPARED: lambda number: compared.decide(made.facts[number]),
        ZEN: lambda number: zen_decision.evaluate(others[number]),
    }


def _agree(rule_set: RuleSet, made: World, ways: Mapping[str, Way]) -> None:
    """See that zen-engine answers as we do: a race between different tables would say nothing."""
    for number, facts in enumerate(made.facts):
        ours = [int(each["points"]) for each in ways[REFERENCE](number).results]
        answer = ways[ZEN](number)["result"]
        theirs = [each["points"] for each in (answer if isinstance(answer, list) else [answer] if answer else [])]
        if ours != theirs:
            raise RuntimeError(f"{rule_set.table.policy} of {facts}: we say {ours}, zen-engine {theirs}")


def _timed(policy: str, ways: Mapping[str, Way], facts: int, rounds: int) -> list[Figure]:
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(_round(way, facts))
    return [Figure(policy, name, *map(min, zip(*found, strict=True))) for name, found in times.items()]


def _round(way: Way, facts: int) -> tuple[float, ...]:
    """The microseconds of a decision: p50 and p99 by the clock, p50 and p99 of the processor."""
    for number in range(min(WARM, facts)):
        way(number)
    gc.collect()
    clock, processor = [], []
    for number in range(facts):
        worked, began = time.thread_time_ns(), time.perf_counter_ns()
        way(number)
        clock.append((time.perf_counter_ns() - began) / 1_000)
        processor.append((time.thread_time_ns() - worked) / 1_000)
    return tuple(_quantile(sorted(times), share) for times in (clock, processor) for share in (0.5, 0.99))


def _quantile(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
