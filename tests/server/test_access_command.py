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


def test_people_get_tables(capsys):
    done = c360(capsys, "access", "--type", "CreditAccount")

    assert done.code == 0
    line = next(line for line in done.out.splitlines() if "CreditAccount.limit" in line)
    assert line.split("│")[2:6] == [" -      ", " -        ", " yes          ", " yes    "]
    assert "Who may do what" in done.out


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--type", "Nothing"), "no readable field of Nothing"), (("--clearance", "cosmic"), "cosmic is no clearance")],
)
def test_wrong_use_is_told_with_its_cure(capsys, options, words):
    done = c360(capsys, "access", *options)

    assert done.code == 2
    assert words in done.err
