"""`c360 token` and `c360 keys`: what they print, what they refuse, and that servers take what they make."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from resolvers.access import Clearance, Role, Scope
from resolvers.api_keys import is_well_formed
from server.commands import token
from tests import stores
from tests.factories.customer import add_customer
from tests.server.running_cli import Outcome, c360


class TestToken:
    def test_the_token_alone_is_printed(self, capsys, tmp_path):
        done = c360(capsys, "token", "--role", "agent", "--staff", "S-1")

        assert done.code == 0
        assert re.fullmatch(r"eyJ[\w-]+\.[\w-]+\.[\w-]+\n", done.out)
        assert "Good until" in done.err
        assert (tmp_path / "var/token-keys.json").stat().st_mode & 0o777 == 0o600

    def test_the_same_for_machines(self, capsys):
        done = json.loads(
            c360(
                capsys, "token", "--role", "partner", "--customer", "A", "--customer", "B", "--hours", "1", "--json"
            ).out
        )

        assert done["claims"]["c360_customers"] == ["A", "B"]
        assert done["claims"]["exp"] - done["claims"]["iat"] == 3600

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "--role"),
            (("--role", "king"), "manager"),
            (("--role", "agent"), "--staff NUMBER"),
            (("--role", "supervisor"), "--staff NUMBER"),
            (("--role", "manager", "--scope", "own"), "--staff NUMBER"),
            (("--role", "agent", "--staff", "S-1", "--scope", "all"), "--scope own"),
            (("--role", "analyst", "--clearance", "secret"), "--clearance internal"),
            (("--role", "manager", "--name", "staff:S-1"), "only we give"),
            (("--role", "manager", "--hours", "25"), "24"),
            (("--role", "manager", "--hours", "0"), "0.001"),
        ],
    )
    def test_what_no_server_would_take_is_not_made(self, capsys, tmp_path, arguments, words):
        done = c360(capsys, "token", *arguments)

        assert done.code == 2
        assert words in " ".join(done.err.split())
        assert done.out == ""
        assert not (tmp_path / "var").exists()

    def test_a_new_key_signs_on_demand(self, capsys, tmp_path):
        keys = tmp_path / "var/token-keys.json"
        c360(capsys, "token", "--role", "manager")
        assert c360(capsys, "token", "--rotate").code == 0
        done = c360(capsys, "token", "--role", "manager", "--rotate")

        assert done.code == 0
        assert len(json.loads(keys.read_text())["keys"]) == 3

    def test_it_says_where_the_token_is_not_taken(self, capsys, monkeypatch):
        monkeypatch.setenv("C360_ENVIRONMENT", "production")

        done = c360(capsys, "token", "--role", "manager")

        assert done.code == 0
        assert done.out.startswith("eyJ")
        assert "C360_ACCEPT_OWN_TOKENS" in done.err

    def test_options_name_all_roles_scopes_and_clearances(self):
        assert set(token.RoleName.__args__) == {role.lower() for role in Role}
        assert set(token.ScopeName.__args__) == {scope.lower() for scope in Scope}
        assert set(token.ClearanceName.__args__) == {level.name.lower() for level in Clearance}


class TestKeys:
    @pytest.fixture(autouse=True)
    def customers(self, monkeypatch, store_url):
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setenv("C360_DATABASE_URL", store_url)

        async def fill() -> None:
            async with stores.opened(store_url) as database, database.transaction() as session:
                for code in ("C-1", "C-2"):
                    await add_customer(session, code=code)

        asyncio.run(fill())

    def test_a_key_from_first_to_last(self, capsys):
        made = self.keys(capsys, "create", "--name", "ACME", "--customer", "C-1", "--days", "30")
        key = made.out.strip()
        hint = key[-4:]
        assert is_well_formed(key)
        assert "Nobody can show it again" in made.err

        assert self.keys(capsys, "allow", hint, "--customer", "C-2").code == 0
        assert self.keys(capsys, "withdraw", hint, "--customer", "C-1").code == 0
        [listed] = self.listed(capsys)
        assert (listed["name"], listed["state"], listed["customers"]) == ("ACME", "in force", ["C-2"])
        table = self.keys(capsys, "list").out
        assert hint in table
        assert listed["id"] in table
        assert key not in table

        assert self.keys(capsys, "revoke", listed["id"]).code == 0
        [listed] = self.listed(capsys)
        assert listed["state"] == "revoked"
        assert listed["revoked"]

    def test_the_same_for_machines(self, capsys):
        done = self.keys(capsys, "create", "--name", "ACME", "--customer", "C-1", "--json")

        made = json.loads(done.out)
        assert is_well_formed(made["key"])
        assert (made["hint"], made["expires"]) == (made["key"][-4:], None)

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (("create", "--name", "X", "--customer", "C-9"), 1, "No customer has the code C-9"),
            (("create", "--name", "X"), 2, "--customer"),
            (("create", "--name", "X", "--customer", "C-1", "--days", "0"), 2, "--days"),
            (("revoke", "zzzz"), 1, "No key in force"),
            (("allow", "zzzz", "--customer", "C-1"), 1, "c360 keys list"),
            (("nope",), 2, "nope"),
        ],
    )
    def test_what_cannot_be_done_is_said(self, capsys, arguments, code, words):
        done = self.keys(capsys, *arguments)

        assert done.code == code
        assert words in done.err
        assert "Traceback" not in done.err
        assert self.listed(capsys) == []

    def keys(self, capsys, *arguments: str) -> Outcome:
        return c360(capsys, "keys", *arguments)

    def listed(self, capsys) -> list[dict[str, object]]:
        return json.loads(self.keys(capsys, "list", "--json").out)
