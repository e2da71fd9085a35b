"""The live engine: rule sets in force, each decision made twice and given only if both engines agree."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
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


class CasesFailedError(Exception):
    """A rule set fails its own cases, so it does not come into force."""

    def __init__(self, rule_set: str, failures: Sequence[Verdict]) -> None:
        told = "; ".join(f"{each.case.name}: {each.differences[0]}" for each in failures[:5])
        super().__init__(f"{rule_set} fails {len(failures)} of its cases: {told}")
        self.failures = tuple(failures)


class NotInForceError(LookupError):
    """There is no rule set of this name in force."""


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
            NotInForceError: the version was closed.
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
                raise NotInForceError(f"this version of {self.rule_set.name} was closed")
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


class LiveEngine:
    """The rule sets in force, by name. Any thread may publish and decide.

    Args:
        choice: the engine of all that is published.
        alarm: is told of differences between the engines.
    """

    def __init__(self, choice: EngineChoice = EngineChoice.DURABLE, alarm: Alarm = lambda _: None) -> None:
        self._choice = choice
        self._alarm = alarm
        self._lock = threading.Lock()
        self._versions: dict[str, Version] = {}

    def publish(self, rule_set: RuleSet, cases: Sequence[Case] = ()) -> None:
        """Put a rule set into force in place of the one of its name, if it passes its cases. Else that one stays.

        Raises:
            CasesFailedError: cases fail.
            DecisionRefusedError: the engines do not agree on a case.
            FenceError: the engine refuses the rules.
        """
        version = Version(rule_set, self._choice, self._alarm)
        try:
            failures = version.failures(cases)
            if failures:
                raise CasesFailedError(rule_set.name, failures)
        except BaseException:
            version.close()
            raise
        with self._lock:
            replaced = self._versions.get(rule_set.name)
            self._versions[rule_set.name] = version
        if replaced is not None:
            replaced.close()

    def decide(self, name: str, facts: Mapping[str, Any]) -> Outcome:
        """Decide by the rule set of this name, by the version that is in force now.

        Raises:
            NotInForceError: there is none.
            DecisionRefusedError: the engines do not agree.
        """
        while True:
            version = self.version(name)
            try:
                return version.decide(facts)
            except NotInForceError:
                if self._versions.get(name) is version:  # closed by someone else, and not replaced
                    raise

    def version(self, name: str) -> Version:
        """The version of this rule set that is in force now.

        Raises:
            NotInForceError: there is none.
        """
        version = self._versions.get(name)
        if version is None:
            raise NotInForceError(f"no rule set {name} is in force")
        return version

    def withdraw(self, name: str) -> None:
        """Take a rule set out of force.

        Raises:
            NotInForceError: there is none of this name.
        """
        with self._lock:
            version = self._versions.pop(name, None)
        if version is None:
            raise NotInForceError(f"no rule set {name} is in force")
        version.close()

    def close(self) -> None:
        """Take all out of force, and free their memory."""
        for name in list(self._versions):
            self.withdraw(name)

    def __enter__(self) -> LiveEngine:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
