"""Checks of the program itself: Python, what it is installed with, its names, and its data files."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from server.checks.finding import Finding, fail, ok, warn

DISTRIBUTION = "customer360-api"
PACKAGES = ("schema", "resolvers", "rules", "graph", "store", "outbox", "server")
OLDEST_PYTHON, FIRST_TOO_NEW = (3, 11), (3, 13)
ROOT = Path(__file__).parents[2]

DATA = {
    "GraphQL schema": ("schema", "schema.graphql", 1),
    "migrations": ("store", "migrations/versions/*.py", 1),
    "GraphiQL": ("server", "graphiql/static/*", 8),
    "examples": ("server", "graphiql/examples/*.graphql", 4),
    "demo data": ("server", "demo_data/*", 4),
}
"""Files that are no code: the package, where in it, and how many there are at least."""

_AGAIN = f"pip install --force-reinstall --no-deps {DISTRIBUTION} from the wheel or the checkout"


def program() -> Iterator[Finding]:
    """All checks of the program."""
    yield python(sys.version_info[:2])
    yield dependencies(metadata.requires(DISTRIBUTION) if _installed(DISTRIBUTION) else None)
    yield rules_engine()
    yield names(metadata.packages_distributions())
    yield data_files(ROOT)


def python(version: tuple[int, int]) -> Finding:
    """Whether this Python is one that we work with."""
    shown = f"{version[0]}.{version[1]}"
    if OLDEST_PYTHON <= version < FIRST_TOO_NEW:
        return ok("Python", shown)
    return fail(
        "Python", f"{shown} does not work with us", "install Python 3.11 or 3.12, and make a new environment with it"
    )


def dependencies(required: Sequence[str] | None) -> Finding:
    """Whether all that we require is installed."""
    if required is None:
        return warn(
            "dependencies", f"{DISTRIBUTION} itself is not installed", "pip install -e . in the checkout, or the wheel"
        )
    wanted = [match[0] for line in required if "extra ==" not in line and (match := re.match(r"[A-Za-z0-9._-]+", line))]
    missing = [name for name in wanted if not _installed(name)]
    if missing:
        return fail("dependencies", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    return ok("dependencies", f"all {len(wanted)} installed")


def rules_engine(module: str = "durable.engine") -> Finding:
    """Whether durable-rules can be used; it is compiled when it is installed."""
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what we report
        compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
        first = "" if compiler else "install a C compiler and Python's headers (Debian: gcc python3-dev), then "
        return fail(
            "rules engine",
            f"durable-rules cannot be imported: {error}",
            first + "pip install --force-reinstall --no-cache-dir durable-rules",
        )
    return ok("rules engine", "durable-rules can be imported")


def names(owners: Mapping[str, Sequence[str]], root: Path = ROOT) -> Finding:
    """Whether our top-level names are ours alone; PyPI has packages called `schema` and `rules`."""
    others = {name: [who for who in owners.get(name, ()) if who != DISTRIBUTION] for name in PACKAGES}
    taken = {name: who for name, who in others.items() if who}
    if taken:
        shown = "; ".join(f"{name} belongs to {', '.join(who)} too" for name, who in taken.items())
        gone = " ".join(sorted({each for who in taken.values() for each in who}))
        return fail("names", shown, f"pip uninstall {gone}, then {_AGAIN}; keep us in an environment of our own")
    elsewhere = [name for name in PACKAGES if not _is_at(name, root)]
    if elsewhere:
        cure = "run c360 from another folder, and see that PYTHONPATH names none of these"
        return fail("names", f"{', '.join(elsewhere)} would be imported from another place than {root}", cure)
    return ok("names", "schema, rules and the others are ours alone")


def data_files(root: Path) -> Finding:
    """Whether everything that is no code came along."""
    missing = [
        name for name, (package, pattern, least) in DATA.items() if len(list((root / package).glob(pattern))) < least
    ]
    if missing:
        return fail("data files", f"missing: {', '.join(missing)}", _AGAIN)
    return ok("data files", ", ".join(DATA))


def _installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_at(package: str, root: Path) -> bool:
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None and Path(spec.origin).parent == root / package
