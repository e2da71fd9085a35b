"""Mutations of simulations: one is asked for, and stopped."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from resolvers.decisions.simulation_commands import (
    StartSimulationErrorCode,
    StopSimulationErrorCode,
    start_simulation,
    stop_simulation,
)
from resolvers.reading import one, payload
from schema.mutating import ERRORS, Info, MutationError, expose_codes, key, mutation, optional, perform, required
from schema.rule_set_mutations import RuleFileProblem, slips
from schema.rule_simulation import RuleSimulation

expose_codes(StartSimulationErrorCode, StopSimulationErrorCode)


@strawberry.input(description="A candidate that is to be simulated.")
class StartSimulationInput:
    """The candidate, as a text or as a version."""

    text: str | None = optional("The text of a rule file. Or else give `versionId`.")
    version_id: strawberry.ID | None = optional("A version that was submitted, in whatever state.")
    as_of: dt.datetime | None = optional("The instant of the facts; now when left out.")
    since: dt.date | None = optional(
        "Look at history from this day on: month by month, 120 months at most, for rules about customers; at tickets"
        " opened since, for rules that decide then; for others at what they decided since."
    )
    output: str | None = optional("The output by which outcomes are told apart; the first one when left out.")
    idempotency_key: str | None = key()


@strawberry.input(description="A simulation that is to stop.")
class StopSimulationInput:
    """Which."""

    id: strawberry.ID = required("The simulation; it waits or runs.")
    idempotency_key: str | None = key()


@strawberry.type(description="Why no simulation was asked for.")
class StartSimulationError(MutationError):
    """One reason."""

    code: StartSimulationErrorCode = strawberry.field(description="The reason, for programs.")
    problems: list[RuleFileProblem] = slips()


@strawberry.type(description="Why no simulation was stopped.")
class StopSimulationError(MutationError):
    """One reason."""

    code: StopSimulationErrorCode = strawberry.field(description="The reason, for programs.")


@payload("What came of asking for a simulation.")
class StartSimulationPayload:
    """The simulation, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[StartSimulationError] = strawberry.field(description=ERRORS)
    rule_simulation: RuleSimulation | None = one(
        lambda p, s: s.id == p.changed_id, "The simulation. Ask for it again by its id until it is done."
    )


@payload("What came of stopping a simulation.")
class StopSimulationPayload:
    """The simulation, or errors."""

    changed_id: strawberry.Private[uuid.UUID | None]
    errors: list[StopSimulationError] = strawberry.field(description=ERRORS)
    rule_simulation: RuleSimulation | None = one(lambda p, s: s.id == p.changed_id, "The simulation, cancelled.")


async def _start(
    info: Info, given: Annotated[StartSimulationInput, strawberry.argument(name="input", description="The candidate.")]
) -> StartSimulationPayload:
    return await perform(info, start_simulation, given, StartSimulationPayload, StartSimulationError)


async def _stop(
    info: Info, given: Annotated[StopSimulationInput, strawberry.argument(name="input", description="Which.")]
) -> StopSimulationPayload:
    return await perform(info, stop_simulation, given, StopSimulationPayload, StopSimulationError)


@strawberry.type
class RuleSimulationMutations:
    """What can be done with simulations."""

    start_simulation: StartSimulationPayload = mutation(
        _start, "Run a candidate over the whole book beside the version in force, when its turn comes. 开始试算"
    )
    stop_simulation: StopSimulationPayload = mutation(_stop, "Stop a simulation that waits or runs. 停止试算")
