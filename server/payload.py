"""What a GraphQL request asks, read from a JSON body or from the parameters of a URL, and checked for its shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from server.refusal import Code, Refusal

MAX_ID = 256
"""Characters of the id of a stored document."""

_FIELDS = ("query", "operationName", "variables", "extensions", "documentId")
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation to answer. Its document is in `query`, or it is a stored one, known by its id or by its hash."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    document_id: str | None = None
    sha256: str | None = None
    """The SHA-256 of the document, 64 hexadecimal digits in lower case."""

    @property
    def document(self) -> str:
        """The document, or the name of the stored one; for those who tell documents apart."""
        return self.query or self.document_id or self.sha256 or ""


def from_body(body: bytes) -> Asked:
    """The request in a JSON body.

    Raises:
        Refusal: the body is no JSON in UTF-8, or no GraphQL request.
    """
    payload = _json(body, "The body")
    if isinstance(payload, list):
        raise _invalid("Batches are not supported: send one operation a request")
    if not isinstance(payload, dict):
        raise _invalid('The body must be a JSON object like {"query": "...", "variables": {}}')
    return asked_of(payload)


def from_parameters(query_string: bytes) -> Asked:
    """The request in a URL's query; `variables` and `extensions` are JSON there.

    Raises:
        Refusal: a parameter is repeated, or not what it should be.
    """
    payload: dict[str, Any] = {}
    for name, value in _parameters(query_string):
        if name in payload:
            raise _invalid(f"The parameter {name!r} is given twice")
        if name in _FIELDS:
            is_json = name in {"variables", "extensions"}
            payload[name] = _json(value.encode(), f"The parameter {name!r}") if is_json else value
    if payload.get("operationName") == "":
        payload["operationName"] = None
    return asked_of(payload)


def _parameters(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise _invalid("The URL's parameters are not UTF-8, or too many") from None


def _json(text: bytes, what: str) -> Any:
    if not text:
        raise Refusal(400, Code.INVALID_JSON, f"{what} is empty; JSON is expected")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, Code.INVALID_JSON, f"{what} is not JSON in UTF-8: {error}") from None


def asked_of(payload: dict[str, Any]) -> Asked:
    """The request in an object of the GraphQL protocols: the body of a POST, or what a socket's `subscribe` carries.

    Raises:
        Refusal: it is no GraphQL request.
    """
    query, name = payload.get("query"), payload.get("operationName")
    variables, extensions = payload.get("variables"), payload.get("extensions")
    _check_object(variables, "variables")
    _check_object(extensions, "extensions")
    if name is not None and not isinstance(name, str):
        raise _invalid("'operationName' must be a string or null")
    document_id, sha256 = _document_id(payload.get("documentId")), _sha256(extensions)
    if document_id is not None and (query is not None or sha256 is not None):
        raise _invalid("'documentId' names the document; leave 'query' and 'persistedQuery' out")
    if document_id is None and not (query is None and sha256 is not None):
        _check_query(query)
    return Asked(query, variables, name, document_id, sha256)


def _check_query(query: Any) -> None:
    if not isinstance(query, str):
        raise _invalid("'query' must be a string that holds a GraphQL document")
    if not query.strip():
        raise _invalid("'query' is empty")


def _document_id(given: Any) -> str | None:
    if given is not None and (not isinstance(given, str) or not 0 < len(given) <= MAX_ID):
        raise _invalid(f"'documentId' must be a string of 1 to {MAX_ID} characters")
    return given


def _sha256(extensions: dict[str, Any] | None) -> str | None:
    """The hash of an automatic persisted query."""
    wanted = extensions.get("persistedQuery") if extensions else None
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("sha256Hash"), str):
        raise _invalid("'persistedQuery' must be an object with 'version' and 'sha256Hash'")
    if wanted.get("version") != 1:
        # clients know this answer: they send the whole document from then on
        raise Refusal(200, Code.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
    found = wanted["sha256Hash"].lower()
    if _SHA256.fullmatch(found) is None:
        raise _invalid("'sha256Hash' must be 64 hexadecimal digits")
    return str(found)


def _check_object(value: Any, name: str) -> None:
    """Its shape alone: how much `variables` may hold, the schema's limits say."""
    if value is not None and not isinstance(value, dict):
        raise _invalid(f"'{name}' must be an object or null")


def _invalid(message: str) -> Refusal:
    return Refusal(400, Code.INVALID_REQUEST, message)
