"""What the program expects of rule sets that it asks itself: a text that is right in itself may still not serve it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from resolvers.facts.customer import SOURCES
from resolvers.facts.network import GROUP_EXPOSURE
from resolvers.facts.ticket import TICKETS
from resolvers.rule_sets.library import Source, shipped
from rules.engine.chain import Chain
from rules.engine.kinds import Column
from rules.engine.problem import Problem
from rules.engine.table import HitPolicy, RuleSet
from rules.facts.vocabulary import Subject

_SEVERAL: Final = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})
"""Policies that answer with several results."""


def misfits(rule_set: RuleSet, source: Source) -> Iterator[Problem]:
    """Where a rule set differs from what asks it: facts that nobody can compute, and promises of what ships."""
    yield from _facts(rule_set, source)
    ships = shipped().get(rule_set.name)
    if ships is not None and ships.text != source.text:
        yield from _promises(rule_set, ships.rule_set(), source)


def _facts(rule_set: RuleSet, source: Source) -> Iterator[Problem]:
    """The facts that it reads of the record must be computed; what ships is asked by statements only."""
    if rule_set.about not in (Subject.CUSTOMER, Subject.TICKET):
        return
    of_tickets = TICKETS.sources if rule_set.about == Subject.TICKET else {}
    known = {*SOURCES, *of_tickets} | (set() if rule_set.name in shipped() else {GROUP_EXPOSURE})
    for column in rule_set.body.inputs:
        if column.name not in known:
            yield _at(source, "reads", f"{column.name} is not computed for this rule set. Leave it out")


def _promises(rule_set: RuleSet, ships: RuleSet, source: Source) -> Iterator[Problem]:
    asks = f"the program asks {ships.name}"
    if rule_set.about != ships.about:
        yield _at(source, "rule_set", f"{asks} about a {ships.about}. Write about: {ships.about}")
    if isinstance(rule_set.body, Chain):
        yield _at(source, "rules", f"{asks} for a decision table, and these are rules that chain. Write a table")
        return
    if rule_set.table.policy in _SEVERAL and ships.table.policy not in _SEVERAL:
        yield _at(source, "hit_policy", f"{asks} for one result, and {rule_set.table.policy} gives several")
    outputs = {column.name: column for column in rule_set.table.outputs}
    for promised in ships.table.outputs:
        wrong = _wrong(outputs.get(promised.name), promised)
        if wrong:
            yield _at(source, "outputs", f"{asks} for {promised.name}, {wrong}")


def _wrong(column: Column | None, promised: Column) -> str:
    """What is wrong with an output that the program reads; nothing if it will do."""
    if column is None:
        return "and it is no output here. Add it"
    if column.kind is not promised.kind:
        return f"which is of type {promised.kind}, and of type {column.kind} here"
    strange = [value for value in column.values if value not in promised.values]
    if strange:
        return f"which is one of {', '.join(promised.values)}; it does not know {', '.join(strange)}"
    return "which may not be null" if column.nullable and not promised.nullable else ""


def _at(source: Source, key: str, message: str) -> Problem:
    """A problem at a key of the file."""
    lines = source.text.splitlines()
    number = next((at for at, line in enumerate(lines, start=1) if line.startswith(f"{key}:")), 1)
    return Problem(source.path, number, 1, message, source=lines[number - 1])
