"""The Neo4j that tests run on: it is the version that we name, and what it has acknowledged outlives a kill."""

from __future__ import annotations

import psutil
import pytest
from neo4j import GraphDatabase

from tests import neo4j_server
from tests.neo4j_server import OwnNeo4j, answers, pinned_version, shared_url


def values(url: str, query: str) -> list[object]:
    with GraphDatabase.driver(url) as driver:
        return [record.value() for record in driver.execute_query(query).records]


def test_the_shared_server_is_the_version_that_we_name():
    (versions,) = values(shared_url(), "CALL dbms.components() YIELD versions RETURN versions")

    assert versions == [pinned_version()]


def test_what_was_written_outlives_a_kill_and_nothing_of_it_runs_afterwards(tmp_path):
    with OwnNeo4j(tmp_path / "neo4j") as server:
        address, first = server.url, psutil.Process(server.pid)
        values(address, "CREATE (:Kept {id: 1})")

        server.kill()
        assert not first.is_running()
        assert not answers(address)
        server.start()

        assert values(address, "MATCH (kept:Kept) RETURN kept.id") == [1]
        second = psutil.Process(server.pid)
        assert second.name() == "java"

    assert not second.is_running()


def test_it_ends_when_it_is_asked_to(tmp_path):
    with OwnNeo4j(tmp_path / "neo4j") as server:
        process = psutil.Process(server.pid)

        server.stop()

        assert not process.is_running()
        assert "Stopped." in (server.home / "console.log").read_text()


def test_a_start_that_fails_shows_what_the_server_said(tmp_path, monkeypatch):
    (tmp_path / "jars" / "lib").mkdir(parents=True)
    monkeypatch.setattr(neo4j_server, "HOME", str(tmp_path / "jars"))
    server = OwnNeo4j(tmp_path / "neo4j")

    with pytest.raises(RuntimeError, match=r"(?s)ended instead of starting.*[Cc]ould not find.*CommunityEntryPoint"):
        server.start()


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_jars_that_are_missing_are_told_at_once(tmp_path, monkeypatch, home):
    monkeypatch.setattr(neo4j_server, "HOME", home)

    with pytest.raises(RuntimeError, match=r"must name a folder with Neo4j's jars in lib/: eval"):
        OwnNeo4j(tmp_path).start()
