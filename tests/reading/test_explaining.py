"""What is said of an operation before it runs is what then happens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from graphql import GraphQLError

from resolvers.access import AccessClass
from resolvers.reading import Answerer, Context, Way
from resolvers.reading.explaining import Explanation, explain, explain_in_store
from tests.factories import NOW
from tests.reading.lax import LAX
from tests.reading.own_schema import own_schema
from tests.reading.subjects import EVERYTHING
from tests.reading.traversing.small_schema import small_schema

pytestmark = pytest.mark.anyio


@pytest.fixture
def answerer(ways) -> Answerer:
    return ways.answerers["sqlite", Way.DIRECT]


@pytest.fixture
def own(ways) -> Answerer:
    return Answerer(own_schema(), ways.answerers["sqlite", Way.DIRECT].store, limits=LAX)


def explained(answerer: Answerer, text: str, variables: dict[str, Any] | None = None) -> Explanation:
    return explain(answerer, text, None, variables or {}, AccessClass())


async def test_one_statement_is_the_whole_answer(answerer):
    found = explained(answerer, "{ customers { nodes { code } } departments { totalCount } }")

    assert (found.way, found.reasons, [s.entry for s in found.statements]) == (Way.DIRECT, [], ["(whole)"])
    assert found.statements[0].steps == []
    assert found.statements[0].selects >= 4


async def test_steps_of_python_are_named_with_their_places(answerer):
    text = """
    { nodes(ids: ["Customer:x", "Customer:00000000-0000-4000-8000-000000000000"]) { ... on Customer { nextBirthday } }
      customer(code: "x") { c: contacts { customer { nextBirthday } } timeline {
        nodes { ... on Interaction { customer { nextBirthday } } }
        edges { node { ... on LedgerEntry { customer { nextBirthday } } } }
      } } }
    """
    steps = [(step.path, step.what) for step in explained(answerer, text).statements[0].steps]

    call = "call next_birthday for each row"
    assert steps == [
        ("nodes", "put the objects into the order of the ids"),
        ("nodes(Customer).nextBirthday", call),
        ("customer.c[].customer.nextBirthday", call),
        ("customer.timeline.nodes(Interaction).customer.nextBirthday", call),
        ("customer.timeline.edges[].node(LedgerEntry).customer.nextBirthday", call),
    ]


async def test_a_deeper_statement_is_a_step(answerer):
    text = "{ customers { nodes { department { customers { nodes { department { head { staff { name } } } } } } } } }"
    steps = explained(answerer, text).statements[0].steps

    assert all("one more statement, since the store's parser ends here" in step.what for step in steps)


async def test_functions_and_ordinary_resolvers(own):
    batch = explained(own, "{ clients { nodes { score shout } } }")
    walk = explained(own, "{ clients { nodes { story { words } } } }")
    mixed = explained(own, "{ weather clients { nodes { code } } }")

    assert [step.what for step in batch.statements[0].steps] == [
        "call scores once for all rows",
        "call loud for each row",
    ]
    assert (walk.way, walk.reasons) == (Way.WALK, ["an ordinary resolver is inside"])
    assert (mixed.way, [s.entry for s in mixed.statements]) == (Way.LEAN, ["clients"])
    assert mixed.reasons == ["Query.weather is not declared with a source"]
    assert explained(own, "mutation { touch { note } }").way is Way.LEAN


async def test_a_traversal_and_what_is_inside_of_it_are_steps(ways):
    small = Answerer(small_schema(), ways.answerers["sqlite", Way.DIRECT].store, limits=LAX)
    (statement,) = explained(small, "{ clients { around(first: 2) { client { shout } } } }").statements

    (first, second) = statement.steps
    assert first.path == second.path.removesuffix("[].client.shout") == "clients[].around"
    assert re.fullmatch(r"call around once for all rows, then one more statement .* \(\d+ characters\)", first.what)
    assert second.what == "call loud for each row"


async def test_a_secret_that_is_told_is_a_step(own):
    steps = explained(own, "{ clients { nodes { secretStory { words } } } }").statements[0].steps

    assert [(step.path, step.what) for step in steps] == [
        ("clients.nodes[].secretStory", "put Client.secretStory on record, a secret that is told")
    ]


async def test_what_cannot_be_answered_cannot_be_explained(answerer):
    for text in ("{ nothing }", "{ customers(first: 1000) { totalCount } }"):
        with pytest.raises(GraphQLError):
            explained(answerer, text)


async def test_the_store_says_how_it_would_run_it(ways):
    for (_, way), answerer in ways.answerers.items():
        if way is Way.DIRECT:
            text = "query($code: String) { customer(code: $code) { code } }"
            (statement,) = explained(answerer, text, {"code": "C-1"}).statements
            await explain_in_store(answerer, statement, Context(EVERYTHING, NOW), {"code": "C-1"})
            assert any("customer" in line or "t1" in line for line in statement.explained)


async def test_the_cost_is_told_with_the_variables_that_were_given(answerer, own):
    text = "query($n: Int!) { customers(first: $n) { nodes { contacts(first: 2) { name } } } }"

    assert [explained(answerer, text, {"n": n}).cost for n in (0, 3, 100)] == [1, 1 + 3 + 3 * 3, 1 + 100 + 100 * 3]
    assert explained(own, "mutation { touch { client { code } } }").cost == 10 + 1
