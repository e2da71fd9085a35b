"""Rules that chain: what one concludes is a fact for the next. Nothing here knows how it was written."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from rules.engine.cell import Test
from rules.engine.expression import Calculation, Expression, Name
from rules.engine.kinds import Column, Kind, Value
from rules.engine.words import NO_WORDS, Words


class Combine(enum.StrEnum):
    """What it means when several rules conclude values of one thing, as files name it."""

    AGREE = "agree"
    """They must conclude the same value."""
    FIRST = "first"
    """The rule that stands first in the file."""
    PRIORITY = "priority"
    """The value that is first in the order of the enum's values."""
    MIN = "min"
    MAX = "max"
    SUM = "sum"

    def suits(self, kind: Kind) -> bool:
        """Whether values of this kind can be combined so."""
        if self in (Combine.MIN, Combine.MAX):
            return kind.is_ordered
        needs = {Combine.SUM: Kind.NUMBER, Combine.PRIORITY: Kind.ENUM}
        return needs.get(self, kind) is kind


@dataclass(frozen=True)
class Conclusion:
    """What rules can conclude: a typed value, what it is if no rule concludes it, and what several mean."""

    column: Column
    default: Value | None
    combine: Combine = Combine.AGREE

    @property
    def name(self) -> str:
        """The name by which rules read and conclude it."""
        return self.column.name


Alternative: TypeAlias = tuple[tuple[str, Test], ...]
"""Tests of facts by name, all of which must hold."""


@dataclass(frozen=True)
class ChainRule:
    """When one of its alternatives holds, then it concludes values, and why."""

    id: str
    when: tuple[Alternative, ...]
    then: tuple[tuple[str, Expression], ...]
    reason: Words = NO_WORDS
    line: int = field(default=0, compare=False)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether one of its alternatives holds for these facts, which must fit their columns."""
        return any(all(test.admits(facts[name]) for name, test in each) for each in self.when)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the facts and conclusions that it needs."""
        tested = {name for each in self.when for name, _ in each}
        return frozenset(tested.union(*(_names(expression) for _, expression in self.then)))

    @cached_property
    def concludes(self) -> frozenset[str]:
        """The names of what it concludes."""
        return frozenset(name for name, _ in self.then)


def _names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Calculation):
        yield from _names(expression.left)
        yield from _names(expression.right)


@dataclass(frozen=True)
class Round:
    """Rules, by their places in the file, all of whose facts earlier rounds have settled; and what is settled then."""

    number: int
    """From 0."""
    rules: tuple[int, ...]
    conclusions: tuple[Conclusion, ...]


class CircleError(ValueError):
    """Rules need each other's conclusions in a circle: each of `steps` concludes what the next needs."""

    def __init__(self, steps: tuple[tuple[ChainRule, str], ...]) -> None:
        told = ", ".join(f"{rule.id} (line {rule.line}) concludes {name}" for rule, name in steps)
        super().__init__(
            f"these rules go in a circle, each needs what the one before concludes: {told},"
            f" and {steps[0][0].id} needs {steps[-1][1]}. Take one of these tests out"
        )
        self.steps = steps


@dataclass(frozen=True)
class Chain:
    """Rules over typed inputs and over each other's conclusions, without a circle."""

    inputs: tuple[Column, ...]
    conclusions: tuple[Conclusion, ...]
    rules: tuple[ChainRule, ...]

    @cached_property
    def outputs(self) -> tuple[Column, ...]:
        """The columns of the conclusions: all of them are answered."""
        return tuple(each.column for each in self.conclusions)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """All that rules can read, by name."""
        return {column.name: column for column in (*self.inputs, *self.outputs)}

    @cached_property
    def rounds(self) -> tuple[Round, ...]:
        """The rules in the order in which they can be asked: whoever needs a conclusion comes after all who make it.

        Raises:
            CircleError: there is no such order.
        """
        depths = _Depths(self)
        of_rules = [depths.of_rule(rule) for rule in self.rules]
        of_conclusions = [depths.of_conclusion(each.name) for each in self.conclusions]
        return tuple(
            Round(
                number,
                tuple(place for place, depth in enumerate(of_rules) if depth == number),
                tuple(each for each, depth in zip(self.conclusions, of_conclusions, strict=True) if depth == number),
            )
            for number in range(max(of_rules + of_conclusions, default=-1) + 1)
        )


class _Depths:
    """In which round a rule is asked and a conclusion settled: 0 for a rule that needs no conclusion."""

    def __init__(self, chain: Chain) -> None:
        self._makers = {
            each.name: [rule for rule in chain.rules if each.name in rule.concludes] for each in chain.conclusions
        }
        self._known: dict[str, int] = {}
        self._path: list[tuple[ChainRule, str]] = []

    def of_conclusion(self, name: str) -> int:
        """The round in which it is settled."""
        if name not in self._known:
            self._refuse_circle(name)
            depths = [0]
            for rule in self._makers[name]:
                self._path.append((rule, name))
                depths.append(self.of_rule(rule))
                self._path.pop()
            self._known[name] = max(depths)
        return self._known[name]

    def of_rule(self, rule: ChainRule) -> int:
        """The round in which it can be asked."""
        needed = sorted(rule.reads & self._makers.keys())
        return max((1 + self.of_conclusion(name) for name in needed), default=0)

    def _refuse_circle(self, name: str) -> None:
        names = [concluded for _, concluded in self._path]
        if name in names:
            raise CircleError(tuple(reversed(self._path[names.index(name) :])))
