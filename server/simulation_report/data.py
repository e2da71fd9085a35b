"""A simulation as data, for programs: amounts as texts, so that nothing is rounded."""

from __future__ import annotations

from typing import Any

from resolvers.decisions.simulation import History, Load, Mover, Simulation, Work
from rules.engine.table import Words


def data_of(found: Simulation) -> dict[str, Any]:
    """All that a simulation found."""
    return {
        "rule_set": found.rule_set.name,
        "about": found.about,
        "counted": found.counted.value,
        "output": found.output,
        "looked_at": _words(found.looked_at),
        "against": found.against,
        "as_of": found.at.isoformat(),
        "count": found.count,
        "customers": found.customers,
        "changed": found.changed,
        "quiet": {"count": found.quiet, "outputs": dict(found.quiet_outputs)},
        "moves": [{"before": before, "after": after, **_load(load)} for (before, after), load in found.pairs.items()],
        "outcomes": {
            outcome: {"before": _load(before), "after": _load(after)}
            for outcome, (before, after) in found.loads().items()
        },
        "work": [_work(work) for work in found.work],
        "without_history": list(found.without_history),
        "movers": [_mover(mover) for mover in found.movers],
        "history": None if found.history is None else _history(found.history),
        "seconds": {"facts": round(found.facts_seconds, 3), "rules": round(found.rules_seconds, 3)},
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "count": load.count,
        "customers": load.customers,
        "exposure": str(load.exposure),
        "open_tickets": load.open_tickets,
        "open_complaints": load.open_complaints,
    }


def _work(work: Work) -> dict[str, Any]:
    sides = {"before": work.before, "after": work.after}
    sums = {side: {outcome: str(amount) for outcome, amount in each.items()} for side, each in sides.items()}
    return {"name": work.name, "unit": work.unit, **sums}


def _mover(mover: Mover) -> dict[str, Any]:
    amounts = {"value_12m": mover.value_12m, "exposure": mover.exposure}
    return {
        "id": str(mover.id),
        "customer_id": None if mover.customer_id is None else str(mover.customer_id),
        "ticket_id": None if mover.ticket_id is None else str(mover.ticket_id),
        "number": mover.number,
        "title": mover.title,
        "code": mover.code,
        "name": mover.name,
        "before": mover.before,
        "after": mover.after,
        **{name: None if amount is None else str(amount) for name, amount in amounts.items()},
        "reason_before": _words(mover.reason_before),
        "reason_after": _words(mover.reason_after),
    }


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _history(history: History) -> dict[str, Any]:
    return {
        "months": [
            {
                "at": step.at.isoformat(),
                "before": {"customers": dict(step.before), "changes": step.changes_before},
                "after": {"customers": dict(step.after), "changes": step.changes_after},
            }
            for step in history.steps
        ],
        "to_and_fro": {"before": history.to_and_fro_before, "after": history.to_and_fro_after},
        "without_history": list(history.without_history),
    }
