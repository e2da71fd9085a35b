"""What rules that chain mean: round after round, which rules hold and what is concluded from them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from rules.engine.chain import Chain, ChainRule, Combine, Conclusion, Round
from rules.engine.kinds import CONTEXT, Fault, MisfitError, Value, fitting
from rules.engine.literal import written
from rules.engine.outcome import Outcome, RowError, output_of

Asking: TypeAlias = Callable[[Round, Mapping[str, Any]], Sequence[int]]
"""Says which rules of a round hold, by their places in the file and in this order."""


def holding(chain: Chain, asked: Round, facts: Mapping[str, Any]) -> list[int]:
    """The rules of a round that hold, as the reference evaluator says."""
    return [place for place in asked.rules if chain.rules[place].holds(facts)]


def inferred(chain: Chain, facts: Mapping[str, Any], asking: Asking) -> Outcome:
    """What the rules conclude from facts that are as the columns keep them. Rules are told in the order of the file."""
    known = dict(facts)
    made: dict[int, dict[str, Value | None]] = {}
    try:
        for asked in chain.rounds:
            held = asking(asked, known)
            made.update({place: {} for place in held})  # they matched, whether or not their values can be made
            made.update({place: _concluded(chain, chain.rules[place], known) for place in held})
            known.update({each.name: _settled(chain, each, made) for each in asked.conclusions})
    except RowError as refused:
        return Outcome(matched=_names(chain, made), errors=(refused.told(),))
    names = _names(chain, made)
    result = MappingProxyType({each.name: known[each.name] for each in chain.conclusions})
    reasons = tuple(chain.rules[place].reason.filled(known) for place in sorted(made))
    return Outcome((result,), names, names, reasons)


def _names(chain: Chain, places: Mapping[int, Any]) -> tuple[str, ...]:
    return tuple(chain.rules[place].id for place in sorted(places))


def _concluded(chain: Chain, rule: ChainRule, known: Mapping[str, Any]) -> dict[str, Value | None]:
    return {
        name: output_of(chain.columns[name], expression, known, rule.id, called="rule")
        for name, expression in rule.then
    }


def _settled(chain: Chain, conclusion: Conclusion, made: Mapping[int, Mapping[str, Value | None]]) -> Value | None:
    """The one value of a conclusion, of all that rules made."""
    places = [place for place in sorted(made) if conclusion.name in made[place]]
    values = [made[place][conclusion.name] for place in places]
    if not values:
        return conclusion.default
    if conclusion.combine is not Combine.AGREE:
        return _combined(conclusion, values, tuple(chain.rules[place].id for place in places))
    for place, value in zip(places, values, strict=True):
        if value != values[0]:
            rules = chain.rules[places[0]].id, chain.rules[place].id
            told = f"{rules[0]} concludes {written(values[0])}, and {rules[1]} {written(value)}"
            raise RowError(Fault.CONFLICT, f"rules contradict each other about {conclusion.name}: {told}", rules)
    return values[0]


def _combined(conclusion: Conclusion, values: Sequence[Value | None], rules: tuple[str, ...]) -> Value | None:
    """One value of several that may differ. Null among them makes null of a sum, a least and a greatest."""
    if conclusion.combine is Combine.FIRST:
        return values[0]
    if conclusion.combine is Combine.PRIORITY:
        order = conclusion.column.values
        return min(values, key=lambda value: order.index(value) if isinstance(value, str) else len(order))
    if None in values:
        return None
    return _sum(conclusion, values, rules) if conclusion.combine is Combine.SUM else _extreme(conclusion, values)


def _extreme(conclusion: Conclusion, values: Sequence[Any]) -> Value:
    found: Value = min(values) if conclusion.combine is Combine.MIN else max(values)
    return found


def _sum(conclusion: Conclusion, values: Sequence[Any], rules: tuple[str, ...]) -> Value | None:
    try:
        return fitting(conclusion.column, functools.reduce(CONTEXT.add, values, Decimal(0)))
    except MisfitError as error:
        raise RowError(error.fault, f"the sum of what rules conclude: {error}", rules) from None
