"""What a mutation reads back, by every role: no more than the access matrix says, with the same notices."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import GraphQLObjectType, get_named_type

from graph.relational import RelationalGraph
from resolvers.access import Role, Subject
from resolvers.actions import ALLOWED, Action
from resolvers.reading import Answerer, Context, Way, open_reads
from resolvers.reading.matrix import Shown, Via, access_matrix, paths
from schema.build import build_schema
from server.identity.reach import REACH
from store.disclosure import DisclosureRow
from tests.commands.valid import VALID
from tests.commands.wire import written
from tests.commands.worlds import World, built
from tests.factories import NOW
from tests.reading.everywhere import selection_of
from tests.reading.lax import LAX

pytestmark = pytest.mark.anyio

OF_OTHERS = {(Action.WITHDRAW_RULE_VERSION, Role.ANALYST)}
"""An analyst takes back only what was their own."""


@pytest.fixture(params=[Way.LEAN, Way.WALK])
async def answerer(request, store_url) -> AsyncIterator[Answerer]:
    reads = await open_reads(store_url, size=1)
    yield Answerer(build_schema(), reads, way=request.param, limits=LAX)
    await reads.close()


def subject_of(world: World, role: Role) -> Subject:
    """A role with its usual reach, in the small world."""
    clearance, scope = REACH[role]
    reach = frozenset({world.head, world.service, world.other, world.annex})
    return Subject(role.lower(), role, clearance, scope, world.agent_id, reach, frozenset({world.own}))


def payloads(answerer: Answerer) -> dict[Action, tuple[str, GraphQLObjectType]]:
    """The field of each mutation's payload that reads back, and its type."""
    mutation = answerer.schema.mutation_type
    assert mutation is not None
    found = {}
    for action in Action:
        payload = get_named_type(mutation.fields[action.value].type)
        assert isinstance(payload, GraphQLObjectType)
        [name] = set(payload.fields) - {"errors"}
        gtype = get_named_type(payload.fields[name].type)
        assert isinstance(gtype, GraphQLObjectType)
        found[action] = name, gtype
    return found


async def test_every_payload_is_in_the_matrix(answerer):
    known = {(path.field_name, path.type_name) for path in paths(answerer.schema) if path.via is Via.PAYLOAD}

    assert known == {(name, gtype.name) for name, gtype in payloads(answerer).values()}


@pytest.mark.no_cover  # every mutation by every role: counting lines doubles the time
@pytest.mark.parametrize("role", Role)
async def test_every_payload_by_every_role(database, answerer, role):
    world = await built(database)
    subject = subject_of(world, role)
    matrix = access_matrix(answerer.schema)
    for action, (name, gtype) in payloads(answerer).items():
        before = await secrets_told(database)
        answer = await changed(answerer, database, subject, action, written(VALID[action](world)), name, gtype)
        payload = answer["data"][action.value]
        told = await secrets_told(database) - before
        own = [row for row in matrix if row.type_name == gtype.name]
        hidden = {row.field_name for row in own if row.clearance > subject.clearance}
        assert {n["field"] for n in answer["extensions"].get("withheld", ())} == hidden, action
        if action not in ALLOWED[role] or (action, role) in OF_OTHERS:
            assert ([error["code"] for error in payload["errors"]], payload[name]) == (["FORBIDDEN"], None)
            assert told == 0
            continue
        assert payload["errors"] == [], action
        seen = {row.field_name for row in own if row.shown(subject.access) in (Shown.VALUE, Shown.IN_REACH)}
        shown = {field for field, value in payload[name].items() if value not in (None, [])}
        assert shown <= seen, action
        assert told == len([row for row in own if row.clearance == 3 and row.field_name in seen])


async def changed(
    answerer: Answerer,
    database: Any,
    subject: Subject,
    action: Action,
    given: dict[str, Any],
    name: str,
    gtype: GraphQLObjectType,
) -> Any:
    """The answer to a mutation that asks for all fields of what it changed."""
    wanted = f"{action.value[0].upper()}{action.value[1:]}Input"
    document = f"mutation($input: {wanted}!) {{ {action}(input: $input) {{ errors {{ code }} {name} {{ %s }} }} }}"
    context = Context(subject, NOW, database, graph=RelationalGraph(answerer.store))
    reply = await answerer.answer(document % selection_of(gtype), {"input": given}, None, context)
    answer = json.loads(reply.body)
    assert "errors" not in answer, answer
    return answer


async def secrets_told(database: Any) -> int:
    """How many secrets are on record."""
    async with database.sessions() as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(DisclosureRow)))
