"""The check of a rule set: everything that can be proved wrong in its table, in one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rules.engine.analysis.checking_table import STEPS, Subject
from rules.engine.analysis.conflicts import conflicts
from rules.engine.analysis.dead_rows import dead_rows, unreachable
from rules.engine.analysis.findings import Finding, FindingKind, Report, Severity
from rules.engine.analysis.flutter import flutter
from rules.engine.analysis.gaps import gaps
from rules.engine.analysis.unused import unused_inputs, unused_values
from rules.engine.chain import Chain
from rules.engine.table import RuleSet

MOST_OF_A_KIND: Final = 50


def check(rule_set: RuleSet, *, steps: int = STEPS) -> Report:
    """Check a rule set. `steps` is how far each single question is followed before it is given up.

    Of rules that chain nothing is found: that they end was proved when they were read.
    """
    if isinstance(rule_set.body, Chain):
        return Report(rule_set, ())
    subject = Subject(rule_set.body, steps)
    more: dict[FindingKind, None] = {}
    finders = (
        gaps(subject),
        conflicts(subject),
        flutter(subject, rule_set.state),
        unreachable(subject),
        dead_rows(subject),
        unused_inputs(subject),
        unused_values(subject),
    )
    findings = [finding for finder in finders for finding in _some(finder, more)]
    order = list(Severity)
    return Report(rule_set, tuple(sorted(findings, key=lambda each: order.index(each.severity))), tuple(more))


def _some(finder: Iterator[Finding], more: dict[FindingKind, None]) -> Iterator[Finding]:
    """What is found of one kind, and what was given up beside it, until there are too many of either."""
    counts: Counter[FindingKind] = Counter()
    for finding in finder:
        counts[finding.kind] += 1
        if counts[finding.kind] > MOST_OF_A_KIND:
            more[finding.kind] = None
            return
        yield finding
