"""What the clients' tests share: their programs, and a server that they ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import installing, programs
from tests.clients.endpoint import Endpoint, make_world, serving
from tests.stores import IN_CI


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """The clients must be there; `make test-clients` installs them."""
    if installing.is_installed():
        return
    words = "the clients are not installed by their lock files: make test-clients"
    if IN_CI:
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def javascript(installed: None) -> Path:
    """The folder of the JavaScript clients."""
    return programs.workspace()


@pytest.fixture(scope="session")
def python(installed: None) -> Path:
    """The folder of the Python clients."""
    return programs.python_workspace()


@pytest.fixture(scope="session")
def world(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demonstration's data."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def endpoint(world: Path) -> Iterator[Endpoint]:
    """A server as a developer starts it."""
    with serving(world) as running:
        yield running


@pytest.fixture(scope="session")
def generated(javascript: Path) -> Path:
    """The folder of the JavaScript clients, with what graphql-codegen and tsc made."""
    programs.done(programs.tool("graphql-codegen"), javascript)
    programs.done(programs.tool("tsc", "-p", "."), javascript)
    return javascript


@pytest.fixture(scope="session")
def relay(javascript: Path) -> Path:
    """The folder of the Relay client, its documents compiled."""
    folder = javascript / "relay"
    programs.done(programs.tool("relay-compiler", "relay.config.json"), folder)
    programs.done(programs.node("babel.mjs"), folder)
    return folder


@pytest.fixture(scope="session")
def typed(python: Path, endpoint: Endpoint) -> Path:
    """The folder of the typed Python clients, with what ariadne-codegen and sgqlc made."""
    folder = python / "typed"
    programs.done([str(installing.program("typed", "ariadne-codegen")), "--config", "ariadne-codegen.toml"], folder)
    bearer = f"authorization: Bearer {endpoint.token}"
    introspect = ("-m", "sgqlc.introspection", "-H", bearer, endpoint.url, "introspected.json")
    programs.done(programs.python_script("typed", *introspect), folder)
    generate = [str(installing.program("typed", "sgqlc-codegen"))]
    programs.done([*generate, "schema", "introspected.json", "customer360_types.py"], folder)
    return folder
