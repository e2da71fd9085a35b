"""Each client shows a view, pages through a list, and sees by codes what is refused."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from tests.clients.endpoint import Endpoint, serving
from tests.clients.programs import Telling, node, python_script, running, told

ALL = "query All($after: String) { customers(first: 100, after: $after) { nodes { code } pageInfo { endCursor } } }"


@pytest.fixture(scope="session")
def codes(endpoint: Endpoint) -> list[str]:
    """The codes of all customers, in order."""
    first = endpoint.ask(ALL)["customers"]
    second = endpoint.ask(ALL, after=first["pageInfo"]["endCursor"])["customers"]
    return [each["code"] for each in (*first["nodes"], *second["nodes"])]


def assert_view_and_pages(telling: Telling, codes: list[str]) -> None:
    view = telling.until("view")
    assert view["name"] == "Caller 4414"
    assert len(view["tickets"]["nodes"]) == 3
    assert telling.until("codes") == codes


def test_all_audits_of_graphql_over_http_pass(javascript, endpoint):
    audits = told(node("graphql-http.mjs"), javascript, endpoint)
    assert len(audits) == 61
    assert [each for each in audits if each["status"] != "ok"] == []


@pytest.mark.parametrize("script", ["apollo.mjs", "urql.mjs"])
def test_apollo_and_urql(script, javascript, endpoint, codes):
    with running(node(script), javascript, endpoint) as telling:
        assert_view_and_pages(telling, codes)
        assert telling.until("refused") == "BAD_ID"
        assert telling.until("anonymous") == "UNAUTHENTICATED"


def test_relay(relay, endpoint, codes):
    with running(node("built.mjs"), relay, endpoint) as telling:
        assert_view_and_pages(telling, codes)
        assert telling.until("refused") == "BAD_ID"
        assert telling.until("anonymous") == "UNAUTHENTICATED"


def test_gql(python, endpoint, codes):
    with running(python_script("gql", "client.py"), python / "gql", endpoint) as telling:
        assert_view_and_pages(telling, codes)
        assert telling.until("refused") == "BAD_ID"
        assert telling.until("anonymous") == "UNAUTHENTICATED"


def test_the_typed_client_of_graphql_codegen(generated, endpoint, codes):
    with running(node("build/typed.js"), generated, endpoint) as telling:
        assert_view_and_pages(telling, codes)


def test_a_server_that_answers_trusted_documents_only_takes_the_hashes_of_graphql_codegen(generated, world):
    manifest = str(generated / "gql" / "persisted-documents.json")
    with serving(world, C360_TRUSTED_DOCUMENTS=manifest, C360_TRUSTED_ONLY="true") as strict:
        view, codes = told(node("build/typed.js"), generated, strict, TRUSTED="true")
        assert view["view"]["name"] == "Caller 4414"
        assert len(codes["codes"]) > 100
        with running(node("urql.mjs"), generated, strict) as telling, pytest.raises(AssertionError, match="ended"):
            telling.next()


def test_a_hash_takes_the_place_of_a_document_once_the_server_has_seen_it(endpoint):
    query = "query Hashed { viewer { role } }"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}}
    with httpx.Client(headers={"authorization": f"Bearer {endpoint.token}"}) as client:
        unknown = client.post(endpoint.url, json={"extensions": extensions}).json()
        client.post(endpoint.url, json={"query": query, "extensions": extensions})
        known = client.post(endpoint.url, json={"extensions": extensions}).json()
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert known["data"] == {"viewer": {"role": "MANAGER"}}


def test_the_typed_client_of_ariadne_codegen(typed, endpoint, codes):
    with running(python_script("typed", "typed_client.py"), typed, endpoint) as telling:
        assert_view_and_pages(telling, codes)
        assert telling.until("refused") == "BAD_ID"
        assert telling.until("anonymous") == "UNAUTHENTICATED"


def test_sgqlc(typed, endpoint):
    view, refused = told(python_script("typed", "sgqlc_client.py"), typed, endpoint)
    assert view["view"]["name"] == "Caller 4414"
    assert refused == {"refused": "BAD_ID"}
