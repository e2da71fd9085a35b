"""The check of a rule set: everything that can be proved wrong in its table, in one report."""

from __future__ import annotations

import itertools
from typing import Final

from rules.engine.analysis.checking_table import STEPS, Subject
from rules.engine.analysis.conflicts import conflicts
from rules.engine.analysis.dead_rows import dead_rows
from rules.engine.analysis.findings import Finding, FindingKind, Report, Severity
from rules.engine.analysis.flutter import flutter
from rules.engine.analysis.gaps import gaps
from rules.engine.analysis.unused import unused
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
    findings: list[Finding] = []
    more: list[FindingKind] = []
    finders = (gaps(subject), conflicts(subject), flutter(subject, rule_set.state), dead_rows(subject), unused(subject))
    for finder in finders:
        found = list(itertools.islice(finder, MOST_OF_A_KIND + 1))
        if len(found) > MOST_OF_A_KIND:
            more.append(found[-1].kind)
        findings.extend(found[:MOST_OF_A_KIND])
    order = list(Severity)
    return Report(rule_set, tuple(sorted(findings, key=lambda each: order.index(each.severity))), tuple(more))
