# ruff: noqa: INP001, S603  # a script, not a package; the programs that it runs are named in it
"""Fetch GraphiQL anew into `server/graphiql/static` (for maintainers; needs npm and the network).

    python docs/refresh_graphiql.py

The page must work without a network, so its parts are shipped as files. They come from npm in the exact versions below,
each checked against the hash that its publishers' users pin; scripts are then made smaller, and the fonts are taken out
of the style sheet (the page uses the system's). Licences of everything inside are gathered in `LICENSES.txt`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).parents[1] / "server" / "graphiql" / "static"
VERSIONS = {
    "react": "18.2.0",
    "react-dom": "18.2.0",
    "graphiql": "3.8.3",
    "@graphiql/plugin-explorer": "1.0.2",
}
TOOLS = {"esbuild": "0.25.12"}


class Part(NamedTuple):
    """A file of a package, the name it gets here, and the SHA-384 of what npm must deliver."""

    source: str
    target: str
    sha384: str


PARTS = (
    Part(
        "react/umd/react.production.min.js",
        "react.production.min.js",
        "tMH8h3BGESGckSAVGZ82T9n90ztNXxvdwvdM6UoR56cYcf+0iGXBliJ29D+wZ/x8",
    ),
    Part(
        "react-dom/umd/react-dom.production.min.js",
        "react-dom.production.min.js",
        "bm7MnzvK++ykSwVJ2tynSE5TRdN+xL418osEVF2DE/L/gfWHj91J2Sphe582B1Bh",
    ),
    Part(
        "graphiql/graphiql.min.js",
        "graphiql.min.js",
        "HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    ),
    Part(
        "graphiql/graphiql.min.css",
        "graphiql.min.css",
        "Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
    ),
    Part(
        "@graphiql/plugin-explorer/dist/index.umd.js",
        "explorer.umd.js",
        "2oonKe47vfHIZnmB6ZZ10vl7T0Y+qrHQF2cmNTaFDuPshpKqpUMGMc9jgj9MLDZ9",
    ),
    Part(
        "@graphiql/plugin-explorer/dist/style.css",
        "explorer.css",
        "5DFJlDPW2tSATRbM8kzoP1j194jexLswuNmClWoRr2Q0x7R68JIQzPHZ02Faktwi",
    ),
)

_PACKAGE = re.compile(r"node_modules/(@[a-z0-9_.-]+/[A-Za-z0-9_.-]+|[A-Za-z0-9_.-]+)/")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SIBLINGS = (
    "@graphiql/react",
    "@graphiql/toolkit",
    "codemirror-graphql",
    "graphql-language-service",
    "graphiql-explorer",
)
"""Packages of GraphiQL's own repository, and one of the explorer, which the bundles name by other paths."""


def main() -> None:
    """Install into a folder that is thrown away, and copy what is needed from there."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        install(root)
        modules = root / "node_modules"
        names = bundled((modules / "graphiql/graphiql.min.js").read_text("utf-8"))
        for part in PARTS:
            write(root, part)
        (STATIC / "LICENSES.txt").write_text(licences(modules, {*names, *VERSIONS, *_SIBLINGS}), "utf-8")
    lines = [f"{name} {version}" for name, version in {**VERSIONS, **TOOLS}.items()]
    (STATIC / "VERSIONS").write_text("\n".join(lines) + "\n", "utf-8")


def install(root: Path) -> None:
    """Let npm fetch the packages, without running anything of theirs."""
    manifest = {"private": True, "dependencies": {**VERSIONS, **TOOLS}}
    (root / "package.json").write_text(json.dumps(manifest), "utf-8")
    run(root, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps")


def write(root: Path, part: Part) -> None:
    """Check a file, make it small, and put it in its place."""
    source = root / "node_modules" / part.source
    found = base64.b64encode(hashlib.sha384(source.read_bytes()).digest()).decode()
    if found != part.sha384:
        raise SystemExit(f"{part.source} is not the file that was published: sha384-{found}")
    if source.suffix == ".css":
        source.write_text(_FONT_FACE.sub("", source.read_text("utf-8")), "utf-8")
    options = ["--minify", "--legal-comments=inline", "--log-level=error", f"--outfile={STATIC / part.target}"]
    run(root, "node_modules/.bin/esbuild", str(source), *options)


def bundled(script: str) -> set[str]:
    """The names of the packages inside of a bundle, read from the paths that it still holds."""
    return set(_PACKAGE.findall(script))


def licences(modules: Path, names: set[str]) -> str:
    """Name, version and licence of each package, with the text where the package brings one."""
    parts = [licence(package) for name in sorted(names) for package in sorted(modules.glob(f"**/{name}/package.json"))]
    return "What GraphiQL's files in this folder are made of.\n\n" + "\n".join(dict.fromkeys(parts))


def licence(manifest: Path) -> str:
    """One package's entry."""
    package = json.loads(manifest.read_text("utf-8"))
    texts = sorted(path for path in manifest.parent.glob("LICEN[CS]E*") if path.is_file())
    text = texts[0].read_text("utf-8").strip() if texts else "(The package brings no text of its licence.)"
    heading = f"{package['name']} {package['version']}: {package.get('license', 'see below')}"
    return f"{heading}\n{'-' * len(heading)}\n{text}\n"


def run(folder: Path, *command: str) -> None:
    """Run a program, and stop when it fails."""
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
