"""What the fixed words of rule files mean, as an editor shows it beside each."""

from __future__ import annotations

from typing import Final

from rules.engine.chain import Combine
from rules.engine.kinds import Fault
from rules.engine.table import HitPolicy
from rules.facts.vocabulary import Subject

SUBJECTS: Final = {
    Subject.CUSTOMER: "a customer, on the record as of one instant",
    Subject.TICKET: "a ticket; its customer's facts can be read too",
    Subject.REQUEST: "a request; whoever asks gives its facts",
    Subject.CONDUCT: "a violation; whoever registers it gives its facts",
}
POLICIES: Final = {
    HitPolicy.UNIQUE: "the row that matches; two are an error",
    HitPolicy.ANY: "what all matching rows say; if they differ, an error",
    HitPolicy.PRIORITY: "the row whose output is first in the output's values",
    HitPolicy.FIRST: "the first row that matches",
    HitPolicy.RULE_ORDER: "all matching rows, in the order of the table",
    HitPolicy.OUTPUT_ORDER: "all matching rows, in the order of the output's values",
    HitPolicy.COLLECT: "all matching rows, in the order of the table",
    HitPolicy.SUM: "the sum of all matching rows; null if none matches",
    HitPolicy.MIN: "the least number of all matching rows; null if none matches",
    HitPolicy.MAX: "the greatest number of all matching rows; null if none matches",
    HitPolicy.COUNT: "how many rows match",
}
COMBINES: Final = {
    Combine.AGREE: "the value that all say; if they differ, nothing is decided",
    Combine.FIRST: "the value of the rule that stands first in the file",
    Combine.PRIORITY: "of an enum: the value that is first in its values",
    Combine.MIN: "the least value",
    Combine.MAX: "the greatest value",
    Combine.SUM: "all numbers together",
}
FAULTS: Final = {
    Fault.MISSING_FACT: "a fact that may not be null is not known",
    Fault.WRONG_TYPE: "a fact is of another type than its column",
    Fault.OUT_OF_RANGE: "a fact is outside of what its column allows",
    Fault.HIT_POLICY: "more rows match than the hit policy allows",
    Fault.CONFLICT: "rules that chain conclude different values",
    Fault.ARITHMETIC: "a division by zero, or an output that may not be null",
    Fault.ENGINES_DIFFER: "the live engine and the reference evaluator do not agree",
}
