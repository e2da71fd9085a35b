"""Installs the clients from their lock files into `var/clients`: `python -m tests.clients.installing`.

The checkout itself stays clean. What is installed already, and by the same lock files, is left as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
INSTALLED = ROOT / "var" / "clients"
JAVASCRIPT = INSTALLED / "javascript"
LEAST_NODE = (20, 19)
"""What ESLint 10 and graphql-ws 6 need."""


def environment_of(name: str) -> Path:
    """The Python environment of `tests/clients/python/<name>`: clients want other versions than the server."""
    return INSTALLED / name


def program(name: str, words: str) -> Path:
    """A program of one of the environments."""
    return environment_of(name) / "bin" / words


def node_path() -> str:
    """A PATH on which there is a Node that is new enough: the machine's own, or the one that was installed here."""
    own = environment_of("node") / "bin"
    return f"{own}{os.pathsep}{os.environ['PATH']}" if own.exists() else os.environ["PATH"]


def is_installed() -> bool:
    """Whether everything is there, by the lock files of this checkout."""
    return all(_is_current(name) for name in ("javascript", *_pythons()))


def install() -> None:
    """Install what is missing or outdated."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in _pythons():
        if not _is_current(name):
            _install_python(name)
    if not _is_current("javascript"):
        _install_javascript()


def _pythons() -> tuple[str, ...]:
    return ("gql", "typed") if _has_node() else ("node", "gql", "typed")


def _has_node() -> bool:
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= LEAST_NODE


def _is_current(name: str) -> bool:
    return _stamp(name).exists() and _stamp(name).read_text() == _lock(name)


def _stamp(name: str) -> Path:
    return INSTALLED / f"{name}.lock"


def _lock(name: str) -> str:
    file = (
        HERE / "javascript" / "package-lock.json"
        if name == "javascript"
        else HERE / "python" / name / "requirements.txt"
    )
    return f"{hashlib.sha256(file.read_bytes()).hexdigest()} {sys.version_info[:2]}\n"


def _install_python(name: str) -> None:
    print(f"installing {name}", flush=True)
    shutil.rmtree(environment_of(name), ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", environment_of(name)], check=True)
    pip = [program(name, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", HERE / "python" / name / "requirements.txt"], check=True)
    _stamp(name).write_text(_lock(name))


def _install_javascript() -> None:
    print("installing javascript", flush=True)
    JAVASCRIPT.mkdir(exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "javascript" / file, JAVASCRIPT)
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
    subprocess.run(npm, cwd=JAVASCRIPT, env={**os.environ, "PATH": node_path()}, check=True)
    _stamp("javascript").write_text(_lock("javascript"))


if __name__ == "__main__":
    install()
