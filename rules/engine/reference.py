"""The reference evaluator: what a rule set means. Every other engine must answer as this one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from rules.engine.expression import value_in
from rules.engine.kinds import CONTEXT, Column, Fault, MisfitError, Value, fitting
from rules.engine.table import DecisionTable, HitPolicy, Row, RuleSet, Words

Outputs = Mapping[str, Value | None]


@dataclass(frozen=True)
class EvaluationError:
    """Why facts gave no decision: what kind of fault, in words, and about which fact or rows."""

    fault: Fault
    message: str
    fact: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a table answers for facts. With errors there are no results."""

    results: tuple[Outputs, ...] = ()
    """One for a policy that chooses or adds up, one a row for one that lists; none where nothing matched."""
    rows: tuple[str, ...] = ()
    """The rows from which the results are, in the order of the results; of ANY and totals all that matched."""
    matched: tuple[str, ...] = ()
    """All rows that matched, in the order of the table. Those after the first that FIRST takes are not looked at."""
    reasons: tuple[Words, ...] = ()
    """The reason of each of `rows`, filled in."""
    errors: tuple[EvaluationError, ...] = ()


def evaluate(rule_set: RuleSet, facts: Mapping[str, Any]) -> Outcome:
    """Decide by a rule set."""
    return decide(rule_set.table, facts)


def decide(table: DecisionTable, facts: Mapping[str, Any]) -> Outcome:
    """Decide by a table. Facts that it does not read do no harm; a fact that is not given is null."""
    known, errors = facts_for(table.inputs, facts)
    if errors:
        return Outcome(errors=errors)
    return answer(table, _matching(table, known), known)


def answer(table: DecisionTable, hits: Sequence[Row], facts: Mapping[str, Any]) -> Outcome:
    """What a table answers when these of its rows match, which are in its order; the facts must fit."""
    try:
        return _resolved(table, hits, facts)
    except _ViolatedError as violated:
        rows = tuple(row.id for row in hits)
        error = EvaluationError(Fault.HIT_POLICY, str(violated), rows=rows)
    except _RowError as refused:
        rows = tuple(row.id for row in hits)
        error = EvaluationError(refused.fault, refused.message, rows=refused.rows)
    return Outcome(matched=rows, errors=(error,))


def facts_for(
    columns: Sequence[Column], facts: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[EvaluationError, ...]]:
    """The facts as the columns keep them, and what is wrong with them."""
    known: dict[str, Any] = {}
    errors = []
    for column in columns:
        try:
            known[column.name] = fitting(column, facts.get(column.name))
        except MisfitError as error:
            errors.append(EvaluationError(error.fault, str(error), fact=column.name))
    return known, tuple(errors)


def _matching(table: DecisionTable, facts: Mapping[str, Any]) -> list[Row]:
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


class _RowError(Exception):
    """An output could not be made."""

    def __init__(self, fault: Fault, message: str, rows: tuple[str, ...]) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.rows = rows


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
    found: dict[str, Value | None] = {}
    for column, expression in zip(table.outputs, row.outputs, strict=True):
        try:
            found[column.name] = fitting(column, value_in(expression, facts))
        except MisfitError as error:
            fault = Fault.ARITHMETIC if error.fault is Fault.MISSING_FACT else error.fault
            raise _RowError(fault, f"row {row.id}: {error}", (row.id,)) from None
    return MappingProxyType(found)


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
    total = Decimal(0)
    for number in numbers:
        total = CONTEXT.add(total, number)
    return total
