"""Listening: what can be wrong with an address is said before anything starts."""

from __future__ import annotations

import socket

import pytest

from server.listening import address_of, bound_socket, run, server_for
from server.user_error import UserError


def test_a_free_port_is_found():
    with bound_socket("127.0.0.1", 0) as bound:
        assert address_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_every_address_is_reached_on_this_machine():
    with bound_socket("0.0.0.0", 0) as bound:
        assert address_of(bound).startswith("http://127.0.0.1:")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_address_of_version_six_is_bracketed():
    with bound_socket("::1", 0) as bound:
        assert address_of(bound).startswith("http://[::1]:")


def test_a_taken_port_has_a_cure():
    with bound_socket("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} is taken") as caught:
            bound_socket("127.0.0.1", port)

    assert f"--port {port + 1}" in str(caught.value.cure)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_of_elsewhere_is_refused(host):
    with pytest.raises(UserError, match=r"address|cannot be used") as caught:
        bound_socket(host, 0)

    assert "--host" in str(caught.value.cure)


def test_a_start_that_fails_is_said():
    async def broken(scope, receive, send):
        raise RuntimeError("no lifespan here")

    with bound_socket("127.0.0.1", 0) as bound, pytest.raises(UserError, match="did not start"):
        run(server_for(broken), bound)
