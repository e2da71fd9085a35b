"""The mechanism of commands: permissions, one transaction, keys, races."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import itertools
import uuid
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from outbox.event import EventKind, LogEventRow
from outbox.idempotency import KEPT, IdempotencyKeyRow
from resolvers.actions import ALLOWED, Action
from resolvers.commands import ATTEMPTS, LostRace, Unit, command, run
from resolvers.contact import ContactDraft, create_contact
from resolvers.customer import CustomerChanges, CustomerDraft, create_customer, update_customer
from resolvers.department import DepartmentDraft, create_department
from resolvers.drafts import CustomerId
from resolvers.edits import Unique, save
from resolvers.problems import Code, Refused, refuse
from store.base import new_id
from store.contact import ContactRow
from store.customer import CustomerKind, CustomerRow
from store.department import DepartmentRow
from tests.commands.probes import changed_tables, contents, statements
from tests.commands.valid import COMMANDS, VALID
from tests.commands.worlds import Office
from tests.factories import NOW
from tests.factories.customer import add_customer

pytestmark = pytest.mark.anyio


class Codes(enum.StrEnum):
    """The codes of the commands of these tests."""

    NOT_FOUND = Code.NOT_FOUND


@dataclass(frozen=True)
class Rename:
    """A customer's new name."""

    id: CustomerId
    name: str


@command(Action.UPDATE_CUSTOMER, Codes)
async def rename_then_refuse(unit: Unit, draft: Rename) -> uuid.UUID:
    """Write everywhere, and then think better of it."""
    row = await unit.session.get_one(CustomerRow, draft.id)
    row.name = draft.name
    await save(unit, DepartmentRow(id=new_id(), number="X", name="X", created_at=unit.now, updated_at=unit.now))
    unit.deals_with(draft.id)
    unit.changed(EventKind.CUSTOMER_UPDATED, "Customer", draft.id)
    await unit.session.flush()
    raise refuse(Code.NOT_FOUND, "id")


@command(Action.UPDATE_CUSTOMER, Codes)
async def refuse_by_another_code(unit: Unit, draft: Rename) -> uuid.UUID:
    """Refuse with a code that the command does not declare."""
    raise refuse(Code.CYCLE)


async def test_a_role_does_what_it_may_and_nothing_else(office: Office):
    world = office.world
    before = await contents(office.database)
    for action, subject in itertools.product(Action, (world.agent, world.partner, world.analyst, world.auditor)):
        if action not in ALLOWED[subject.role]:
            with pytest.raises(Refused) as refused:
                await office.do(COMMANDS[action], VALID[action](world), by=subject)
            assert [(p.code, p.field) for p in refused.value.problems] == [("FORBIDDEN", None)]
    assert await contents(office.database) == before
    for action, subject in itertools.product(Action, (world.agent, world.partner)):
        if action in ALLOWED[subject.role]:
            await office.do(COMMANDS[action], VALID[action](world), by=subject)


async def test_the_same_key_changes_nothing_again(office: Office):
    for n, action in enumerate(Action, start=1):
        first = await office.do(COMMANDS[action], VALID[action](office.world), key=action)
        before = await contents(office.database)
        assert len(before["log_event"]) >= n
        again = await office.do(COMMANDS[action], VALID[action](office.world), key=f" {action} ", now=NOW + KEPT / 2)
        assert again == first
        assert await contents(office.database) == before


async def test_a_key_belongs_to_who_sent_it_and_is_forgotten_after_a_day(office: Office):
    world = office.world
    keys = [
        await office.do(create_contact, ContactDraft(world.own, "Same"), by=by, key="k")
        for by in (world.manager, world.supervisor, world.agent)
    ]
    later = NOW + KEPT
    keys.append(await office.do(create_contact, ContactDraft(world.own, "Other"), key="k", now=later))
    assert len(set(keys)) == 4


async def test_a_refused_request_does_not_use_its_key_up(office: Office):
    world = office.world
    taken = (await office.row(CustomerRow, world.own)).code
    draft = CustomerDraft(taken, CustomerKind.PERSON, "Ann")
    with pytest.raises(Refused):
        await office.do(create_customer, draft, key="k")
    assert await office.do(create_customer, CustomerDraft("fresh", CustomerKind.PERSON, "Ann"), key="k")


async def test_the_same_request_many_times_at_once_is_done_once(office: Office):
    draft = CustomerDraft("C-NEW", CustomerKind.PERSON, "Ann")
    keys = await asyncio.gather(*(office.do(create_customer, draft, key="k") for _ in range(12)))
    assert len(set(keys)) == 1
    assert len(await office.rows(sa.select(LogEventRow))) == 1
    assert len(await office.rows(sa.select(IdempotencyKeyRow))) == 1


async def test_nothing_of_a_refused_command_is_kept(office: Office):
    before = await contents(office.database)
    with pytest.raises(Refused) as refused:
        await office.do(rename_then_refuse, Rename(office.world.own, "New"), key="k")
    assert refused.value.problems[0].code is Codes.NOT_FOUND
    assert await contents(office.database) == before


async def test_a_code_that_is_not_declared_is_a_mistake_of_ours(office: Office):
    with pytest.raises(ValueError, match="CYCLE"):
        await office.do(refuse_by_another_code, Rename(office.world.own, "New"))


async def test_events_are_the_last_statement(office: Office):
    with statements(office.database) as seen:
        await office.do(create_department, DepartmentDraft("D-NEW", "New"), key="k")
    assert "INSERT INTO log_event" in seen[-1]
    assert "INSERT INTO idempotency_key" in seen[0]
    assert all("log_event" not in statement for statement in seen[:-1])


async def test_a_lost_race_is_run_again_but_not_for_ever(office: Office):
    tries: list[int] = []

    @command(Action.UPDATE_CUSTOMER, Codes)
    async def lose(unit: Unit, draft: Rename) -> uuid.UUID:
        tries.append(1)
        if len(tries) < int(draft.name):
            raise LostRace
        return draft.id

    assert await office.do(lose, Rename(office.world.own, "3")) == office.world.own
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(LostRace):
        await office.do(lose, Rename(office.world.own, "99"))
    assert len(tries) == ATTEMPTS


async def test_a_deadlock_is_run_again(office: Office):
    if office.database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    world, met = office.world, asyncio.Barrier(2)
    tries: list[int] = []

    @command(Action.UPDATE_CUSTOMER, Codes)
    async def lock_both(unit: Unit, draft: Rename) -> uuid.UUID:
        tries.append(1)
        order = [world.own, world.foreign] if draft.name == "forwards" else [world.foreign, world.own]
        for key in order:
            await unit.session.execute(sa.select(CustomerRow.id).where(CustomerRow.id == key).with_for_update())
            if len(tries) <= 2 and key == order[0]:
                await met.wait()
        return draft.id

    await asyncio.gather(*(office.do(lock_both, Rename(world.own, way)) for way in ("forwards", "backwards")))
    assert len(tries) == 3


async def test_an_error_of_the_store_is_not_hidden(office: Office):
    tries: list[int] = []

    @command(Action.UPDATE_CUSTOMER, Codes)
    async def ask_nonsense(unit: Unit, draft: Rename) -> uuid.UUID:
        tries.append(1)
        await unit.session.execute(sa.text("SELECT * FROM nowhere"))
        return draft.id

    with pytest.raises(DBAPIError):
        await office.do(ask_nonsense, Rename(office.world.own, ""))
    assert len(tries) == 1


async def test_a_unique_index_may_ask_for_another_try(office: Office):
    taken = (await office.row(DepartmentRow, office.world.head)).number
    tries: list[int] = []

    @command(Action.CREATE_DEPARTMENT, Codes)
    async def draw_a_number(unit: Unit, draft: Rename) -> uuid.UUID:
        tries.append(1)
        number = taken if len(tries) == 1 else "drawn"
        times = {"created_at": unit.now, "updated_at": unit.now}
        row = DepartmentRow(id=new_id(), number=number, name="New", **times)
        await save(unit, row, Unique("uq_department_number", "department.number", None))
        return row.id

    key = await office.do(draw_a_number, Rename(office.world.own, ""))
    assert (await office.row(DepartmentRow, key)).number == "drawn"
    assert len(tries) == 2


async def test_an_index_that_nobody_expected_is_an_error(office: Office):
    @command(Action.CREATE_CUSTOMER, Codes)
    async def twice(unit: Unit, draft: Rename) -> uuid.UUID:
        row = await unit.session.get_one(CustomerRow, draft.id)
        await add_customer(unit.session)
        await save(unit, ContactRow(id=new_id(), customer_id=new_id(), name="x", created_at=NOW, updated_at=NOW))
        return row.id

    with pytest.raises(IntegrityError):
        await office.do(twice, Rename(office.world.own, ""))


async def test_the_clock_is_the_callers(office: Office):
    elsewhere = NOW.astimezone(dt.timezone(dt.timedelta(hours=14)))
    await office.do(update_customer, CustomerChanges(office.world.own, city="Apia"), now=elsewhere)
    assert (await office.row(CustomerRow, office.world.own)).updated_at == NOW
    assert Unit(None, office.world.manager, elsewhere + dt.timedelta(hours=10)).today == dt.date(2026, 3, 2)


async def test_bad_texts_and_bad_roles_never_reach_the_store(office: Office):
    with statements(office.database) as seen:
        for by, name in ((office.world.auditor, "fine"), (office.world.manager, "\x00")):
            with pytest.raises(Refused):
                await run(office.database, by, NOW, create_department, DepartmentDraft("D", name))
    assert seen == []


async def test_a_command_touches_only_its_own_tables(office: Office):
    before = await contents(office.database)
    await office.do(create_department, DepartmentDraft("D-NEW", "New"))
    assert changed_tables(before, await contents(office.database)) == {"department", "log_event"}
