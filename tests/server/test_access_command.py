"""`c360 access`: the printed matrix is the declarations', whole or in part."""

from __future__ import annotations

import json

import pytest

from resolvers.actions import Action
from tests.server.running_cli import c360


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


def matrix(capsys, *options: str) -> dict:
    done = c360(capsys, "access", "--json", *options)
    assert done.code == 0
    return json.loads(done.out)


def test_every_field_has_a_level_and_its_rows(capsys):
    found = {(row["type"], row["field"]): row for row in matrix(capsys)["fields"]}

    assert found["Customer", "name"] == {
        "type": "Customer",
        "field": "name",
        "clearance": "PUBLIC",
        "rows": "customers in reach",
        "roles": {
            "MANAGER": "value",
            "SUPERVISOR": "in reach",
            "AGENT": "in reach",
            "ANALYST": "value",
            "PARTNER": "in reach",
            "AUDITOR": "value",
        },
    }
    assert found["Customer", "taxNumber"]["clearance"] == "SECRET"
    assert found["CreditAccount", "limit"]["clearance"] == "CONFIDENTIAL"
    assert found["Ticket", "subject"]["rows"] == "of customers in reach"
    assert found["Staff", "name"]["rows"] == "all but partners"
    assert found["Viewer", "name"]["rows"] == "everyone"


def test_a_computed_field_has_the_level_of_what_it_needs(capsys):
    found = {(row["type"], row["field"]): row["clearance"] for row in matrix(capsys)["fields"]}

    assert found["Customer", "nextBirthday"] == found["Customer", "birthday"] == "CONFIDENTIAL"
    assert found["CustomerMetrics", "satisfaction"] == "INTERNAL"
    assert found["CreditAccount", "available"] == "CONFIDENTIAL"


def test_the_matrix_can_be_narrowed_to_a_type_and_a_level(capsys):
    rows = matrix(capsys, "--type", "Staff", "--clearance", "secret")["fields"]

    assert [row["field"] for row in rows] == ["homeAddress", "identityNumber"]


def test_the_roles_of_every_mutation_are_told(capsys):
    actions = matrix(capsys)["actions"]

    assert set(actions) == {action.value for action in Action}
    assert "AUDITOR" not in {role for roles in actions.values() for role in roles}
    assert actions["openTicket"] == ["MANAGER", "SUPERVISOR", "AGENT", "PARTNER"]


def test_every_role_gets_what_its_clearance_and_scope_give(capsys):
    found = {(row["type"], row["field"]): row["roles"] for row in matrix(capsys)["fields"]}

    assert found["Staff", "name"]["PARTNER"] == found["Staff", "homeAddress"]["PARTNER"] == "absent"
    assert found["Staff", "homeAddress"]["SUPERVISOR"] == "null"
    assert found["Staff", "homeAddress"]["MANAGER"] == "value"
    assert found["Customer", "taxNumber"]["AGENT"] == "null"
    assert {role for role, shown in found["Disclosure", "reader"].items() if shown != "absent"} == {
        "MANAGER",
        "AUDITOR",
    }


def test_filters_and_orders_need_what_their_columns_need(capsys):
    found = {(row["type"], row["name"]): row for row in matrix(capsys)["questions"]}

    assert found["CustomerFilter", "birthday"]["clearance"] == "CONFIDENTIAL"
    assert found["CustomerFilter", "birthday"]["roles"]["AGENT"] is False
    assert found["Customer", "MONETARY_DESC"]["roles"]["PARTNER"] is False
    assert found["Customer", "NAME_ASC"]["roles"]["PARTNER"] is True


def test_every_way_to_a_type_is_told(capsys):
    paths = {(row["via"], row["from"]) for row in matrix(capsys, "--type", "Ticket")["paths"]}

    assert {
        ("entry", "Query.ticket"),
        ("connection", "Customer.tickets"),
        ("node", "Query.nodes"),
        ("relation", "Interaction.ticket"),
        ("payload", "OpenTicketPayload.ticket"),
    } <= paths
    assert ("timeline", "Customer.timeline") in {
        (row["via"], row["from"]) for row in matrix(capsys, "--type", "TicketEvent")["paths"]
    }


def test_one_role_alone(capsys):
    found = matrix(capsys, "--role", "partner", "--type", "Customer", "--clearance", "secret")

    assert found["roles"] == {"PARTNER": {"clearance": "PUBLIC", "scope": "PARTNER"}}
    assert [row["roles"] for row in found["fields"]] == [{"PARTNER": "null"}]
    assert found["actions"]["openTicket"] == ["PARTNER"]


def test_people_get_tables(capsys):
    done = c360(capsys, "access", "--type", "CreditAccount")

    assert done.code == 0
    line = next(line for line in done.out.splitlines() if "CreditAccount.limit" in line)
    marks = [cell.strip() for cell in line.split("│")[2:9]]
    assert marks == ["confidential", "value", "in reach", "null", "null", "null", "value"]
    for title in ("Who may filter and sort by what", "What leads to what", "Who may do what"):
        assert title in done.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--type", "Nothing"), "no readable field of Nothing"),
        (("--clearance", "cosmic"), "cosmic is no clearance"),
        (("--role", "king"), "king is no role"),
    ],
)
def test_wrong_use_is_told_with_its_cure(capsys, options, words):
    done = c360(capsys, "access", *options)

    assert done.code == 2
    assert words in done.err
