"""Rule sets as clients see them: what is in force, what was, and what is wrong in a file that is submitted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from resolvers.access import Subject
from resolvers.reading import Context, Way, open_reads
from tests.answerers import answerer_over
from tests.commands.worlds import World, built
from tests.factories import NOW
from tests.factories.rule_version import FEES

pytestmark = pytest.mark.anyio

SETS = """{ ruleSets(first: 10) {
    name title { zh en } owner inForce { number text }
    versions(first: 2) { number status }
    publications(first: 5) { number version { number } replacedBy { number } } } }"""
SUBMIT = """mutation($input: SubmitRuleVersionInput!) { submitRuleVersion(input: $input) {
    errors { code field message problems { line column cell message source } }
    ruleVersion { number status submittedBy } } }"""


@pytest.fixture(params=Way)
async def ask(request, database, store_url) -> AsyncIterator[Any]:
    reads = await open_reads(store_url, size=2)
    answerer = answerer_over(reads, way=request.param)
    world = await built(database)

    async def asked(document: str, by: str, **variables: Any) -> Any:
        subject: Subject = getattr(World, by).__get__(world)
        context = Context(subject=subject, now=NOW, database=database)
        reply = orjson.loads((await answerer.answer(document, variables, None, context)).body)
        assert "errors" not in reply, reply
        return reply["data"]

    yield asked
    await reads.close()


@pytest.mark.parametrize("role", ["analyst", "manager", "supervisor", "auditor"])
async def test_what_is_in_force_and_what_was(ask, role):
    fees, _ = (await ask(SETS, role))["ruleSets"]

    assert (fees["name"], fees["title"], fees["owner"]) == (
        "fees",
        {"zh": "收费", "en": "Fees"},
        "service-management",
    )
    assert fees["inForce"] == {"number": 2, "text": FEES.text}
    assert [one["number"] for one in fees["versions"]] == [15, 14]
    assert fees["publications"] == [
        {"number": 2, "version": {"number": 2}, "replacedBy": None},
        {"number": 1, "version": {"number": 1}, "replacedBy": {"number": 2}},
    ]


@pytest.mark.parametrize("role", ["agent", "partner"])
async def test_agents_and_partners_see_no_rules_and_submit_none(ask, role):
    told = await ask(SUBMIT, role, input={"text": FEES.text, "cases": FEES.cases})

    assert (await ask(SETS, role))["ruleSets"] == []
    assert [error["code"] for error in told["submitRuleVersion"]["errors"]] == ["FORBIDDEN"]


async def test_a_slip_is_told_with_its_place(ask):
    wrong = FEES.text.replace("| vip  | -       | VIP ", "| vip  | -       | VPI ")

    told = (await ask(SUBMIT, "analyst", input={"text": wrong, "cases": FEES.cases}))["submitRuleVersion"]

    [error] = told["errors"]
    [slip] = error["problems"]
    assert (error["code"], error["field"], told["ruleVersion"]) == ("BAD_RULES", "input.text", None)
    assert wrong.splitlines()[slip["line"] - 1] == slip["source"]
    assert slip["source"][slip["column"] - 1 :].startswith("VPI")
    assert slip["cell"] == "grade"
    assert "did you mean VIP?" in slip["message"]


async def test_a_sound_file_is_submitted(ask):
    told = await ask(SUBMIT, "analyst", input={"text": FEES.text, "cases": FEES.cases})

    found = {"number": 16, "status": "SUBMITTED", "submittedBy": "analyst"}
    assert told["submitRuleVersion"] == {"errors": [], "ruleVersion": found}
