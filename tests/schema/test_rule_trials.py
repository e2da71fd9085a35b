"""Rules asked about facts that are given: of the version in force and of a text, with slips, and who may ask."""

from __future__ import annotations

import pytest

from resolvers.access import Clearance, Role, Scope, Subject
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.trying import MOST_FACTS
from server.identity.reach import REACH
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.writing import rule_text

pytestmark = pytest.mark.anyio

TRY = """query($ruleSet: String, $text: String, $facts: [GivenFact!]!) {
  tryRules(ruleSet: $ruleSet, text: $text, facts: $facts) {
    ruleSet version { number } fault
    results { outputs { name value unit } } rows { name reasonZh reasonEn }
    passedOver { name failed { fact test value unit } }
    problems { text line cell message }
  } }"""
GIFT = [
    {"name": "request_kind", "value": "gift"},
    {"name": "amount", "value": "0.3万"},
    {"name": "is_planned", "value": "true"},
    {"name": "requester_level", "value": "agent"},
]


async def test_the_rules_in_force_say_who_approves(ask):
    found = await ask(TRY, ruleSet="approval_routes", facts=GIFT)

    assert (found["ruleSet"], found["version"], found["fault"]) == ("approval_routes", {"number": 1}, None)
    assert [result["outputs"] for result in found["results"]] == [
        [{"name": "approver", "value": "supervisor", "unit": ""}],
        [{"name": "approver", "value": "manager", "unit": ""}],
    ]
    assert [row["name"] for row in found["rows"]] == ["spend_supervisor", "spend_manager"]
    assert "3,000" in found["rows"][0]["reasonZh"]
    assert found["passedOver"][0] == {
        "name": "spend_unplanned",
        "failed": [
            {"fact": "amount", "test": "(0..2000]", "value": "3000.0", "unit": "元"},
            {"fact": "is_planned", "test": "false", "value": "true", "unit": ""},
        ],
    }
    assert found["problems"] == []


async def test_a_text_is_asked_in_place_of_what_is_in_force(ask):
    text = shipped()["approval_routes"].text.replace("> 2000 ", "> 9000 ")

    found = await ask(TRY, text=text, facts=GIFT)

    assert (found["ruleSet"], found["version"]) == ("approval_routes", None)
    assert [row["name"] for row in found["rows"]] == ["spend_supervisor"]


async def test_rules_that_chain_are_asked_too(ask):
    facts = [{"name": "grade", "value": "NORMAL"}, {"name": "complaints", "value": "3"}]

    found = await ask(TRY, text=f"{CARE_HEAD}{CARE_RULES}", facts=facts)

    assert [row["name"] for row in found["rows"]] == ["to_manager", "complains", "serious"]
    assert {"name": "points", "value": "6", "unit": ""} in found["results"][0]["outputs"]


async def test_without_a_fact_that_must_be_known_nothing_is_decided(ask):
    found = await ask(TRY, ruleSet="approval_routes", facts=[*GIFT[1:], {"name": "request_kind"}])

    assert found["fault"] == "MISSING_FACT: request_kind is not known"
    assert (found["results"], found["rows"], found["passedOver"], found["problems"]) == ([], [], [], [])


async def test_slips_in_facts_are_told_with_their_place(ask):
    facts = [{"name": "grade", "value": "VIP"}, {"name": "amount", "value": "viel"}, {"name": "amunt", "value": "1"}]

    found = await ask(TRY, text=rule_text(), facts=facts)

    assert [(each["text"], each["line"], each["cell"]) for each in found["problems"]] == [
        ("FACTS", 2, "amount"),
        ("FACTS", 3, "amunt"),
    ]
    assert "did you mean amount?" in found["problems"][1]["message"]
    assert (found["ruleSet"], found["results"]) == ("fees", [])


async def test_a_broken_text_and_an_unknown_rule_set_are_told(ask):
    broken = await ask(TRY, text="rule_set: [", facts=[])
    unknown = await ask(TRY, ruleSet="aproval_routes", facts=[])

    assert broken["problems"][0]["text"] == "TEXT"
    assert broken["problems"][0]["message"].startswith("this is no YAML")
    [problem] = unknown["problems"]
    assert problem["message"] == "no rule set aproval_routes is in force (did you mean approval_routes?)"


@pytest.mark.parametrize("given", [{}, {"ruleSet": "grading", "text": rule_text()}])
async def test_it_is_either_a_rule_set_or_a_text(ask, given):
    reply = await ask.reply(TRY, facts=[], **given)

    [error] = reply["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_LOOKUP",
        "Give either `ruleSet` or `text`: the rules in force, or those of a text.",
    )


async def test_more_facts_than_rules_can_read_are_refused(ask):
    reply = await ask.reply(TRY, text=rule_text(), facts=[{"name": "amount"}] * (MOST_FACTS + 1))

    assert reply["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("role", Role)
async def test_who_reads_rules_may_ask_and_nobody_else(ask, role):
    clearance, scope = REACH[role]

    answer = await ask(TRY, Subject(role.lower(), role, clearance, scope), text=rule_text(), facts=[])

    assert (answer is not None) == (role in {Role.MANAGER, Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR})


async def test_who_may_not_read_internal_fields_asks_in_vain(ask):
    subject = Subject("analyst", Role.ANALYST, Clearance.PUBLIC, Scope.ALL)

    assert await ask(TRY, subject, text=rule_text(), facts=[]) is None
