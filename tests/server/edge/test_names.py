"""Hosts, origins and addresses: which are ours."""

from __future__ import annotations

import pytest

from server.call import reason_of
from server.edge.clients import Clients, checked_networks
from server.edge.edge import edge_of, names_of
from server.edge.hosts import Hosts, checked_names
from server.edge.origins import Origins, checked_origins
from server.refusal import Code, Refusal
from server.settings import Settings
from server.user_error import UserError


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        ["api.example.com", "API.example.COM:443", "a.example.org", "a.b.example.org:8080", "[::1]:8360", "10.0.0.7"],
    )
    def test_our_names_are_taken_with_any_port(self, host):
        ours = Hosts(checked_names(["api.example.com", "*.example.org", "[::1]", "10.0.0.7"]))

        ours.check([(b"host", host.encode())])

    @pytest.mark.parametrize(
        ("hosts", "status"),
        [
            (["evil.example"], 421),
            (["api.example.com.evil.example"], 421),
            (["example.org"], 421),
            (["evilexample.org"], 421),
            (["api.example.com@evil.example"], 400),
            (["api.example.com/x"], 400),
            (["api.example.com:port"], 400),
            (["api.example.com, evil.example"], 400),
            ([""], 400),
            ([], 400),
            (["api.example.com", "api.example.com"], 400),
        ],
    )
    def test_others_are_refused(self, hosts, status):
        ours = Hosts(checked_names(["api.example.com", "*.example.org"]))

        with pytest.raises(Refusal) as caught:
            ours.check([(b"accept", b"*/*"), *((b"host", host.encode()) for host in hosts)])

        assert (caught.value.status, caught.value.code) == (status, Code.BAD_HOST)

    @pytest.mark.parametrize("name", ["api.example.com:443", "https://api.example.com", "*", "*.", "a b", "*.*.org"])
    def test_what_is_no_name_is_said(self, name):
        with pytest.raises(ValueError, match="no name of a host"):
            checked_names([name])

    def test_this_machine_is_the_default_of_development(self):
        assert "localhost" in names_of(Settings())
        assert names_of(Settings(host="192.168.1.5"))[-1] == "192.168.1.5"
        assert names_of(Settings(host="0.0.0.0")) == names_of(Settings())
        assert names_of(Settings(host="fe80::1"))[-1] == "[fe80::1]"

    def test_production_must_name_its_hosts(self):
        with pytest.raises(UserError, match="must know its names") as caught:
            edge_of(Settings(environment="production"))

        assert "C360_ALLOWED_HOSTS" in str(caught.value.cure)
        assert edge_of(Settings(environment="production", allowed_hosts="api.example.com")).is_production


class TestOrigins:
    listed = Origins(checked_origins(["https://crm.example.com", "http://localhost:3000"]))

    def test_a_listed_page_may_ask_and_hears_so(self):
        headers = dict(self.listed.check({b"origin": b"https://crm.example.com", b"host": b"api.example.com"}))

        assert headers[b"access-control-allow-origin"] == b"https://crm.example.com"
        assert headers[b"access-control-expose-headers"] == b"x-request-id, retry-after"
        assert headers[b"vary"] == b"origin"
        assert b"access-control-allow-credentials" not in headers

    @pytest.mark.parametrize("origin", [b"https://api.example.com", b"http://api.example.com:80"])
    def test_our_own_page_may_ask(self, origin):
        found = dict(self.listed.check({b"origin": origin, b"host": b"api.example.com"}))

        assert b"access-control-allow-origin" not in found

    def test_what_is_no_browser_may_ask(self):
        assert Origins().check({b"host": b"api.example.com"}) == ()

    @pytest.mark.parametrize(
        "origin",
        [b"null", b"https://evil.example", b"https://crm.example.com.evil.example", b"", b"file://", b"*",
         b"chrome-extension://api.example.com", b"https://crm.example.com:8443"],
    )  # fmt: skip
    def test_other_pages_are_refused(self, origin):
        for asked in (self.listed.check, self.listed.preflight):
            with pytest.raises(Refusal) as caught:
                asked({b"origin": origin, b"host": b"api.example.com"})

            assert (caught.value.status, caught.value.code) == (403, Code.BAD_ORIGIN)

    @pytest.mark.parametrize("origin", ["*", "crm.example.com", "https://crm.example.com/app", "https://*.example.com"])
    def test_a_wildcard_is_no_origin(self, origin):
        with pytest.raises(ValueError, match="no origin"):
            checked_origins([origin])


class TestClients:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "name"),
        [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "evil, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
            ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.9", "", "203.0.113.9"),
            ("10.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ],
    )
    def test_only_our_proxies_are_believed(self, peer, forwarded, name):
        clients = Clients(checked_networks(["10.0.0.0/8"]))

        assert clients.name({"client": (peer, 1)}, {b"x-forwarded-for": forwarded.encode()}) == name

    def test_without_proxies_nobody_is_believed(self):
        assert Clients().name({"client": ("10.0.0.1", 1)}, {b"x-forwarded-for": b"1.2.3.4"}) == "10.0.0.1"

    def test_a_socket_without_addresses_is_one_client(self):
        assert Clients().name({"client": None}, {}) == Clients().name({"client": None}, {})


class TestReasons:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (b"audit 2026-11", "audit 2026-11"),
            ("客户投诉".encode(), "客户投诉"),
            (b"%E5%AE%A2%E6%88%B7", "客户"),
            (b"a\tb  %0d%0a c%00", "a b c"),
            (b" \t ", None),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b"x" * 1_000, "x" * 200),
        ],
    )
    def test_a_reason_is_one_line(self, given, kept):
        assert reason_of({b"x-c360-reason": given}) == kept

    def test_none_is_none(self):
        assert reason_of({}) is None
