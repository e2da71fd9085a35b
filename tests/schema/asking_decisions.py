"""Asking about decisions of customers, as different people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.global_id import encode
from resolvers.reading import Answerer, Context
from store.customer import CustomerRow
from store.session import Database
from tests.factories import NOW, TODAY

MANAGER = Subject("manager", Role.MANAGER, Clearance.SECRET, Scope.ALL)
ANALYST = Subject("analyst", Role.ANALYST, Clearance.INTERNAL, Scope.ALL)
AUDITOR = Subject("auditor", Role.AUDITOR, Clearance.SECRET, Scope.ALL)
PUBLIC = Subject("public", Role.ANALYST, Clearance.PUBLIC, Scope.ALL)
OVERDUE = {"due_on": TODAY - dt.timedelta(days=9)}


POINTS = """\
rule_set: grading
title: {zh: 客户分级, en: Grading}
owner: finance
about: customer
reads: [value_12m]
outputs:
  grade: {type: enum, values: [VIP, KEY, NORMAL, POTENTIAL]}
  points: {type: number}
hit_policy: FIRST
table: |
  | row   | value_12m | => grade | points | reason.zh | reason.en |
  | much  | >= 1000   | VIP      | 7.5    | 多        | much      |
  | rest  | -         | NORMAL   | 1      | 少        | little    |
"""


@dataclass
class Client:
    """Sends documents about customers."""

    answerer: Answerer
    database: Database

    async def ask(self, document: str, by: Subject = MANAGER, **variables: Any) -> Any:
        """The whole answer."""
        context = Context(subject=by, now=NOW, database=self.database)
        return orjson.loads((await self.answerer.answer(document, variables, None, context)).body)

    async def of(self, customer: CustomerRow, ask: str, by: Subject = MANAGER) -> Any:
        """What is asked of a customer, in an answer without errors."""
        reply = await self.ask(f"query($id: ID!) {{ customer(id: $id) {{ {ask} }} }}", by, id=id_of(customer))
        assert "errors" not in reply, reply
        return reply["data"]["customer"]


def id_of(customer: CustomerRow) -> str:
    return encode("Customer", customer.id)
