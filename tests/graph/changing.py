"""Random changes of a network by the commands that people use, as long as they are wanted."""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.assignment import AssignmentDraft, assign_staff
from resolvers.commands import Command, run
from resolvers.corporate_group import GroupEntry, GroupExit, join_group, leave_group
from resolvers.customer import CustomerChanges, CustomerDraft, create_customer, update_customer
from resolvers.department import DepartmentDraft, DepartmentMove, create_department, move_department
from resolvers.department_merge import DepartmentMerge, merge_departments
from resolvers.head import HeadAppointment, appoint_head
from resolvers.ledger import LedgerDraft, add_ledger_entry
from resolvers.placement import StaffPlacement, place_staff
from resolvers.problems import Refused
from resolvers.referral import Referral, refer_customer
from resolvers.staff import StaffChanges, StaffDraft, create_staff, update_staff
from store.assignment import AssignmentRole
from store.customer import CustomerKind
from store.ledger import LedgerKind
from store.session import Database
from tests.factories import NOW

MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)


class Changer:
    """Makes a network and changes it. What the rules refuse (a cycle, a second owner) changes nothing."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.chance, self.name = database, random.Random(seed), f"{seed}"
        self.departments: list[uuid.UUID] = []
        self.staff: list[uuid.UUID] = []
        self.customers: list[uuid.UUID] = []
        self.done = 0

    async def begin(self) -> None:
        """A few of everything."""
        for _ in range(3):
            await self.new_department()
            await self.new_staff()
            await self.new_customer()

    async def change(self, times: int = 1) -> None:
        """Change something."""
        for _ in range(times):
            with contextlib.suppress(Refused):
                await self.chance.choice(self.ways)()
            self.done += 1

    @property
    def ways(self) -> list[Callable[[], Awaitable[Any]]]:
        """What can be done."""
        return [
            self.new_department,
            self.new_staff,
            self.new_customer,
            self.move,
            self.move,
            self.assign,
            self.assign,
            self.rename,
            self.learn,
            self.appoint,
            self.place,
            self.merge,
            self.join,
            self.leave,
            self.refer,
            self.enter,
        ]

    async def new_department(self) -> None:
        parent = self.chance.choice([None, *self.departments])
        draft = DepartmentDraft(f"D{self.name}-{len(self.departments)}", "部门", parent_id=parent)
        self.departments.append(await self.do(create_department, draft))

    async def new_staff(self) -> None:
        draft = StaffDraft(f"S{self.name}-{len(self.staff)}", "王芳", self.chance.choice(self.departments))
        self.staff.append(await self.do(create_staff, draft))

    async def new_customer(self) -> None:
        department = self.chance.choice(self.departments)
        code = f"C{self.name}-{len(self.customers)}"
        draft = CustomerDraft(code, CustomerKind.ORGANISATION, "Contoso", department_id=department)
        self.customers.append(await self.do(create_customer, draft))

    async def move(self) -> None:
        one, other = self.chance.choice(self.departments), self.chance.choice([None, *self.departments])
        await self.do(move_department, DepartmentMove(one, parent_id=other))

    async def appoint(self) -> None:
        ends = (self.chance.choice(self.departments), self.chance.choice(self.staff))
        await self.do(appoint_head, HeadAppointment(*ends, acting=self.chance.random() < 0.5))

    async def place(self) -> None:
        ends = (self.chance.choice(self.staff), self.chance.choice(self.departments))
        await self.do(place_staff, StaffPlacement(*ends, keep=self.chance.random() < 0.5))

    async def merge(self) -> None:
        one, other = self.chance.choice(self.departments), self.chance.choice(self.departments)
        await self.do(merge_departments, DepartmentMerge(one, other))
        self.departments.remove(one)

    async def join(self) -> None:
        ends = (self.chance.choice(self.customers), self.chance.choice(self.customers))
        await self.do(join_group, GroupEntry(*ends, replace=True))

    async def leave(self) -> None:
        await self.do(leave_group, GroupExit(self.chance.choice(self.customers)))

    async def refer(self) -> None:
        ends = (self.chance.choice(self.customers), self.chance.choice(self.customers))
        await self.do(refer_customer, Referral(*ends))

    async def assign(self) -> None:
        role = self.chance.choice(list(AssignmentRole))
        ends = (self.chance.choice(self.customers), self.chance.choice(self.staff))
        await self.do(assign_staff, AssignmentDraft(*ends, role, replace=True))

    async def rename(self) -> None:
        name = self.chance.choice(["Contoso", "Fabrikam", "张伟"])
        await self.do(update_customer, CustomerChanges(self.chance.choice(self.customers), name=name))

    async def learn(self) -> None:
        skills = self.chance.choice(["repairs", "billing, law", None])
        await self.do(update_staff, StaffChanges(self.chance.choice(self.staff), skills=skills))

    async def enter(self) -> None:
        customer = self.chance.choice(self.customers)
        amount = Decimal(self.chance.randint(1, 99))
        draft = LedgerDraft(customer, LedgerKind.INVOICE, f"I{self.name}-{self.done}", amount, "CNY", NOW)
        await self.do(add_ledger_entry, draft)

    async def do(self, command: Command[Any], draft: Any) -> uuid.UUID:
        """Do a command, as a manager."""
        return await run(self.database, MANAGER, NOW, command, draft)
