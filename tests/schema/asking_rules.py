"""Asking questions about rules as an analyst, over a schema of one store."""

from __future__ import annotations

from typing import Any

import orjson

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import Answerer, Context
from store.session import Database
from tests.factories import NOW

ANALYST = Subject("analyst", Role.ANALYST, Clearance.INTERNAL, Scope.ALL)


class Client:
    """Sends documents, and gives the one field that they ask for."""

    def __init__(self, answerer: Answerer, database: Database) -> None:
        self.answerer, self.database = answerer, database

    async def reply(self, document: str, by: Subject = ANALYST, **variables: Any) -> Any:
        """The whole answer."""
        context = Context(subject=by, now=NOW, database=self.database)
        return orjson.loads((await self.answerer.answer(document, variables, None, context)).body)

    async def __call__(self, document: str, by: Subject = ANALYST, **variables: Any) -> Any:
        """The field, in an answer without errors."""
        reply = await self.reply(document, by, **variables)
        assert "errors" not in reply, reply
        [found] = reply["data"].values()
        return found
