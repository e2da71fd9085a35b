"""Decisions as clients see them: who may know which fact, why, why not, and grading by a mutation."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import orjson
import pytest
import sqlalchemy as sa

from outbox.event import LogEventRow
from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.reading import open_reads
from resolvers.ticket import TicketDraft, open_ticket
from store.customer import CustomerRow
from store.decision import DecisionRow
from store.grade import Grade
from store.interaction import Channel
from store.session import Database
from store.ticket import TicketKind
from tests.acting.worlds import do
from tests.answerers import answerer_over
from tests.decisions.worlds import buyer, graded, publish
from tests.factories import NOW
from tests.factories.ticket import add_ticket
from tests.schema.asking_decisions import ANALYST, AUDITOR, OVERDUE, PUBLIC, Client, id_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(database: Database, store_url: str) -> AsyncIterator[Client]:
    reads = await open_reads(store_url, size=2)
    yield Client(answerer_over(reads), database)
    await reads.close()


CONTENT = """decisions(first: 5) { nodes {
  ruleSet version occasion rows
  content {
    facts { name value unit withheld meaning { zh en } }
    results { name value withheld }
    reasons { zh en withheld }
    fault faultWithheld
  }
} }"""


async def test_a_decision_tells_its_facts_what_came_of_them_and_why(client: Client):
    customer = await buyer(client.database, 600_000)
    await graded(client.database, [customer])

    [decision] = (await client.of(customer, CONTENT))["decisions"]["nodes"]

    content = decision["content"]
    assert (decision["ruleSet"], decision["version"], decision["occasion"]) == ("grading", 1, "ASKED")
    assert decision["rows"] == ["vip_up"]
    facts = {fact["name"]: fact for fact in content["facts"]}
    assert list(facts) == ["current_grade", "days_in_grade", "value_12m", "potential", "tenure_years"]
    assert (facts["value_12m"]["value"], facts["value_12m"]["unit"]) == ("600000.00", "元")
    assert facts["tenure_years"]["meaning"]["en"] == "full years since the first purchase; 0 before it"
    assert (facts["current_grade"]["value"], facts["current_grade"]["withheld"]) == (None, None)
    assert content["results"] == [
        {"name": "grade", "value": "VIP", "withheld": None},
        {"name": "hold", "value": "false", "withheld": None},
    ]
    assert content["reasons"][0]["en"] == "spent 600,000.00 in 12 months, at least 500,000"
    assert (content["fault"], content["faultWithheld"]) == (None, None)


async def test_what_the_reader_may_not_know_is_withheld_fact_by_fact_and_where_a_reason_quotes_it(client: Client):
    await publish(client.database)
    customer = await buyer(client.database, 900, **OVERDUE)
    await graded(client.database, [customer])

    [decision] = (await client.of(customer, CONTENT, ANALYST))["decisions"]["nodes"]

    facts = {fact["name"]: (fact["value"], fact["withheld"]) for fact in decision["content"]["facts"]}
    assert facts == {"overdue_amount": (None, "CONFIDENTIAL"), "value_12m": ("900.00", None)}
    assert decision["content"]["reasons"] == [{"zh": None, "en": None, "withheld": "CONFIDENTIAL"}]
    assert decision["content"]["results"] == [{"name": "grade", "value": "POTENTIAL", "withheld": None}]
    assert b"900.00 are overdue" not in orjson.dumps(await client.of(customer, "gradePeriod { reason }", ANALYST))
    [whole] = (await client.of(customer, CONTENT))["decisions"]["nodes"]
    assert whole["content"]["reasons"][0]["en"] == "900.00 are overdue"


async def test_a_fault_is_withheld_from_whoever_may_not_know_all_the_facts(client: Client):
    customer = await buyer(client.database, 5, currency="BHD")
    await graded(client.database, [customer])
    ask = "decisions { nodes { content { fault faultWithheld results { name } } } }"

    [whole] = (await client.of(customer, ask))["decisions"]["nodes"]
    [public] = (await client.of(customer, ask, PUBLIC))["decisions"]["nodes"]

    assert whole["content"]["fault"].startswith("MISSING_FACT: value_12m: there is no rate for BHD")
    assert public["content"] == {"fault": None, "faultWithheld": "INTERNAL", "results": []}


WHY = """explanation {
  decision { id rows }
  decided { row matched tests { fact test value unit passed short withheld } }
  before { row matched tests { fact passed short withheld } }
}"""


async def test_it_is_explained_why(client: Client):
    customer = await buyer(client.database, 123_000, Grade.NORMAL)
    assert (await client.of(customer, WHY))["explanation"] is None
    await graded(client.database, [customer])

    found = (await client.of(customer, WHY))["explanation"]

    assert found["decision"]["rows"] == ["key_up"]
    test = {"fact": "value_12m", "test": ">= 100000", "value": "123000.00", "unit": "元", "passed": True}
    assert found["decided"] == [
        {"row": "key_up", "matched": True, "tests": [{**test, "short": None, "withheld": None}]}
    ]
    assert [row["row"] for row in found["before"]] == ["vip_up", "vip_keep", "vip_stay"]
    failed = {"fact": "value_12m", "passed": False, "short": "377000", "withheld": None}
    assert found["before"][0] == {"row": "vip_up", "matched": False, "tests": [failed]}
    other = await client.of(customer, 'explanation(ruleSet: "priority") { decision { id } }')
    assert other["explanation"] is None


async def test_an_explanation_does_not_tell_what_is_withheld(client: Client):
    await publish(client.database)
    customer = await buyer(client.database, 2000)
    await graded(client.database, [customer])

    found = (await client.of(customer, WHY, ANALYST))["explanation"]

    hidden = {"fact": "overdue_amount", "passed": None, "short": None, "withheld": "CONFIDENTIAL"}
    assert found["before"] == [{"row": "owes", "matched": None, "tests": [hidden]}]
    assert found["decided"][0]["tests"][0]["value"] == "2000.00"


async def test_and_why_not_something_else(client: Client):
    customer = await buyer(client.database, 123_000, Grade.NORMAL)
    await graded(client.database, [customer])

    found = await client.of(
        customer, "whyNot(grade: VIP) { row matched } had: whyNot(grade: KEY, first: 1) { row matched }"
    )

    assert found["whyNot"][0] == {"row": "vip_up", "matched": False}
    assert found["had"] == [{"row": "key_up", "matched": True}]


async def test_rules_are_told_to_nobody_outside(client: Client):
    customer = await buyer(client.database, 1)
    await graded(client.database, [customer])
    partner = Subject("p", Role.PARTNER, Clearance.SECRET, Scope.PARTNER, customer_ids=frozenset({customer.id}))
    ask = "explanation { decided { row } } whyNot(grade: VIP, first: 5) { row }"

    assert await client.of(customer, ask, partner) == {"explanation": None, "whyNot": None}
    reply = await client.ask(f"{{ customers(first: 10) {{ nodes {{ {ask} }} }} }}", PUBLIC)
    assert reply["data"]["customers"]["nodes"] == [{"explanation": None, "whyNot": None}]
    assert {(one["field"], one["clearance"]) for one in reply["extensions"]["withheld"]} == {
        ("explanation", "INTERNAL"),
        ("whyNot", "INTERNAL"),
    }


OF_TICKETS = """\
rule_set: service_level
title: {zh: 服务等级, en: Service level}
owner: nobody
about: ticket
reads: [severity, overdue_amount]
outputs: {level: {type: enum, values: [emergency, priority, standard, basic]}}
hit_policy: FIRST
table: |
  | row  | severity | overdue_amount | => level |
  | owes | -        | > 100          | basic    |
  | bad  | HIGH     | -              | priority |
  | rest | -        | -              | standard |
"""


async def opened(client: Client) -> CustomerRow:
    """A customer with a ticket that was opened, and another one that came from elsewhere."""
    customer = await buyer(client.database, 1)
    await do(client.database, open_ticket, TicketDraft(customer.id, TicketKind.FAULT, Channel.PHONE, "It leaks"))
    async with client.database.transaction() as session:
        await add_ticket(session, customer)
    return customer


TICKETS = "tickets(first: 2) { nodes { subject %s } }"


async def test_of_a_ticket_it_is_explained_why_it_has_its_level(client: Client):
    await publish(client.database, OF_TICKETS, "service_level")
    customer = await opened(client)
    ask = f'{WHY} nearest: explanation {{ nearestChange(value: "priority", first: 3) {{ fact value changedTo }} }}'

    found = (await client.of(customer, TICKETS % ask))["tickets"]["nodes"]

    tickets = {one["subject"]: one for one in found}
    told = tickets["It leaks"]["explanation"]
    assert tickets["The invoice is wrong"]["explanation"] is None
    assert (told["decision"]["rows"], [row["row"] for row in told["before"]]) == (["rest"], ["owes", "bad"])
    assert tickets["It leaks"]["nearest"]["nearestChange"] == [
        {"fact": "severity", "value": "MODERATE", "changedTo": "HIGH"}
    ]


async def test_of_a_ticket_too_facts_above_the_clearance_are_withheld_and_partners_are_told_nothing(client: Client):
    await publish(client.database, OF_TICKETS, "service_level")
    customer = await opened(client)
    partner = Subject("p", Role.PARTNER, Clearance.SECRET, Scope.PARTNER, customer_ids=frozenset({customer.id}))
    ask = TICKETS % WHY

    analyst = (await client.of(customer, ask, ANALYST))["tickets"]["nodes"]
    outside = (await client.of(customer, ask, partner))["tickets"]["nodes"]

    [told] = [one["explanation"] for one in analyst if one["explanation"]]
    hidden = {"fact": "overdue_amount", "passed": None, "short": None, "withheld": "CONFIDENTIAL"}
    assert told["before"][0] == {"row": "owes", "matched": None, "tests": [hidden]}
    assert [one["explanation"] for one in outside] == [None, None]


@pytest.mark.parametrize(
    ("ask", "statements"),
    [
        ("decisions(first: 5) { nodes { ruleSet rows } }", 1),
        (CONTENT, 3),  # the page, the records, and what they tell
        (WHY, 3),
        ("whyNot(grade: VIP, first: 5) { row tests { short } }", 3),
        (TICKETS % WHY, 3),
    ],
)
async def test_statements_do_not_grow_with_the_customers(client: Client, ask: str, statements: int):
    await graded(client.database, [await buyer(client.database, yuan) for yuan in (1, 60_000, 600_000)])
    for _ in range(3):
        await opened(client)
    document = f"{{ customers(first: 10) {{ nodes {{ {ask} }} }} }}"
    await client.ask(document)  # versions are read once and kept
    before = client.answerer.store.statements

    reply = await client.ask(document)

    assert "errors" not in reply
    assert client.answerer.store.statements - before == statements


GRADE = """mutation($input: GradeCustomerInput!) { gradeCustomer(input: $input) {
  errors { field code message }
  decision { id rows askedBy customer { grade } content { fault } }
} }"""


async def test_the_rules_decide_when_somebody_asks(client: Client):
    customer = await buyer(client.database, 600_000)
    given = {"customerId": id_of(customer), "idempotencyKey": "once"}

    reply = await client.ask(GRADE, ANALYST, input=given)
    again = await client.ask(GRADE, ANALYST, input=given)

    made = reply["data"]["gradeCustomer"]
    assert (made["errors"], made["decision"]["rows"]) == ([], ["vip_up"])
    assert (made["decision"]["askedBy"], made["decision"]["customer"]) == ("analyst", {"grade": "VIP"})
    assert again == reply
    async with client.database.sessions() as session:
        [event] = await session.scalars(sa.select(LogEventRow))
        assert len(list(await session.scalars(sa.select(DecisionRow)))) == 1
    told = {"grade": "VIP", "before": None, "decisionId": made["decision"]["id"].removeprefix("Decision:")}
    assert (event.kind, event.actor, event.data) == ("customer.graded", "analyst", told)


async def test_that_nothing_was_decided_is_an_answer_too(client: Client):
    customer = await buyer(client.database, 5, Grade.KEY, currency="BHD")

    reply = await client.ask(GRADE, input={"customerId": id_of(customer)})

    made = reply["data"]["gradeCustomer"]
    assert made["errors"] == []
    assert "no rate for BHD" in made["decision"]["content"]["fault"]
    assert made["decision"]["customer"] == {"grade": "KEY"}


async def test_who_may_not_is_refused(client: Client):
    customer = await buyer(client.database, 5)

    reply = await client.ask(GRADE, AUDITOR, input={"customerId": id_of(customer)})

    made = reply["data"]["gradeCustomer"]
    assert [error["code"] for error in made["errors"]] == ["FORBIDDEN"]
    assert made["decision"] is None


async def test_who_waited_for_another_one_to_grade_goes_after_that_one(client: Client):
    customer = await buyer(client.database, 600_000, graded_at=NOW + dt.timedelta(seconds=5))

    await client.ask(GRADE, input={"customerId": id_of(customer)})

    async with client.database.sessions() as session:
        [decision] = await session.scalars(sa.select(DecisionRow))
    assert decision.decided_at == NOW + dt.timedelta(seconds=5)
