"""Documents that clients know by their hash alone: automatic persisted queries, kept in memory."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

MOST: Final = 1_000
"""Documents that are kept."""

MOST_BYTES: Final = 8 * 1024 * 1024
"""Bytes that they may have together."""


class StoredDocuments:
    """Texts by their SHA-256. When it is full, those go first that nobody asked for the longest."""

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def bytes(self) -> int:
        """Bytes of all texts."""
        return self._bytes

    def get(self, sha256: str) -> str | None:
        """The text, if it is here."""
        found = self._texts.get(sha256)
        if found is not None:
            self._texts.move_to_end(sha256)
        return found

    def keep(self, sha256: str, text: str) -> None:
        """Keep a text of which the hash is right."""
        if sha256 in self._texts:
            return
        self._texts[sha256] = text
        self._bytes += _size(text)
        while len(self._texts) > self._most or self._bytes > self._most_bytes:
            _, gone = self._texts.popitem(last=False)
            self._bytes -= _size(gone)


def sha256_of(text: str) -> str:
    """The hash by which clients know a document: of its UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _size(text: str) -> int:
    return len(text.encode())
