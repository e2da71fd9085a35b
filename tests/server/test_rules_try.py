"""`c360 rules try`: facts that are given, those of a customer or a ticket with some of them changed, and slips."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.grade import Grade
from store.session import Database
from tests.decisions.worlds import buyer
from tests.factories.ticket import add_ticket
from tests.rules.chain_writing import CARE_HEAD, CARE_RULES
from tests.rules.writing import rule_text
from tests.server.running_cli import c360
from tests.server.test_decisions_command import Run, in_store


@pytest.fixture
def run(store_url, capsys, monkeypatch) -> Run:
    """Runs `c360 rules try` over a store with two customers and a ticket."""

    async def fill(database: Database) -> None:
        big = await buyer(database, 600_000, Grade.VIP, code="BIG")
        await buyer(database, 5, code="ODD", currency="BHD")
        async with database.transaction() as session:
            await add_ticket(session, big, number="T-1")

    in_store(store_url, fill)
    monkeypatch.setenv("C360_DATABASE_URL", store_url)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: c360(capsys, "rules", "try", *arguments)


GIFT = ("request_kind=gift", "amount＝600", "is_planned=true", "requester_level=agent")
"""One with the sign of a Chinese keyboard."""


def test_the_rules_in_force_say_what_comes_of_facts(run: Run):
    ran = run("approval_routes", *GIFT)

    assert ran.code == 0
    assert "result  approver: supervisor\nrow     spend_supervisor\nreason  600 元" in ran.out
    assert "spend_manager\n  amount > 2000: is 600 元\n" in ran.out


def test_programs_get_json(run: Run):
    found = json.loads(run("approval_routes", *GIFT, "--json").out)

    assert (found["rule_set"], found["rows"]) == ("approval_routes", ["spend_supervisor"])
    assert found["results"] == [{"approver": "supervisor"}]
    assert found["facts"]["amount"] == "600"
    assert found["passed_over"][0] == {"row": "spend_manager", "failed": [{"fact": "amount", "test": "> 2000"}]}


def test_a_customers_facts_are_taken_but_for_those_that_are_given(run: Run):
    as_it_is = json.loads(run("grading", "--customer", "BIG", "--json").out)
    what_if = json.loads(run("grading", "--customer", "BIG", "value_12m=1万", "days_in_grade=365", "--json").out)

    assert (as_it_is["facts"]["current_grade"], as_it_is["facts"]["value_12m"]) == ("VIP", "600000.00")
    assert as_it_is["results"][0]["grade"] == "VIP"
    assert what_if["facts"]["value_12m"] == "10000"
    assert what_if["results"][0]["grade"] == "NORMAL"


def test_a_tickets_facts_are_taken_and_those_of_its_customer(run: Run):
    found = json.loads(run("service_level", "--ticket", "T-1", "--json").out)

    assert found["facts"]["current_grade"] == "VIP"
    assert len(found["results"]) == 1


def test_a_file_is_tried_without_a_database(run: Run, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("C360_DATABASE_URL", "sqlite+aiosqlite:////nowhere/at/all.db")
    fees, care = tmp_path / "fees.yaml", tmp_path / "care.yaml"
    fees.write_text(rule_text(), "utf-8")
    care.write_text(f"{CARE_HEAD}{CARE_RULES}", "utf-8")

    assert "result  fee: 20" in run(str(fees), "grade=KEY", "amount=2000").out
    assert "row     complains" in run(str(care), "grade=KEY", "complaints=2").out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("approval_routes", "amount=600"), 1, "nothing is decided: request_kind is not known"),
        (("approval_routes", "amunt=600"), 2, "amunt is no fact that approval_routes reads (did you mean amount?)"),
        (("approval_routes", "amount"), 2, "'amount' is no fact with a value"),
        (("nosuch",), 2, "there is no rule set nosuch"),
        (("nosuch.yaml",), 1, "nosuch.yaml"),
        (("grading", "--customer", "X"), 1, "There is no customer X"),
        (("service_level", "--ticket", "X"), 1, "There is no ticket X"),
        (("grading", "--ticket", "T-1"), 2, "grading is about customer, and not about a ticket"),
        (("grading", "--ticket", "T-1", "--customer", "BIG"), 2, "--customer and --ticket do not go together"),
        (("grading", "--customer", "ODD"), 1, "there is no rate for BHD"),
    ],
)
def test_what_cannot_be_tried_is_told(run: Run, arguments, code, told):
    ran = run(*arguments)

    assert (ran.code, told in ran.err) == (code, True), ran


def test_rows_that_do_not_match_and_no_other_are_told(run: Run):
    ran = run("approval_routes", *GIFT[:1], "amount=5", *GIFT[2:])

    assert (ran.code, "no row matches" in ran.out) == (0, True)
