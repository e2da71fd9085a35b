"""Random rules that chain, as text and as Python; and a second evaluator of a few lines, without rounds."""

from __future__ import annotations

import operator
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

COMPARE: dict[str, Callable[[Any, Any], bool]] = {">=": operator.ge, "<": operator.lt, "=": operator.eq}
COMBINE: dict[str, Callable[[list[int]], int]] = {"first": lambda values: values[0], "min": min, "max": max, "sum": sum}


class Rule(NamedTuple):
    alternatives: list[list[tuple[str, str, int]]]
    """Each test as the name of a fact, a comparison, and a number."""
    then: dict[str, int]


class ChainWorld(NamedTuple):
    """A file with facts for it, and the same as Python."""

    text: str
    facts: dict[str, int]
    conclusions: dict[str, str]
    """How each is combined."""
    rules: list[Rule]

    def value(self, name: str) -> int:
        """The value of a fact or conclusion, found from its end: by asking the rules that make it."""
        made = self.made(name)
        return made[0] if made and self.conclusions[name] == "agree" else self.combined(name, made)

    def combined(self, name: str, made: list[int]) -> int:
        if name in self.facts:
            return self.facts[name]
        return COMBINE[self.conclusions[name]](made) if made else -1

    def made(self, name: str) -> list[int]:
        return [rule.then[name] for rule in self.rules if name in rule.then and self.holds(rule)]

    def holds(self, rule: Rule) -> bool:
        return any(all(COMPARE[sign](self.value(name), n) for name, sign, n in each) for each in rule.alternatives)

    def is_contradicted(self) -> bool:
        return any(how == "agree" and len(set(self.made(name))) > 1 for name, how in self.conclusions.items())


def chain_worlds(random: Random) -> ChainWorld:
    """A rule reads inputs and conclusions of less depth than its own; the file has them in any order."""
    facts = {name: random.randint(-3, 3) for name in ("x", "y")}
    names = [f"c{number}" for number in range(random.randint(1, 5))]
    conclusions = {name: random.choice(["agree", *COMBINE]) for name in names}
    rules: list[Rule] = []
    for depth, name in enumerate(names):
        rules += [_rule(random, name, [*facts, *names[:depth]]) for _ in range(random.randint(1, 3))]
    random.shuffle(rules)
    unique = list({str(rule): rule for rule in rules}.values())
    declared = list(names)
    random.shuffle(declared)
    return ChainWorld(_text(conclusions, declared, unique), facts, conclusions, unique)


def _rule(random: Random, name: str, readable: list[str]) -> Rule:
    alternatives: dict[str, list[tuple[str, str, int]]] = {}
    for _ in range(random.randint(1, 2)):
        read = random.sample(readable, random.randint(1, min(3, len(readable))))
        tests = [(each, random.choice(list(COMPARE)), random.randint(-3, 3)) for each in sorted(read)]
        alternatives[str(tests)] = tests
    return Rule(list(alternatives.values()), {name: random.randint(-2, 3)})


def _text(conclusions: dict[str, str], declared: list[str], rules: list[Rule]) -> str:
    lines = ["rule_set: world", "title: {zh: 世界, en: World}", "owner: nobody", "inputs:"]
    lines += ["  x: {type: number}", "  y: {type: number}", "conclusions:"]
    lines += [f"  {name}: {{type: number, default: -1, combine: {conclusions[name]}}}" for name in declared]
    lines += ["rules:"]
    for number, (alternatives, then) in enumerate(rules):
        when = ", ".join(
            "{" + ", ".join(f'{name}: "{sign} {n}"' for name, sign, n in each) + "}" for each in alternatives
        )
        concluded = ", ".join(f"{name}: {n}" for name, n in then.items())
        lines += [f"  - id: r{number}", f"    when: [{when}]", f"    then: {{{concluded}}}"]
    return "\n".join(lines) + "\n"
