"""Trusted documents: those of our own frontends, written to a file when a frontend is built.

Read are the two forms in use: an object of ids and texts (graphql-codegen's client preset, Relay), and Apollo's
manifest, `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": ..., "body": ...}]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from server.user_error import UserError

APOLLO: Final = "apollo-persisted-query-manifest"
MOST_BYTES: Final = 64 * 1024 * 1024
CURE: Final = "let graphql-codegen, relay-compiler or Apollo's generate-persisted-query-manifest write it anew"


def load_trusted(path: Path) -> Mapping[str, str]:
    """The texts by their ids.

    Raises:
        UserError: the file is missing, or is no manifest.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _wrong(path, f"it is larger than {MOST_BYTES // 1024**2} MB")
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}", cure="set C360_TRUSTED_DOCUMENTS to the file"
        ) from None
    except orjson.JSONDecodeError as error:
        raise _wrong(path, f"it is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise _wrong(path, "it is no object of ids and texts")
    texts = dict(_entries(path, found))
    if not texts:
        raise _wrong(path, "it holds no document")
    return texts


def _entries(path: Path, found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    is_apollo = found.get("format") == APOLLO
    pairs = _operations(path, found) if is_apollo else found.items()
    for name, text in pairs:
        if not isinstance(name, str) or not name or not isinstance(text, str) or not text.strip():
            raise _wrong(path, f"the entry {name!r} has no text")
        yield name, text


def _operations(path: Path, found: dict[str, Any]) -> Iterable[tuple[Any, Any]]:
    operations = found.get("operations")
    if found.get("version") != 1 or not isinstance(operations, list):
        raise _wrong(path, "of Apollo's manifests version 1 is read, with a list of operations")
    for each in operations:
        if not isinstance(each, dict):
            raise _wrong(path, "an operation in it is no object")
        yield each.get("id"), each.get("body")


def _wrong(path: Path, reason: str) -> UserError:
    return UserError(f"{path} is no file of trusted documents: {reason}", cure=CURE)
