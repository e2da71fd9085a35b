"""The text of the document that a request asks for: sent along, stored under its hash, or trusted."""

from __future__ import annotations

from collections.abc import Mapping

from server.edge.stored import StoredDocuments, sha256_of
from server.payload import Asked
from server.refusal import Code, Refusal

PREFIX = "sha256:"
"""Ids that are hashes may say so."""


class Texts:
    """Finds texts. With `only`, none but the trusted ones (id: text) are answered."""

    def __init__(self, trusted: Mapping[str, str], *, only: bool = False) -> None:
        self._trusted = {name.removeprefix(PREFIX): text for name, text in trusted.items()}
        self._trusted_texts = frozenset(trusted.values())
        self._only = only
        self._stored = StoredDocuments()

    def text(self, asked: Asked) -> str:
        """The document's text.

        Raises:
            Refusal: it is not known here, is not the one that its hash says, or is not trusted.
        """
        if asked.document_id is not None:
            return self._by_id(asked.document_id)
        if asked.query is not None:
            return self._sent(asked.query, asked.sha256)
        return self._by_hash(asked.sha256 or "")

    def keep(self, asked: Asked) -> None:
        """Store what was sent with its hash, now that it was found to be valid."""
        if asked.query is not None and asked.sha256 is not None and not self._only:
            self._stored.keep(asked.sha256, asked.query)

    def _by_id(self, name: str) -> str:
        found = self._trusted.get(name.removeprefix(PREFIX))
        if found is None:
            raise Refusal(400, Code.UNTRUSTED_DOCUMENT, "No trusted document has this documentId")
        return found

    def _by_hash(self, sha256: str) -> str:
        found = self._trusted.get(sha256) or self._stored.get(sha256)
        if found is not None:
            return found
        if self._only:
            raise _untrusted()
        # to clients these words mean: send the document along, once
        raise Refusal(200, Code.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")

    def _sent(self, query: str, sha256: str | None) -> str:
        if sha256 is not None and sha256_of(query) != sha256:
            raise Refusal(400, Code.PERSISTED_QUERY_MISMATCH, "The hash in 'sha256Hash' is not that of 'query'")
        if self._only and query not in self._trusted_texts:
            raise _untrusted()
        return query


def _untrusted() -> Refusal:
    return Refusal(400, Code.UNTRUSTED_DOCUMENT, "Only trusted documents are answered here; send the documentId of one")
