"""No list of the schema is without a bound: each takes `first`, or is bounded by its nature."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type

from graph.port import HOPS
from resolvers.decisions.backtesting import MOST_MONTHS
from resolvers.decisions.questions import MOST_INPUTS, MOST_ROWS
from resolvers.decisions.simulation_questions import (
    MOST_FACTS,
    MOST_MOVES,
    MOST_OUTCOMES,
    MOST_OUTPUTS,
    MOST_WORK,
    TOLD,
)
from resolvers.reading.declarations import entity_of, finding_of, source_of
from resolvers.reading.relations import MAX_PAGE
from resolvers.reading.traversing import Listed
from resolvers.rule_sets import trying
from rules.engine.checking import MOST_PROBLEMS
from rules.workbench.told import (
    MOST_CELLS,
    MOST_DIFFERING,
    MOST_FINDINGS,
    MOST_LISTED,
    MOST_NAMES,
    MOST_REGIONS,
    RuleFindingKind,
)
from store.money import CURRENCIES
from tests.reading.limits.asking import schema

FILE = "the 50 slips of a file that are told"
BOUNDED = {
    "ApproveRuleVersionError.problems": FILE,
    "ConsideredRow.tests": "the inputs of a rule set, 60 at most",
    "CorporateGroup.exposure": "one for each currency",
    "DecisionContent.facts": "the inputs of a rule set, 60 at most",
    "DecisionContent.reasons": "the 100 rows of a decision that are told",
    "DecisionContent.results": "the outputs of those rows",
    "DecisionExplanation.before": "100 rows at most",
    "DecisionExplanation.decided": "100 rows at most",
    "Neighbour.via": "two links at most",
    "NetworkPath.parties": "both ends of six links at most",
    "NetworkPath.via": "six links at most",
    "PublishRuleVersionError.problems": FILE,
    "RollBackRuleSetError.problems": FILE,
    "StartRuleShadowError.problems": FILE,
    "StartSimulationError.problems": FILE,
    "SubmitRuleVersionError.problems": FILE,
    "Query.nodes": "as long as its ids, of which there are 100 at most",
}
"""Lists that take no `first`, with what bounds them."""

OF_TEXTS = {
    "FormattedRules.problems": MOST_PROBLEMS,
    "RuleCase.differences": MOST_NAMES,
    "RuleCheck.findings": MOST_FINDINGS,
    "RuleCheck.more": len(RuleFindingKind),
    "RuleCheck.problems": MOST_PROBLEMS,
    "RuleDiff.changes": MOST_LISTED,
    "RuleDiff.problems": 2 * MOST_PROBLEMS,
    "RuleDiff.regions": MOST_DIFFERING,
    "RuleDifferingRegion.cells": MOST_CELLS,
    "RuleDifferingRegion.witness": MOST_CELLS,
    "RuleFinding.regions": MOST_REGIONS,
    "RuleFinding.rows": MOST_NAMES,
    "RuleFinding.witness": MOST_CELLS,
    "RuleRegion.cells": MOST_CELLS,
    "RuleTest.cases": MOST_LISTED,
    "RuleTest.problems": MOST_PROBLEMS,
    "RuleTest.uncovered": MOST_LISTED,
    "RuleSimulationResult.quiet": MOST_OUTPUTS,
    "RuleSimulationResult.withoutHistory": MOST_FACTS,
    "RuleSimulationResult.work": MOST_WORK,
    "RulePassedOver.failed": MOST_CELLS,
    "RuleTrial.passedOver": MOST_NAMES,
    "RuleTrial.problems": trying.MOST_FACTS,
    "RuleTrial.results": MOST_NAMES,
    "RuleTrial.rows": MOST_NAMES,
    "RuleTrialResult.outputs": MOST_CELLS,
}
"""Lists of what is computed of a text of rules, with how many items are told at most."""

OF_SIMULATIONS = {
    "RuleSimulationHistory.months": MOST_MONTHS,
    "RuleSimulationHistory.withoutHistory": MOST_FACTS,
    "RuleSimulationMonth.outcomes": MOST_OUTCOMES,
    "RuleSimulationMover.facts": len(TOLD),
    "RuleSimulationResult.moves": MOST_MOVES,
    "RuleSimulationResult.outcomes": MOST_OUTCOMES,
}
"""Lists of what simulations found."""


def lists() -> Iterator[tuple[str, GraphQLObjectType, str]]:
    """Every field that gives a list."""
    for gtype in schema().type_map.values():
        if isinstance(gtype, GraphQLObjectType) and not gtype.name.startswith("__"):
            for name, definition in gtype.fields.items():
                if is_list_type(get_nullable_type(definition.type)):
                    yield f"{gtype.name}.{name}", gtype, name


def is_page(gtype: GraphQLObjectType, name: str) -> bool:
    """A connection's own list: the page is bounded where the connection is asked for."""
    return name in ("edges", "nodes") and "pageInfo" in gtype.fields and entity_of(gtype) is None


def is_errors_of_a_payload(gtype: GraphQLObjectType, name: str) -> bool:
    """One for each field of the input at most."""
    return name == "errors" and gtype.name.endswith("Payload")


def test_every_list_is_bounded():
    unbounded = {
        where
        for where, gtype, name in lists()
        if "first" not in gtype.fields[name].args
        and not is_page(gtype, name)
        and not is_errors_of_a_payload(gtype, name)
        if not is_leaf_type(get_named_type(gtype.fields[name].type))
    }

    assert unbounded == BOUNDED.keys() | OF_TEXTS.keys() | OF_SIMULATIONS.keys()


def test_every_page_and_short_list_has_a_default_size():
    for gtype in schema().type_map.values():
        for name, definition in getattr(gtype, "fields", {}).items():
            source = source_of(definition) if isinstance(gtype, GraphQLObjectType) else None
            if source is not None and "first" in source.arguments:
                assert 0 < source.arguments["first"].default <= MAX_PAGE, (gtype.name, name)
                assert source.row_weight > 0, (gtype.name, name)


def test_no_field_gives_a_list_of_plain_values():
    assert [where for where, gtype, name in lists() if is_leaf_type(get_named_type(gtype.fields[name].type))] == [
        "Decision.rows"  # names of rows of a table, which has 5,000 at most
    ]


def test_what_a_list_inside_of_a_finding_may_have_is_declared():
    found = {
        f"{gtype.name}.{name}": source_of(definition).most
        for gtype in schema().type_map.values()
        if isinstance(gtype, GraphQLObjectType) and finding_of(gtype)
        for name, definition in gtype.fields.items()
        if isinstance(source_of(definition), Listed)
    }

    told = dict.fromkeys(("DecisionContent.results", "DecisionContent.reasons"), MOST_ROWS)
    rows = dict.fromkeys(("DecisionExplanation.decided", "DecisionExplanation.before"), MOST_ROWS)
    inputs = dict.fromkeys(("ConsideredRow.tests", "DecisionContent.facts"), MOST_INPUTS)
    bounds = {"Neighbour.via": 2, "NetworkPath.parties": HOPS + 1, "NetworkPath.via": HOPS, **told, **rows, **inputs}
    assert found == {"CorporateGroup.exposure": len(CURRENCIES), **bounds, **OF_TEXTS, **OF_SIMULATIONS}
