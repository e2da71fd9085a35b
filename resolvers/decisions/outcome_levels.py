"""Which clearance it takes to know what rules said: results, reasons, and faults, which may quote any fact."""

from __future__ import annotations

import uuid
from typing import TypeAlias

from resolvers.decisions.shadowing import candidate_of
from rules.engine.chain import Chain
from rules.engine.problem import RuleFileError
from rules.engine.table import DecisionTable
from rules.facts.levels import highest, level_of_inputs, level_of_reason, levels_of_outputs
from rules.facts.vocabulary import Level
from store.clearance import Clearance

Body: TypeAlias = "DecisionTable | Chain | None"
"""The rules of a candidate; None where this program cannot read them any more, as a newer one may not."""


def body_of(key: uuid.UUID, name: str, text: str) -> Body:
    """The rules of a candidate."""
    try:
        return candidate_of(key, name, text).body
    except RuleFileError:
        return None


def of_faults(body: Body) -> Clearance:
    """Of rules that cannot be read nobody knows what their outcomes quote."""
    return Clearance.SECRET if body is None else _clearance(level_of_inputs(body))


def of_results(body: Body) -> Clearance:
    """The clearance for results, whichever row gives them. Of rules that chain each may come of any fact."""
    if not isinstance(body, DecisionTable) or body.policy.is_total:
        return of_faults(body)
    return _clearance(highest(level for row in body.rows for level in levels_of_outputs(body, row).values()))


def of_reasons(body: Body) -> Clearance:
    """The clearance for reasons, whichever row gives them."""
    if not isinstance(body, DecisionTable):
        return of_faults(body)
    return _clearance(highest(level_of_reason(body, row) for row in body.rows))


def _clearance(level: Level) -> Clearance:
    return Clearance[level.name]
