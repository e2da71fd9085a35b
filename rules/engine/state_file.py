"""The key `state` of a rule file: which output is a fact of the next decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.engine.checking import Checked
from rules.engine.keys import STATE
from rules.engine.kinds import Column, Kind, did_you_mean
from rules.engine.pipe_table import Columns
from rules.engine.table import HitPolicy, State
from rules.engine.yaml_tree import Node

_ONE_ANSWER: Final = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)


def read_state(checked: Checked, node: Node, columns: Columns, policy: HitPolicy) -> State | None:
    """The state that a file declares; None if something is wrong with it, which is noted."""
    found = checked.entries(node, STATE)
    if not found.keys() >= set(STATE.needed):
        return None
    before = len(checked.problems)
    output = _column(checked, found["of"], columns.outputs, "an output")
    fact = _column(checked, found["fact"], columns.inputs, "an input")
    since = _column(checked, found["since"], columns.inputs, "an input") if "since" in found else None
    if output is not None and fact is not None:
        _check_kinds(checked, found, output, fact)
    if since is not None and (since.kind is not Kind.NUMBER or since.places != 0):
        checked.wrong(found["since"], f"{since.name} counts days, so it is a number with places: 0")
    if policy not in _ONE_ANSWER:
        checked.wrong(node, f"a state needs one answer, and {policy} does not give one. Leave it out")
    if output is None or fact is None or len(checked.problems) > before:
        return None
    return State(output.name, fact.name, since.name if since else None)


def _column(checked: Checked, node: Node, known: Mapping[str, Column], what: str) -> Column | None:
    name = str(node.value)
    if name in known:
        return known[name]
    checked.wrong(node, f"{name} is not {what} of this file{did_you_mean(name, tuple(known))}")
    return None


def _check_kinds(checked: Checked, found: Mapping[str, Node], output: Column, fact: Column) -> None:
    if output.kind not in (Kind.ENUM, Kind.BOOLEAN):
        checked.wrong(found["of"], f"{output.name} is of type {output.kind}; a state is an enum or a boolean")
    elif fact.kind is not output.kind or not set(output.values) <= set(fact.values):
        checked.wrong(found["fact"], f"{fact.name} cannot hold every value of {output.name}. Give it the same values")
    elif output.nullable and not fact.nullable:
        checked.wrong(found["fact"], f"{fact.name} is never null, and {output.name} may be. Write nullable: true")
