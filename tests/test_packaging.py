"""How the project is packed: what the wheel holds, who owns our names, and that the ways to run it agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from tests import neo4j_server

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
POSTGRES_SCRIPT = (ROOT / ".ci" / "postgres.sh").read_text()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as opened:
        yield opened


def test_nobody_else_owns_our_names():
    """PyPI has packages named `schema` and `rules`, which would write over ours without a word."""
    owners = packages_distributions()
    others = {name: set(owners.get(name, [])) - {PROJECT["project"]["name"]} for name in PACKAGES}
    assert others == {name: set() for name in PACKAGES}


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    """The builder obeys .gitignore: a pattern there may take a data file away."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    wanted = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert wanted - set(wheel.namelist()) == set()


@pytest.mark.parametrize(
    "name",
    [
        "schema/schema.graphql",
        "store/migrations/env.py",
        "store/migrations/script.py.mako",
        "graph/queries/neighbourhood.cypher",
    ],
)
def test_the_wheel_holds(wheel, name):
    assert name in wheel.namelist()


def test_the_wheel_holds_every_query_of_the_graph(wheel):
    """Each is read by its name when it is first asked: a missing one would be met in production only."""
    named = {path.stem for path in (ROOT / "graph" / "queries").glob("*.cypher")}
    held = {Path(name).stem for name in wheel.namelist() if re.fullmatch(r"graph/queries/\w+\.cypher", name)}
    assert held == named != set()


def test_the_wheel_holds_the_migrations_and_nothing_but_our_packages(wheel):
    assert "store/migrations/versions/0001_staff.py" in wheel.namelist()
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_it_is_never_uploaded_to_an_index():
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_compose_runs_the_stores_that_the_tests_run_on():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    postgres = re.findall(r"^POSTGRES_VERSION=(.+)$", POSTGRES_SCRIPT, re.MULTILINE)

    assert [services["postgres"]["image"]] == [f"postgres:{version}" for version in postgres]
    assert services["neo4j"]["image"] == f"neo4j:{neo4j_server.pinned_version()}-community"


def test_compose_starts_in_order_and_is_open_to_this_machine_only():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["service"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert all("test" in services[name]["healthcheck"] for name in ("postgres", "neo4j", "service"))
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_copies_every_package_and_runs_as_nobody_special():
    dockerfile = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert copied == {*PACKAGES, "pyproject.toml", PROJECT["project"]["readme"]}
    assert {line for line in dockerfile if line.startswith("FROM")} == {
        "FROM python:3.12-slim AS build",
        "FROM python:3.12-slim",
    }
    assert dockerfile.index("USER customer360") < dockerfile.index('CMD ["c360", "serve"]')
