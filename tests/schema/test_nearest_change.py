"""The nearest change of facts that would have given something else, within what the reader may know."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio.to_thread
import orjson
import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import open_reads
from store.grade import Grade
from store.session import Database
from tests.answerers import answerer_over
from tests.decisions.worlds import buyer, graded, publish
from tests.schema.asking_decisions import ANALYST, OVERDUE, POINTS, Client, id_of
from tests.server.running_cli import c360

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(database: Database, store_url: str) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads), database)
    await reads.close()


NEAREST = """explanation {
  whyNot(value: "VIP") { row matched tests { fact short withheld } }
  nearestChange(value: "VIP") { fact value changedTo unit }
  held: whyNot(output: "hold", value: "true") { row }
}"""


async def test_the_nearest_change_is_told_and_what_another_output_would_have_taken(client: Client):
    customer = await buyer(client.database, 123_000, Grade.NORMAL)
    await graded(client.database, [customer])

    found = (await client.of(customer, NEAREST))["explanation"]

    change = {"fact": "value_12m", "value": "123000.00", "changedTo": "500000", "unit": "元"}
    assert found["nearestChange"] == [change]
    short = {"fact": "value_12m", "short": "377000", "withheld": None}
    assert found["whyNot"][0] == {"row": "vip_up", "matched": False, "tests": [short]}
    assert found["held"]
    had = 'explanation { nearestChange(value: "KEY") { fact } }'
    assert (await client.of(customer, had))["explanation"] == {"nearestChange": []}


async def test_it_is_what_the_command_tells(client: Client, capsys: pytest.CaptureFixture[str], store_url: str):
    customer = await buyer(client.database, 123_000, Grade.NORMAL, code="MID")
    await graded(client.database, [customer])
    words = ("rules", "explain", "MID", "--json", "--database", store_url)
    why, why_not = [
        json.loads((await anyio.to_thread.run_sync(lambda more=more: c360(capsys, *words, *more))).out)
        for more in ((), ("--not", "VIP"))
    ]
    test = "fact test value unit passed short withheld"
    ask = f"""explanation {{
      decision {{ version rows content {{ facts {{ name value unit withheld }} results {{ name value withheld }}
        reasons {{ zh en withheld }} fault }} }}
      decided {{ row matched tests {{ {test} }} }} before {{ row matched tests {{ {test} }} }}
      whyNot(value: "VIP") {{ row matched tests {{ {test} }} }}
      nearestChange(value: "VIP") {{ fact value changedTo unit }} }}"""

    found = (await client.of(customer, ask))["explanation"]

    content, names = found["decision"]["content"], ("name", "value", "unit", "withheld")
    assert [tuple(fact[name] for name in names) for fact in content["facts"]] == [
        tuple(fact[name] for name in names) for fact in why["facts"]
    ]
    assert content["results"] == why["results"]
    assert [
        {"row": row, **reason} for row, reason in zip(found["decision"]["rows"], content["reasons"], strict=True)
    ] == (why["reasons"])
    assert (content["fault"], found["decision"]["version"]) == (why["fault"], why["version"])
    assert (found["decided"], found["before"]) == (why["decided"], why["before"])
    assert found["whyNot"] == why_not["rows"]
    [change], [other] = found["nearestChange"], why_not["nearest_change"]
    assert (change["fact"], change["value"], change["changedTo"]) == (
        other["fact"],
        other["value"],
        other["changed_to"],
    )


async def test_the_nearest_change_never_names_what_the_reader_may_not_know(client: Client):
    await publish(client.database)
    customer = await buyer(client.database, 500, **OVERDUE)
    late = await buyer(client.database, 90, **OVERDUE)
    await graded(client.database, [customer, late])
    ask = """explanation {
      nearestChange(value: "KEY") { fact value changedTo } whyNot(value: "KEY") { tests { fact value withheld } }
    }"""

    whole = [(await client.of(each, ask))["explanation"] for each in (customer, late)]
    told = [(await client.of(each, ask, ANALYST))["explanation"] for each in (customer, late)]

    facts = [{change["fact"] for change in each["nearestChange"]} for each in whole]
    assert facts == [{"overdue_amount", "value_12m"}, {"value_12m"}]
    assert [[change["fact"] for change in each["nearestChange"]] for each in told] == [[], ["value_12m"]]
    assert b"overdue_amount" not in orjson.dumps([each["nearestChange"] for each in told])


async def test_a_value_that_no_rule_can_give_is_refused_with_what_there_is(client: Client):
    customer = await buyer(client.database, 123_000, Grade.NORMAL)
    await graded(client.database, [customer])

    for given, told in [
        ('value: "GOLD"', "GOLD is not a value of grade"),
        ('output: "colour", value: "VIP"', "gives grade, hold, and no colour"),
        ('output: "hold", value: "maybe"', "hold is of type boolean"),
    ]:
        for field in (f"whyNot({given}) {{ row }}", f"nearestChange({given}) {{ fact }}"):
            document = f"query($id: ID!) {{ customer(id: $id) {{ explanation {{ {field} decision {{ version }} }} }} }}"
            reply = await client.ask(document, id=id_of(customer))
            [error] = reply["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert told in error["message"]
            assert reply["data"]["customer"]["explanation"]["decision"] == {"version": 1}


async def test_numbers_are_given_as_texts(client: Client):
    await publish(client.database, POINTS)
    customer = await buyer(client.database, 500)
    await graded(client.database, [customer])
    ask = 'explanation { nearestChange(output: "points", value: "7.50") { changedTo } %s }'

    found = await client.of(customer, ask % 'none: whyNot(output: "points", value: "8") { row }')
    reply = await client.ask(
        "query($id: ID!) { customer(id: $id) { " + ask % 'bad: whyNot(output: "points", value: "x") { row }' + " } }",
        id=id_of(customer),
    )

    assert found["explanation"] == {"nearestChange": [{"changedTo": "1000"}], "none": []}
    assert "points: x is no number" in reply["errors"][0]["message"]


@pytest.mark.parametrize("role", Role)
async def test_the_nearest_change_is_for_who_reads_explanations(client: Client, role: Role):
    customer = await buyer(client.database, 123_000, Grade.NORMAL)
    await graded(client.database, [customer])
    scope = Scope.PARTNER if role is Role.PARTNER else Scope.ALL
    subject = Subject("s", role, Clearance.INTERNAL, scope, customer_ids=frozenset({customer.id}))

    found = await client.of(customer, NEAREST, subject)

    assert (found["explanation"] is None) == (role is Role.PARTNER)
