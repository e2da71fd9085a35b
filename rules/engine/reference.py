"""The reference evaluator: what a rule set means. Every other engine must answer as this one does."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from rules.engine.chain import Chain
from rules.engine.expression import value_in
from rules.engine.inference import holding, inferred
from rules.engine.kinds import CONTEXT, Fault
from rules.engine.outcome import EvaluationError, Outcome, Outputs, RowError, facts_for, output_of
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet

__all__ = ("EvaluationError", "Outcome", "Outputs", "answer", "decide", "evaluate", "facts_for", "matching", "resolved")


def evaluate(rule_set: RuleSet, facts: Mapping[str, Any]) -> Outcome:
    """Decide by a rule set. Facts that it does not read do no harm; a fact that is not given is null."""
    known, errors = facts_for(rule_set.body.inputs, facts)
    return Outcome(errors=errors) if errors else answer(rule_set.body, known)


def decide(table: DecisionTable, facts: Mapping[str, Any]) -> Outcome:
    """Decide by a table, as `evaluate` does by a rule set."""
    known, errors = facts_for(table.inputs, facts)
    return Outcome(errors=errors) if errors else answer(table, known)


def answer(body: DecisionTable | Chain, facts: Mapping[str, Any]) -> Outcome:
    """Decide on facts that are as the columns keep them."""
    if isinstance(body, Chain):
        return inferred(body, facts, lambda asked, known: holding(body, asked, known))
    return resolved(body, matching(body, facts), facts)


def resolved(table: DecisionTable, hits: Sequence[Row], facts: Mapping[str, Any]) -> Outcome:
    """What the table answers when these rows match, in its order; of FIRST at most one."""
    matched = tuple(row.id for row in hits)
    try:
        return _resolved(table, hits, facts)
    except _ViolatedError as violated:
        error = EvaluationError(Fault.HIT_POLICY, str(violated), rows=matched)
    except RowError as refused:
        error = refused.told()
    return Outcome(matched=matched, errors=(error,))


def matching(table: DecisionTable, facts: Mapping[str, Any]) -> list[Row]:
    """The rows that match, in the order of the table; of FIRST at most one."""
    values = [facts[column.name] for column in table.inputs]
    hits = []
    for row in table.rows:
        if _fits(row, values):
            hits.append(row)
            if table.policy is HitPolicy.FIRST:
                break
    return hits


def _fits(row: Row, values: Sequence[Any]) -> bool:
    for place, test in row.looks_at:  # noqa: SIM110 # twice as fast as all(), and this is the hot loop
        if not test.admits(values[place]):
            return False
    return True


class _ViolatedError(Exception):
    """More rows match than the hit policy allows."""


def _resolved(table: DecisionTable, hits: Sequence[Row], facts: Mapping[str, Any]) -> Outcome:
    matched = tuple(row.id for row in hits)
    if not hits:
        return Outcome(_without_hit(table))
    pairs = [(row, _outputs(table, row, facts)) for row in hits]
    if table.policy.is_total:
        return _outcome(pairs, matched, facts, (_total(table, pairs),))
    chosen = _chosen(table, pairs)
    results = tuple(outputs for _, outputs in chosen)
    if table.policy is HitPolicy.ANY:
        return _outcome(chosen, matched, facts, results[:1])
    return _outcome(chosen, matched, facts, results)


_Pairs = Sequence[tuple[Row, Outputs]]


def _outcome(
    pairs: _Pairs, matched: tuple[str, ...], facts: Mapping[str, Any], results: tuple[Outputs, ...]
) -> Outcome:
    rows = tuple(row.id for row, _ in pairs)
    return Outcome(results, rows, matched, tuple(row.reason.filled({**facts, **outputs}) for row, outputs in pairs))


def _without_hit(table: DecisionTable) -> tuple[Outputs, ...]:
    if table.defaults is not None:
        values = (value_in(expression, {}) for expression in table.defaults)
        names = (column.name for column in table.outputs)
        return (MappingProxyType(dict(zip(names, values, strict=True))),)
    if table.policy.is_total:
        nothing = Decimal(0) if table.policy is HitPolicy.COUNT else None
        return (MappingProxyType({table.outputs[0].name: nothing}),)
    return ()


def _outputs(table: DecisionTable, row: Row, facts: Mapping[str, Any]) -> Outputs:
    pairs = zip(table.outputs, row.outputs, strict=True)
    return MappingProxyType({column.name: output_of(column, expression, facts, row.id) for column, expression in pairs})


def _chosen(table: DecisionTable, pairs: _Pairs) -> _Pairs:
    policy = table.policy
    names = ", ".join(row.id for row, _ in pairs[:10])
    if policy is HitPolicy.UNIQUE and len(pairs) > 1:
        raise _ViolatedError(f"UNIQUE allows one row to match, and {len(pairs)} do: {names}")
    if policy is HitPolicy.ANY and any(outputs != pairs[0][1] for _, outputs in pairs):
        raise _ViolatedError(f"ANY allows several rows only with the same outputs; these differ: {names}")
    if policy.ranks:
        ordered = sorted(pairs, key=lambda pair: table.rank(pair[1]))
        return ordered[:1] if policy is HitPolicy.PRIORITY else ordered
    return pairs


def _total(table: DecisionTable, pairs: _Pairs) -> Outputs:
    column = table.outputs[0]
    if table.policy is HitPolicy.COUNT:
        return MappingProxyType({column.name: Decimal(len(pairs))})
    numbers = [number for _, outputs in pairs if isinstance(number := outputs[column.name], Decimal)]
    if len(numbers) < len(pairs):
        return MappingProxyType({column.name: None})
    if table.policy is HitPolicy.SUM:
        return MappingProxyType({column.name: _sum(numbers)})
    pick = min if table.policy is HitPolicy.MIN else max
    return MappingProxyType({column.name: pick(numbers)})


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    return functools.reduce(CONTEXT.add, numbers, Decimal(0))
