"""What the commands refuse that bring rules into force."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from resolvers.access import Scope, Subject
from resolvers.actions import Action
from resolvers.decisions.simulation_commands import SimulationDraft
from resolvers.rule_sets.library import shipped
from store.base import new_id
from tests.commands.refusal import (
    Refusal,
    bad_texts,
    blank,
    valid_but,
)
from tests.commands.valid import GRADING, VALID
from tests.commands.worlds import World
from tests.factories import NOW, TODAY
from tests.factories.rule_version import FEES

A = Action


def narrow(world: World) -> Subject:
    """A manager whose credential sees own customers only: no rules."""
    return replace(world.manager, scope=Scope.OWN)


PRIORITY: Final = shipped()["priority"]
OTHER: Final = replace(
    GRADING,
    text=GRADING.text.replace("rule_set: grading", "rule_set: sorting"),
    cases=GRADING.cases.replace("rule_set: grading", "rule_set: sorting"),
)

RULES: Final = [
    *[
        refusal
        for action in (
            A.APPROVE_RULE_VERSION,
            A.REJECT_RULE_VERSION,
            A.WITHDRAW_RULE_VERSION,
            A.PUBLISH_RULE_VERSION,
            A.ROLL_BACK_RULE_SET,
        )
        for refusal in (
            valid_but(action, "NOT_FOUND", "id", id=lambda _: new_id()),
            Refusal(action, "NOT_FOUND", "id", VALID[action], narrow),
            *bad_texts(action, "note", most=10_000),
        )
    ],
    valid_but(A.SUBMIT_RULE_VERSION, "NOT_FOUND", "base_id", base_id=lambda _: new_id()),
    valid_but(
        A.SUBMIT_RULE_VERSION,
        "NOT_FOUND",
        "text",
        text=FEES.text.replace("fees", "feess"),
        cases=FEES.cases.replace("fees", "feess"),
    ),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", base_id=lambda w: w.rules.tolls),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", text="\ud800"),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "text", cases=" "),
    valid_but(A.SUBMIT_RULE_VERSION, "BAD_RULES", "cases", cases=FEES.cases.replace("{fee: 0,", "{fee: 1,")),
    valid_but(A.SUBMIT_RULE_VERSION, "STALE_VERSION", "base_id", base_id=lambda w: w.rules.earlier),
    valid_but(A.SUBMIT_RULE_VERSION, "DUPLICATE_CODE", "is_new", is_new=True),
    valid_but(A.SUBMIT_RULE_VERSION, "REQUIRED", "text", text=None),
    *bad_texts(A.SUBMIT_RULE_VERSION, "note", most=10_000),
    valid_but(A.START_RULE_SHADOW, "BAD_RULES", "text", text="rule_set: ["),
    valid_but(A.START_RULE_SHADOW, "BAD_RULES", "text", text=FEES.text, cases=FEES.cases),
    valid_but(A.START_RULE_SHADOW, "BAD_RULES", "cases", cases="cases: ["),
    valid_but(A.START_RULE_SHADOW, "BAD_RULES", "cases", cases=GRADING.cases.replace("{grade: VIP", "{grade: KEY", 1)),
    valid_but(A.START_RULE_SHADOW, "NOT_FOUND", "text", text=OTHER.text, cases=OTHER.cases),
    valid_but(A.START_RULE_SHADOW, "ALREADY_RUNS", None, text=PRIORITY.text, cases=PRIORITY.cases),
    valid_but(A.START_RULE_SHADOW, "REQUIRED", "text", text=None),
    valid_but(A.STOP_RULE_SHADOW, "NOT_FOUND", "rule_set", rule_set="grading"),
    *bad_texts(A.STOP_RULE_SHADOW, "rule_set", most=64),
    *blank(A.STOP_RULE_SHADOW, "rule_set"),
    valid_but(A.START_SIMULATION, "REQUIRED", None, text=None),
    valid_but(A.START_SIMULATION, "REQUIRED", None, version_id=lambda w: w.rules.in_force),
    valid_but(A.START_SIMULATION, "BAD_RULES", "text", text="rule_set: ["),
    valid_but(A.START_SIMULATION, "BAD_RULES", "text", text="\ud800"),
    valid_but(A.START_SIMULATION, "BAD_RULES", "text", text=FEES.text),
    valid_but(A.START_SIMULATION, "BAD_RULES", "version_id", text=None, version_id=lambda w: w.rules.in_force),
    valid_but(A.START_SIMULATION, "BAD_RULES", "output", output="nosuch"),
    valid_but(A.START_SIMULATION, "NOT_FOUND", "version_id", text=None, version_id=lambda _: new_id()),
    Refusal(A.START_SIMULATION, "NOT_FOUND", "version_id", lambda w: SimulationDraft(version_id=w.rules.own), narrow),
    valid_but(A.START_SIMULATION, "INVALID_TIME", "as_of", as_of=NOW.replace(tzinfo=None)),
    valid_but(A.START_SIMULATION, "INVALID_TIME", "as_of", as_of=NOW.replace(year=2200)),
    valid_but(A.START_SIMULATION, "INVALID_TIME", "since", since=dt.date(1899, 12, 31)),
    valid_but(A.START_SIMULATION, "BAD_PERIOD", "since", since=TODAY + dt.timedelta(days=1)),
    valid_but(A.START_SIMULATION, "BAD_PERIOD", "since", since=TODAY, as_of=NOW - dt.timedelta(days=1)),
    valid_but(A.START_SIMULATION, "ALREADY_RUNS", None, text=PRIORITY.text),
    valid_but(A.START_SIMULATION, "TOO_MANY", None),
    valid_but(A.STOP_SIMULATION, "NOT_FOUND", "id", id=lambda _: new_id()),
    Refusal(A.STOP_SIMULATION, "NOT_FOUND", "id", VALID[A.STOP_SIMULATION], narrow),
    valid_but(A.STOP_SIMULATION, "BAD_MOVE", "id", id=lambda w: w.rules.simulated),
    *blank(A.REJECT_RULE_VERSION, "note"),
    *blank(A.ROLL_BACK_RULE_SET, "note"),
    valid_but(A.APPROVE_RULE_VERSION, "OWN_VERSION", "id", id=lambda w: w.rules.own),
    valid_but(A.APPROVE_RULE_VERSION, "BAD_RULES", "id", id=lambda w: w.rules.broken),
    valid_but(A.APPROVE_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.REJECT_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.approved),
    valid_but(A.WITHDRAW_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.WITHDRAW_RULE_VERSION, "FORBIDDEN", "id", lambda w: w.analyst),
    valid_but(A.PUBLISH_RULE_VERSION, "BAD_MOVE", "id", id=lambda w: w.rules.submitted),
    valid_but(A.PUBLISH_RULE_VERSION, "BAD_RULES", "id", id=lambda w: w.rules.broken_approved),
    valid_but(A.PUBLISH_RULE_VERSION, "STALE_VERSION", "id", id=lambda w: w.rules.behind),
    valid_but(A.PUBLISH_RULE_VERSION, "IN_FUTURE", "id", id=lambda w: w.rules.to_come),
    valid_but(A.PUBLISH_RULE_VERSION, "IN_PAST", "id", id=lambda w: w.rules.gone),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_MOVE", "id", id=lambda w: w.rules.approved),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_MOVE", "id", id=lambda w: w.rules.in_force),
    valid_but(A.ROLL_BACK_RULE_SET, "BAD_RULES", "id", id=lambda w: w.rules.broken_published),
    valid_but(A.ROLL_BACK_RULE_SET, "IN_FUTURE", "id", id=lambda w: w.rules.to_come_published),
    valid_but(A.ROLL_BACK_RULE_SET, "IN_PAST", "id", id=lambda w: w.rules.gone_published),
]
