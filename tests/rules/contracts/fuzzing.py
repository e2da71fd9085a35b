"""Random pairs of a rule set and facts, decided by both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from random import Random

from rules.engine.deciding import Version
from rules.engine.outcome import Outcome
from tests.rules.contracts import random_rules

FACTS = 25
"""Facts for each rule set: making a rule set costs more than asking it."""


def outcomes(seed: int, pairs: int) -> Iterator[Outcome]:
    """What so many pairs came to. A difference between the engines, or a failure of one, is raised."""
    random = Random(seed)
    for start in range(0, pairs, FACTS):
        rule_set = random_rules.rule_set(random)
        with closing(Version(rule_set)) as version:
            for _ in range(min(FACTS, pairs - start)):
                yield version.decide(random_rules.facts_for(random, rule_set.body.inputs))


def counted(seed: int, pairs: int) -> Counter[str]:
    """How many of the outcomes had results, matches or each fault: a fuzz that decides nothing proves nothing."""
    counts: Counter[str] = Counter()
    for outcome in outcomes(seed, pairs):
        counts["pairs"] += 1
        counts["with a match"] += bool(outcome.matched)
        counts["with several"] += len(outcome.matched) > 1
        counts.update(str(error.fault) for error in outcome.errors)
    return counts
