"""How a simulation looks on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from resolvers.decisions.books import Counted
from resolvers.decisions.sides import RESULTS
from resolvers.decisions.simulation import History, Load, Mover, Simulation, Work

_SIDES: Final = ("in force", "candidate")
_NAMED: Final = 10
"""Movers that are named on the terminal."""


def show_simulation(found: Simulation) -> None:
    """Print all of it."""
    console = Console(highlight=False)
    rule_set = found.rule_set
    against = "nothing, for none is in force" if found.against is None else f"version {found.against}, in force"
    console.print(
        f"{escape(rule_set.name)} ({escape(rule_set.title.zh)}) against {against}, as of {found.at.isoformat()}"
    )
    console.print(f"Looked at: {found.looked_at.en}.", soft_wrap=True)
    if found.without_history:
        console.print(f"Without history, so taken as they are now: {', '.join(found.without_history)}.", soft_wrap=True)
    console.print(_matrix(found))
    console.print(_loads(found))
    if found.work:
        console.print(_work(found))
    if found.history is not None:
        console.print(_months(found, found.history))
        _tell_history(console, found.history)
    _tell_movers(console, found.movers)
    share = found.changed / found.count if found.count else 0.0
    console.print(f"{found.changed:,} of {found.count:,} {found.counted} ({share:.1%}) would get another outcome.")
    _tell_quiet(console, found)
    console.print(f"Facts took {found.facts_seconds:.1f} s, rules {found.rules_seconds:.1f} s.")


def _tell_quiet(console: Console, found: Simulation) -> None:
    """Those who change though the matrix does not show it."""
    if not found.quiet:
        return
    outputs = ", ".join(f"{name} ({count:,})" for name, count in found.quiet_outputs.most_common())
    told = f"{found.quiet:,} more would keep their {found.output} and get another {outputs}; --output NAME looks at it."
    console.print(escape(told), soft_wrap=True)


def _matrix(found: Simulation) -> Table:
    rows = found.in_order({before for before, _ in found.pairs})
    columns = found.in_order({after for _, after in found.pairs})
    table = _table("Who would move (rows: in force; columns: the candidate)", "", columns)
    for row in rows:
        loads = [found.pairs.get((row, column), Load()) for column in columns]
        cells = [_count(load.count, is_told=row != column) for load, column in zip(loads, columns, strict=True)]
        table.add_row(escape(row), *cells)
    return table


def _loads(found: Simulation) -> Table:
    are_customers = found.counted is Counted.CUSTOMERS
    subjects = () if are_customers else (found.counted.value,)
    heads = ("by", *subjects, "customers", "exposure,\nyuan", "open\ntickets", "open\ncomplaints")
    table = _table("What their customers amount to", "", heads)
    for outcome, pair in found.loads().items():
        for name, side, load in zip((outcome, ""), _SIDES, pair, strict=True):
            amounts = (load.customers, load.exposure, load.open_tickets, load.open_complaints)
            shown = (f"{each:,.0f}" for each in (*(() if are_customers else (load.subjects,)), *amounts))
            table.add_row(escape(name), side, *shown, end_section=not name)
    return table


def _work(found: Simulation) -> Table:
    """What results ask for, by outcome and in all."""
    table = _table("What the rules ask for", "", ("by", *map(_measure, found.work)))
    outcomes = found.in_order(
        {outcome for work in found.work for side in (work.before, work.after) for outcome in side}
    )
    for outcome in (*outcomes, None):
        for place, side in enumerate(_SIDES):
            sums = [(work.before, work.after)[place] for work in found.work]
            shown = (f"{_of(each, outcome):,}" for each in sums)
            name = "" if place else "in all" if outcome is None else outcome
            table.add_row(escape(name), side, *shown, end_section=place == 1)
    return table


def _measure(work: Work) -> str:
    return "results" if work.name == RESULTS else f"{work.name},\n{work.unit}" if work.unit else work.name


def _of(sums: Mapping[str, Decimal], outcome: str | None) -> Decimal:
    return sum(sums.values(), Decimal(0)) if outcome is None else sums.get(outcome, Decimal(0))


def _months(found: Simulation, history: History) -> Table:
    outcomes = found.in_order({label for step in history.steps for side in (step.before, step.after) for label in side})
    table = _table("Customers month by month", "from", ["by", *outcomes, "changes"])
    for step in history.steps:
        day = f"{step.at:%Y-%m-%d}"
        lines = ((day, step.before, step.changes_before), ("", step.after, step.changes_after))
        for side, (name, counts, changes) in zip(_SIDES, lines, strict=True):
            shown = (f"{each:,}" for each in (*(counts.get(outcome, 0) for outcome in outcomes), changes))
            table.add_row(name, side, *shown, end_section=not name)
    return table


def _tell_history(console: Console, history: History) -> None:
    before, after = history.to_and_fro_before, history.to_and_fro_after
    console.print(f"To and fro go {before:,} customers by the version in force, {after:,} by the candidate.")
    if history.without_history:
        names = ", ".join(history.without_history)
        console.print(f"Without history, so taken as they are now in every month: {names}.")


def _tell_movers(console: Console, movers: Sequence[Mover]) -> None:
    """Who spends most among those who would move, with the reasons of the candidate."""
    if not movers:
        return
    whose = "Those whose customers" if movers[0].number else "Those who"
    console.print(f"{whose} spend most among them:")
    for mover in movers[:_NAMED]:
        spent = "–" if mover.value_12m is None else f"{mover.value_12m:,}"
        moved = f"{mover.before} → {mover.after}, spent {spent}"
        ticket = "" if mover.number is None else f"{mover.number} {mover.title}, "
        customer = f"{mover.code} {mover.name}" if mover.code else str(mover.id)
        console.print(f"  {escape(ticket)}{escape(customer)}: {escape(moved)}", soft_wrap=True)
        reasons = " · ".join(filter(None, (mover.reason_after.zh, mover.reason_after.en)))
        console.print(f"      {escape(reasons)}", soft_wrap=True)


def _table(title: str, first: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for head in heads:
        table.add_column(escape(head), justify="right", overflow="fold")
    return table


def _count(count: int, *, is_told: bool) -> str:
    shown = f"{count:,}" if count else "·"
    return f"[bold]{shown}[/]" if is_told and count else shown
