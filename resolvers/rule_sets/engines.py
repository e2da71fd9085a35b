"""The live engines of versions: each decision made by durable-rules and by the reference evaluator, or refused."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import structlog

from rules.engine import deciding
from rules.engine.deciding import DecisionRefusedError, Difference, EngineChoice
from rules.engine.fence import FenceError
from rules.engine.kinds import Fault
from rules.engine.reference import EvaluationError, Outcome
from rules.engine.table import RuleSet

KEPT: Final = 32
"""Versions whose engines are kept; one of 100 rows takes some hundred kilobytes."""

log = structlog.stdlib.get_logger("rules")


class Engines:
    """The engines of versions that were asked lately, by the ids of the versions.

    `differences` counts how often the two engines did not agree since the start: anything but 0 is an alarm.
    """

    def __init__(self, choice: EngineChoice = EngineChoice.DURABLE) -> None:
        self.choice = choice
        self.differences = 0
        self._kept: OrderedDict[uuid.UUID, deciding.Version] = OrderedDict()

    def decide(self, key: uuid.UUID, rule_set: RuleSet, facts: Mapping[str, Any]) -> Outcome:
        """What a version decides. Where the engines do not agree, that nothing is decided, and the alarm is raised."""
        try:
            return self._engine(key, rule_set).decide(facts)
        except DecisionRefusedError as refused:
            message = str(refused)
        except FenceError as error:
            self._alarm(Difference(rule_set.name, facts, Outcome(), None, str(error)))
            message = f"{rule_set.name}: {error}"
        return Outcome(errors=(EvaluationError(Fault.ENGINES_DIFFER, message),))

    def close(self) -> None:
        """Free the memory of all."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _engine(self, key: uuid.UUID, rule_set: RuleSet) -> deciding.Version:
        engine = self._kept.get(key)
        if engine is None:
            engine = self._kept[key] = deciding.Version(rule_set, self.choice, self._alarm)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)[1].close()
        self._kept.move_to_end(key)
        return engine

    def _alarm(self, difference: Difference) -> None:
        self.differences += 1
        log.error("the engines differ", rule_set=difference.rule_set, message=difference.message)


LIVE: Final = Engines()
"""The engines of this process. The server says at its start which engine they use (C360_RULES_ENGINE)."""
