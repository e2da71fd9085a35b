"""The live engine of one rule set: each decision is made twice, and given only if both engines agree."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.engine.case_file import Case
from rules.engine.chain import Chain
from rules.engine.durable import DurableChain, DurableTable
from rules.engine.fence import FenceError
from rules.engine.outcome import Outcome, facts_for
from rules.engine.reference import answer
from rules.engine.table import RuleSet
from rules.engine.testing import Verdict, verdict


class EngineChoice(enum.StrEnum):
    """Which engine decides."""

    DURABLE = "durable"
    """durable-rules in its fence; the reference evaluator looks at each of its decisions."""
    REFERENCE = "reference"
    """The reference evaluator alone."""


@dataclass(frozen=True)
class Difference:
    """Facts on which the live engine and the reference evaluator did not agree."""

    rule_set: str
    facts: Mapping[str, Any]
    """As the columns keep them. They may be personal: not for a log that everyone reads."""
    reference: Outcome
    live: Outcome | None
    """None if the engine failed."""
    message: str
    """What happened, without any fact."""


Alarm: TypeAlias = Callable[[Difference], None]
"""Is told of each difference before the decision is refused."""


class DecisionRefusedError(Exception):
    """The engines did not agree, so nothing was decided."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(f"{difference.rule_set}: {difference.message}. Nothing was decided")
        self.difference = difference


class ClosedError(LookupError):
    """The version was closed, and decides no more."""


class Version:
    """A rule set that is ready to decide. Any thread may ask; one is answered at a time. `close` frees its memory.

    Args:
        rule_set: what decides.
        choice: the engine.
        alarm: is told of differences between the engines.

    Raises:
        FenceError: the engine refuses the rules.
    """

    def __init__(
        self, rule_set: RuleSet, choice: EngineChoice = EngineChoice.DURABLE, alarm: Alarm = lambda _: None
    ) -> None:
        self.rule_set = rule_set
        self._alarm = alarm
        self._lock = threading.Lock()
        self._is_closed = False
        self._durable: DurableTable | DurableChain | None = None
        if choice is EngineChoice.DURABLE:
            body = rule_set.body
            self._durable = DurableChain(body) if isinstance(body, Chain) else DurableTable(body)

    def decide(self, facts: Mapping[str, Any]) -> Outcome:
        """Decide, as `rules.engine.reference.evaluate` does.

        Raises:
            DecisionRefusedError: the engines do not agree.
            ClosedError: the version was closed.
        """
        known, errors = facts_for(self.rule_set.body.inputs, facts)
        if errors:
            return Outcome(errors=errors)
        expected = answer(self.rule_set.body, known)
        try:
            found = self._answered(known, expected)
        except FenceError as error:
            difference = Difference(self.rule_set.name, known, expected, None, str(error))
            raise self._refused(difference) from error
        if found != expected:
            message = "the live engine and the reference evaluator differ"
            raise self._refused(Difference(self.rule_set.name, known, expected, found, message))
        return found

    def _answered(self, facts: Mapping[str, Any], expected: Outcome) -> Outcome:
        with self._lock:
            if self._is_closed:
                raise ClosedError(f"this version of {self.rule_set.name} was closed")
            return self._durable.answer(facts) if self._durable else expected

    def _refused(self, difference: Difference) -> DecisionRefusedError:
        self._alarm(difference)
        return DecisionRefusedError(difference)

    def failures(self, cases: Sequence[Case]) -> list[Verdict]:
        """The cases that do not come out as they should.

        Raises:
            DecisionRefusedError: the engines do not agree on a case.
        """
        verdicts = (verdict(self.rule_set, case, self.decide(case.facts)) for case in cases)
        return [each for each in verdicts if each.differences]

    def close(self) -> None:
        """Free its memory; a decision that is being made is made first. Closing twice does no harm."""
        with self._lock:
            self._is_closed = True
            if self._durable is not None:
                self._durable.close()
                self._durable = None
