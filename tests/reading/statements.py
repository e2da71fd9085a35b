"""Statements as texts that people can read, and compare line by line when a change of the planner changes them."""

from __future__ import annotations

import re
from typing import Any

from resolvers.access import AccessClass
from resolvers.reading.binding import bind
from resolvers.reading.documents import Documents
from resolvers.reading.planner import Planner
from tests.reading.ways import query_schema

TOKENS = re.compile(
    r"'(?:[^']|'')*'"  # text
    r"|, (?='\w+', )"  # before a key of an object
    r"|\(SELECT\b|[()]"
    r"|\b(?:FROM|WHERE|ORDER BY|LIMIT|UNION ALL|AND)\b"
    r"|\w+|\W"
)
CLAUSES = ("FROM", "WHERE", "ORDER BY", "LIMIT", "UNION ALL", "AND")


def statement(dialect: Any, text: str, variables: dict[str, Any], access: AccessClass) -> str:
    """The statement that answers an operation directly."""
    schema = query_schema()._schema
    planner = Planner(schema, dialect)
    bind(schema, planner)
    document = Documents(schema).get(text)
    assert not document.errors, document.errors
    operation = document.operation(None)
    root = schema.query_type
    assert root is not None
    plan = planner.plan(
        operation,
        document.fragments,
        root,
        lambda compiler: compiler.collect(root, [operation]),
        variables,
        access,
        walking=False,
        entry="",
    )
    return plan.text


def readable(sql: str) -> str:
    """A statement with a line for each clause and each key of an object, indented by how deep its select is."""
    text = ""
    inside: list[bool] = []
    for token in TOKENS.findall(" ".join(sql.split())):
        in_select = not inside or inside[-1]
        if token == ")":
            inside.pop()
        line = "\n" + "  " * (sum(inside) + 1)
        if token == "(SELECT":
            text = text.rstrip() + line + token
        elif (token in CLAUSES and in_select) or token == ", ":
            text = text.rstrip() + ("," if token == ", " else "") + line + token.strip(", ")
        else:
            text += token
        if token in ("(", "(SELECT"):
            inside.append(token == "(SELECT")
    return re.sub(r" +\n", "\n", text) + "\n"
