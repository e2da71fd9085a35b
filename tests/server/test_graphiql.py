"""GraphiQL without a network: a real browser opens it, runs the examples, and asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import build_schema as parsed_schema
from graphql import get_introspection_query, parse, validate
from playwright.sync_api import Page, expect

from schema.build import build_schema
from server.app import Application
from server.demo import url_of
from server.graphiql.page import Example, examples
from server.settings import Settings
from tests.server.browser import opened_page
from tests.server.running import running

RUN = ".graphiql-execute-button"
ANSWER = ".result-window"


@pytest.fixture(scope="module")
def url(demo_path: Path) -> Iterator[str]:
    with running(Application(Settings(database_url=url_of(demo_path), trust_subject_headers=True))) as address:
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


def test_what_was_typed_is_there_again(url, page):
    page.goto(f"{url}/graphql")
    page.locator(".graphiql-tab-button").nth(2).click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text(_operation(examples()[2]))
    page.wait_for_timeout(700)  # GraphiQL stores its tabs after a pause
    page.reload()

    expect(page.locator(".graphiql-query-editor")).to_contain_text(_operation(examples()[2]))


def test_the_schema_is_told_without_errors(url):
    answer = httpx.post(f"{url}/graphql", json={"query": get_introspection_query()}, timeout=30).json()

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
    def test_it_finds_something(self, url, example):
        response = ask(url, example)

        assert response.status_code == 200
        assert "errors" not in response.json()
        assert first_object(response.json()["data"])

    def test_the_view_shows_all_that_there_is(self, url):
        customer = ask(url, examples()[0]).json()["data"]["customer"]

        assert customer["metrics"]["lastContactAt"]
        assert customer["timeline"]["nodes"]
        assert customer["tickets"]["nodes"]

    def test_the_partner_sees_its_own_customers_only(self, url):
        data = ask(url, examples()[3]).json()["data"]
        everyone = ask(url, examples()[3]._replace(headers={})).json()["data"]

        assert data["viewer"]["role"] == "PARTNER"
        assert 0 < data["tickets"]["totalCount"] < everyone["tickets"]["totalCount"]
        assert all(node["customer"]["email"] is None for node in data["tickets"]["nodes"])


def ask(url: str, example: Example) -> httpx.Response:
    payload = {"query": example.query, "variables": example.variables}
    return httpx.post(f"{url}/graphql", json=payload, headers=example.headers, timeout=20)


def first_object(data: dict) -> object:
    """The first thing that was found, lists gone into."""
    found = list(data.values())[-1]
    while isinstance(found, dict) and "nodes" in found:
        found = found["nodes"][0] if found["nodes"] else None
    return found


def _operation(example: Example) -> str:
    return example.query.split("query ", 1)[1].split("(", 1)[0]
