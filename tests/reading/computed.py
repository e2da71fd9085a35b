"""What the query computes of texts and finds of candidates: none of the worlds of these tests has it.

`tests/schema/test_rule_texts.py`, `test_rule_trials.py`, `test_rule_shadows.py` and `test_rule_simulations.py` ask for
all of it.
"""

from __future__ import annotations

ENTRIES = {"checkRules", "testRules", "formatRules", "diffRules", "tryRules"}
"""The fields of the query."""

FOR_RULES = {"RuleCheck", "RuleTest", "FormattedRules", "RuleDiff", "RuleTrial"}
"""What they give to whoever reads rules."""

INSIDE = {
    "RuleCase",
    "RuleCaseDifference",
    "RuleCell",
    "RuleChange",
    "RuleDifferingRegion",
    "RuleFact",
    "RuleFailedTest",
    "RuleFinding",
    "RuleFindingsLeftOut",
    "RulePassedOver",
    "RuleRegion",
    "RuleRowName",
    "RuleShadowFigures",
    *(
        f"RuleSimulation{name}"
        for name in ("Count", "Fact", "History", "Load", "Month", "Move", "Outcome", "Quiet", "Result", "Work")
    ),
    "RuleTextProblem",
    "RuleTrialResult",
    "RuleTrialRow",
}
"""What is inside of that."""

THROUGH_CUSTOMER = {"RuleShadowDifference", "RuleSimulationMover"}
"""What of it is about a customer."""

TYPES = FOR_RULES | INSIDE | THROUGH_CUSTOMER

ASKED_ALONE = {
    "DecisionExplanation": {"nearestChange", "whyNot"},
    "RuleShadow": {"differences", "figures"},
    "RuleSimulation": {"result"},
}
"""Fields that ask why not a certain value, or what candidates say: `tests/schema/test_decisions.py`,
`test_rule_shadows.py` and `test_rule_simulations.py` ask for them."""

CHANGES = {"FactChange"}
"""What only they give."""
