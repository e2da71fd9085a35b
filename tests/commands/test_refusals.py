"""Every code of every command is given where it should be, and then nothing is written."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from outbox.log import MAX_CHANGES
from resolvers.actions import Action
from resolvers.assignment import AssignmentEnd, end_assignment
from resolvers.contact import ContactDraft, create_contact
from resolvers.decisions.simulation_commands import MOST_WAITING
from resolvers.interaction import record_interaction
from resolvers.problems import MEANING, Code, Refused
from resolvers.referral import Referral, refer_customer
from store.customer import CustomerRow
from store.department import DepartmentRow
from store.staff import StaffRow
from tests.commands.probes import contents
from tests.commands.refusal import Refusal
from tests.commands.refusals import REFUSALS
from tests.commands.valid import COMMANDS, VALID
from tests.commands.world_rules import simulation
from tests.commands.worlds import Office
from tests.factories import TODAY
from tests.factories.customer import add_crowd

pytestmark = pytest.mark.anyio

ELSEWHERE = {"BAD_ID": "ids are decoded before a command is done"}
IN_ITS_OWN_TESTS = {"TOO_MANY": "a large handover", "ORPHANED": "a kind of thing that stays behind"}
"""Of executing a handover: `tests/commands/handover`."""
BELOW = {"FORBIDDEN", "KEY_REUSED"}


async def prepare(office: Office) -> None:
    """Take codes and numbers, end an assignment, note a referral, use a key, crowd the annex and the simulations."""
    world = office.world
    async with office.database.transaction() as session:
        for row, key, name in (
            (CustomerRow, world.foreign, "code"),
            (StaffRow, world.outsider_id, "number"),
            (DepartmentRow, world.other, "number"),
        ):
            await session.execute(sa.update(row).where(row.id == key).values({name: "TAKEN"}))
        await add_crowd(session, world.annex, MAX_CHANGES)
        session.add_all(simulation(f"crowd {n}") for n in range(MOST_WAITING - 1))
    await office.do(end_assignment, AssignmentEnd(world.foreign_assignment, TODAY))
    await office.do(refer_customer, Referral(world.foreign, world.neighbour))
    await office.do(create_contact, ContactDraft(world.own, "Used"), key="used")
    await office.do(record_interaction, VALID[Action.RECORD_INTERACTION](world), key="used too")


async def refused(office: Office, refusal: Refusal) -> list[tuple[str, str | None]]:
    """(code, field) of what a command says."""
    command, draft = COMMANDS[refusal.action], refusal.draft(office.world)
    try:
        await office.do(command, draft, by=refusal.by(office.world), key=refusal.key)
    except Refused as error:
        problems = error.problems
    else:
        problems = ()
    assert all(isinstance(problem.code, command.codes) and problem.message for problem in problems)
    return [(problem.code.value, problem.field) for problem in problems]


async def test_commands_refuse_and_write_nothing(office: Office):
    await prepare(office)
    before = await contents(office.database)
    for refusal in REFUSALS:
        assert (refusal, await refused(office, refusal)) == (refusal, [(refusal.code, refusal.field)])
    assert await contents(office.database) == before


async def test_a_key_that_was_used_for_something_else_is_refused(office: Office):
    await prepare(office)
    before = await contents(office.database)
    for action in Action:
        key = "used too" if action is Action.CREATE_CONTACT else "used"
        reused = Refusal(action, "KEY_REUSED", "idempotency_key", VALID[action], key=key)
        assert await refused(office, reused) == [("KEY_REUSED", "idempotency_key")]
    assert await contents(office.database) == before


async def test_what_is_out_of_reach_looks_like_what_is_not_there(office: Office):
    world = office.world
    messages = set()
    for refusal in (one for one in REFUSALS if one.code == "NOT_FOUND" and one.action is Action.CREATE_CONTACT):
        with pytest.raises(Refused) as error:
            await office.do(create_contact, refusal.draft(world), by=refusal.by(world))
        messages.add(str(error.value))
    assert len(messages) == 1


@pytest.mark.parametrize("action", Action)
def test_every_code_of_a_command_is_refused_with_somewhere(action: Action):
    given = {refusal.code for refusal in REFUSALS if refusal.action is action} | BELOW | set(ELSEWHERE)
    if action in (Action.ACCEPT_HANDOVER, Action.EXECUTE_HANDOVER):
        given |= set(IN_ITS_OWN_TESTS)
    assert given == {code.value for code in COMMANDS[action].codes}


def test_every_action_has_one_command():
    assert set(COMMANDS) == set(VALID) == set(Action)


def test_every_code_has_a_meaning_and_a_command():
    assert set(MEANING) == set(Code)
    assert {code.value for command in COMMANDS.values() for code in command.codes} == {code.value for code in Code}


async def test_all_problems_are_told_at_once(office: Office):
    bad = Refusal(Action.CREATE_CONTACT, "", None, lambda w: ContactDraft(w.own, " ", title="\x00", phone="5" * 201))
    assert await refused(office, bad) == [("REQUIRED", "name"), ("INVALID_TEXT", "title"), ("TOO_LONG", "phone")]
