"""GraphiQL without a network: a real browser opens it, runs the examples, and asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import build_schema as parsed_schema
from graphql import get_introspection_query, parse, validate
from playwright.sync_api import Page, expect

from schema.build import build_schema
from server.app import Application
from server.asking import ask
from server.demo import keys_of, signing, url_of
from server.graphiql.page import Example, Signing, examples
from server.graphiql.page import page as graphiql
from server.settings import Settings
from tests.server.browser import opened_page
from tests.server.running import running

RUN = ".graphiql-execute-button"
ANSWER = ".result-window"


@pytest.fixture(scope="module")
def sign(demo_path: Path) -> Signing:
    """Makes tokens as the demonstration does."""
    return signing(keys_of(demo_path))


@pytest.fixture(scope="module")
def url(demo_path: Path, sign: Signing) -> Iterator[str]:
    settings = Settings(database_url=url_of(demo_path), token_keys_file=keys_of(demo_path))
    with running(Application(settings, page=partial(graphiql, sign))) as address:
        yield address


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened_page(tmp_path / "profile") as opened:
        yield opened


@pytest.fixture
def requested(page: Page) -> list[str]:
    """Every address that the browser asks for, in order."""
    addresses: list[str] = []
    page.context.on("request", lambda request: addresses.append(request.url))
    return addresses


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about: errors of scripts, and whatever the page's policy forbids."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


def test_an_example_runs_offline(url, page, requested, complaints):
    page.goto(f"{url}/graphql")
    page.locator(RUN).click()

    expect(page.locator(ANSWER)).to_contain_text('"customer": {')
    expect(page.locator(ANSWER)).to_contain_text(examples()[0].variables["code"])
    page.wait_for_load_state("networkidle")
    assert {urlsplit(address).netloc for address in requested if not address.startswith("data:")} == {
        urlsplit(url).netloc
    }
    assert complaints == []


def test_every_example_has_its_tab(url, page, complaints):
    page.goto(f"{url}/graphql")

    tabs = page.locator(".graphiql-tab-button")
    expect(tabs).to_have_text([_operation(each) for each in examples()])
    tabs.last.click()
    page.locator(RUN).click()
    expect(page.locator(ANSWER)).to_contain_text('"role": "PARTNER"')
    assert complaints == []


def test_a_link_can_carry_a_query(url, page, complaints):
    page.goto(f"{url}/graphql?query=%7B%20viewer%20%7B%20name%20%7D%20%7D")
    page.locator(RUN).click()

    expect(page.locator(ANSWER)).to_contain_text('"viewer": {')
    assert complaints == []


def test_a_subscription_runs_in_the_page(url, page, complaints):
    page.goto(f"{url}/graphql?query=subscription%20Updates%20%7B%20ticketUpdates%20%7B%20kind%20cursor%20%7D%20%7D")
    page.wait_for_timeout(700)  # GraphiQL parses what it shows after a pause
    page.locator(RUN).click()

    expect(page.locator(ANSWER)).to_contain_text('"BOOKMARK"')
    assert complaints == []


def test_tabs_of_an_earlier_visit_get_new_tokens(url, page, complaints):
    page.goto(f"{url}/graphql")
    page.locator(".graphiql-tab-button").nth(2).click()
    page.wait_for_timeout(700)  # GraphiQL stores its tabs after a pause
    kept = "() => window.localStorage.getItem('graphiql:tabState')"
    first = page.evaluate(kept)
    page.wait_for_timeout(1_100)  # so that new tokens are others
    page.reload()
    page.locator(RUN).click()

    expect(page.locator(ANSWER)).to_contain_text('"customers": {')
    again = page.evaluate(kept)
    assert len(tokens(first)) == len(tokens(again)) == len(examples())
    assert not tokens(first) & tokens(again)
    assert complaints == []


def test_without_the_demonstration_the_page_holds_no_token():
    assert not tokens(graphiql().body.decode())


def test_what_was_typed_is_there_again(url, page):
    page.goto(f"{url}/graphql")
    page.locator(".graphiql-tab-button").nth(2).click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text(_operation(examples()[2]))
    page.wait_for_timeout(700)  # GraphiQL stores its tabs after a pause
    page.reload()

    expect(page.locator(".graphiql-query-editor")).to_contain_text(_operation(examples()[2]))


def test_the_schema_is_told_without_errors(url, sign):
    headers = {"authorization": f"Bearer {sign(examples()[0].bearer)}"}
    asked = {"query": get_introspection_query()}
    answer = httpx.post(f"{url}/graphql", json=asked, headers=headers, timeout=30).json()

    assert "errors" not in answer


def test_the_explorer_knows_the_schema(url, page, complaints):
    page.goto(f"{url}/graphql")
    page.get_by_label("Show GraphiQL Explorer").click()

    expect(page.locator(".graphiql-explorer-root")).to_contain_text("customers")
    assert complaints == []


class TestExamples:
    def test_there_is_one_for_each_kind_of_user(self):
        assert [each.name.split("_", 1)[1] for each in examples()] == [
            "customer_view",
            "department_queue",
            "customer_value",
            "partner_tickets",
        ]

    @pytest.mark.parametrize("example", examples(), ids=lambda each: each.name)
    def test_it_fits_the_schema(self, example):
        schema = parsed_schema(build_schema().as_str())

        assert validate(schema, parse(example.query)) == []

    @pytest.mark.parametrize("example", examples(), ids=lambda each: each.name)
    def test_it_finds_something(self, url, sign, example):
        answer = ask(url, example, sign(example.bearer))

        assert "errors" not in answer
        assert first_object(answer["data"])

    def test_the_view_shows_all_that_there_is(self, url, sign):
        customer = ask(url, examples()[0], sign(examples()[0].bearer))["data"]["customer"]

        assert customer["metrics"]["lastContactAt"]
        assert customer["timeline"]["nodes"]
        assert customer["tickets"]["nodes"]

    def test_the_partner_sees_its_own_customers_only(self, url, sign):
        data = ask(url, examples()[3], sign(examples()[3].bearer))["data"]
        everyone = ask(url, examples()[3], sign(examples()[0].bearer))["data"]

        assert data["viewer"]["role"] == "PARTNER"
        assert 0 < data["tickets"]["totalCount"] < everyone["tickets"]["totalCount"]
        assert all(node["customer"]["email"] is None for node in data["tickets"]["nodes"])


def tokens(text: str) -> set[str]:
    """The tokens in a text."""
    return set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", text))


def first_object(data: dict) -> object:
    """The first thing that was found, lists gone into."""
    found = list(data.values())[-1]
    while isinstance(found, dict) and "nodes" in found:
        found = found["nodes"][0] if found["nodes"] else None
    return found


def _operation(example: Example) -> str:
    return example.query.split("query ", 1)[1].split("(", 1)[0]
