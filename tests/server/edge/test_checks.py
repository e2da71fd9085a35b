"""The doctor's findings about the edge."""

from __future__ import annotations

import resource

import pytest

from server.checks.edge import edge
from server.checks.finding import Status
from server.commands.doctor import examine
from server.settings import Settings

PRODUCTION = {
    "environment": "production",
    "host": "10.0.0.5",
    "allowed_hosts": "api.example.com",
    "https": True,
    "trusted_proxies": "10.0.0.1",
}


def found(**settings: object) -> dict[str, tuple[Status, str, str | None]]:
    return {each.check: (each.status, each.found, each.cure) for each in edge(Settings(**settings))}


def test_the_defaults_are_well():
    assert {status for status, *_ in found().values()} == {Status.OK}
    assert {status for status, *_ in found(**PRODUCTION).values()} == {Status.OK}


@pytest.mark.parametrize(
    ("settings", "check", "status", "cure"),
    [
        ({"environment": "production"}, "hosts", Status.FAIL, "C360_ALLOWED_HOSTS"),
        ({"host": "0.0.0.0"}, "hosts", Status.WARN, "C360_ALLOWED_HOSTS"),
        ({"allowed_origins": "http://crm.example.com"}, "pages", Status.WARN, "https://"),
        ({"host": "0.0.0.0", "rate_points": 0}, "budgets", Status.WARN, "unset"),
        ({"host": "0.0.0.0", "patience_ms": 0}, "budgets", Status.WARN, "unset"),
        ({"running_per_caller": 8}, "budgets", Status.WARN, "C360_READ_POOL_SIZE"),
        ({"limit_concurrency": 100_000}, "connections", Status.WARN, "C360_LIMIT_CONCURRENCY"),
        ({**PRODUCTION, "https": False}, "https", Status.WARN, "C360_HTTPS"),
        ({**PRODUCTION, "trusted_proxies": ""}, "https", Status.WARN, "C360_TRUSTED_PROXIES"),
        ({"trusted_documents": "none.json"}, "documents", Status.FAIL, "C360_TRUSTED_DOCUMENTS"),
    ],
)
def test_what_is_unwise_is_said_with_a_cure(settings, check, status, cure):
    assert found(**settings)[check][0] is status
    assert cure in str(found(**settings)[check][2])


def test_pages_of_this_machine_may_come_in_the_clear():
    assert "pages" not in found(allowed_origins="http://localhost:3000, http://[::1]:3000, http://127.0.0.1")


def test_trusted_documents_are_counted(tmp_path):
    path = tmp_path / "documents.json"
    path.write_text('{"a": "{ viewer { name } }"}')

    assert found(trusted_documents=path, trusted_only=True)["documents"][1] == "1 trusted ones, and no others"


def test_a_trusted_document_that_cannot_be_answered_is_found(tmp_path):
    path = tmp_path / "documents.json"
    path.write_text('{"a": "{ nobody }"}')

    status, words, *_ = found(trusted_documents=path)["documents"]
    assert status is Status.FAIL
    assert "'a'" in words


def test_the_systems_limit_may_be_none(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, 0))

    assert found()["connections"][0] is Status.OK


def test_the_doctor_asks_them():
    assert "budgets" in {each.check for each in examine()}
