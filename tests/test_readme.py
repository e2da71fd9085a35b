"""The example of the README: it is what `make demo` asks, and it is answered in full."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from server.app import Application
from server.asking import ask
from server.demo import keys_of, signing, url_of
from server.graphiql.page import examples
from server.settings import Settings
from tests.server.running import running
from tests.server.running_cli import c360

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")

[QUERY] = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
[VARIABLES] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)


def test_the_example_is_what_the_demo_asks():
    demo = examples()[0]
    assert (QUERY, orjson.loads(VARIABLES)) == (demo.query, demo.variables)


@pytest.fixture
def demo(capsys, tmp_path) -> Path:
    """The demonstration's database."""
    path = tmp_path / "demo.db"
    made = c360(capsys, "demo", "--no-serve", "--path", str(path))
    assert made.code == 0, made.err
    return path


def test_the_example_returns_the_whole_view_of_a_real_customer(demo):
    variables = orjson.loads(VARIABLES)
    example = examples()[0]._replace(query=QUERY, variables=variables)
    with running(Application(Settings(database_url=url_of(demo), token_keys_file=keys_of(demo)))) as url:
        answer = ask(url, example, signing(keys_of(demo))(example.bearer))

    assert "errors" not in answer
    customer = answer["data"]["customer"]
    assert customer["code"] == variables["code"]
    assert set(customer) == set(re.findall(r"^    (\w+)", QUERY, re.MULTILINE))
    assert customer["metrics"]["ticketCount"] >= len(customer["tickets"]["nodes"]) > 0
    assert {item["__typename"] for item in customer["timeline"]["nodes"]} <= {"TicketEvent", "Interaction"}
    assert customer["timeline"]["pageInfo"]["hasNextPage"]
