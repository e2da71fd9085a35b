"""What a GraphQL request asks, read from a JSON body or from the parameters of a URL, and checked for its shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from server.refusal import Code, Refusal

MAX_NESTING = 40
"""Levels of lists and objects in `variables` and `extensions`; filters nest two levels an operator."""

_FIELDS = ("query", "operationName", "variables", "extensions")


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation to answer."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


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
    return _asked(payload)


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
    return _asked(payload)


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


def _asked(payload: dict[str, Any]) -> Asked:
    query = payload.get("query")
    variables = payload.get("variables")
    name = payload.get("operationName")
    extensions = payload.get("extensions")
    if variables is not None:
        _check_object(variables, "variables")
    if extensions is not None:
        _check_object(extensions, "extensions")
    if name is not None and not isinstance(name, str):
        raise _invalid("'operationName' must be a string or null")
    return Asked(_document(query, extensions), variables, name)


def _document(query: Any, extensions: dict[str, Any] | None) -> str:
    if query is None and extensions and "persistedQuery" in extensions:
        raise Refusal(200, Code.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
    if not isinstance(query, str):
        raise _invalid("'query' must be a string that holds a GraphQL document")
    if not query.strip():
        raise _invalid("'query' is empty")
    return query


def _check_object(value: Any, name: str) -> None:
    """Go down level by level, so that no nesting overflows the stack."""
    if not isinstance(value, dict):
        raise _invalid(f"'{name}' must be an object or null")
    level: list[Any] = [value]
    for _ in range(MAX_NESTING):
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise _invalid(f"'{name}' is nested more than {MAX_NESTING} levels deep")


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _invalid(message: str) -> Refusal:
    return Refusal(400, Code.INVALID_REQUEST, message)
