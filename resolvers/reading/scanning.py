"""A look at a document's text before it is parsed: what is far too much is refused for a tenth of parsing's price."""

from __future__ import annotations

import re

from graphql import GraphQLError

from resolvers.reading.limits import Limits, too_long, too_many_tokens, too_nested

TOKEN = re.compile(
    r'''
      """ (?: \\""" | [^"\\] | \\ | "(?!"") )*+ (?:""")?
    | "   (?: [^"\\\n\r] | \\. )*+ "?
    | \#[^\n\r]*+
    | [_A-Za-z][_0-9A-Za-z]*+
    | -?[0-9]++ (?:\.[0-9]++)? (?:[eE][+-]?[0-9]++)?
    | \.\.\.
    | [^\s,\ufeff]
    ''',
    re.VERBOSE,
)
"""One token, or a character that is none: the parser will say so."""


def scan(text: str, limits: Limits) -> GraphQLError | None:
    """Why the text is not worth parsing, or None."""
    if len(text) > limits.document_length:
        return too_long(len(text), limits.document_length)
    tokens = TOKEN.findall(text)
    if len(tokens) > limits.tokens:
        return too_many_tokens(len(tokens), limits.tokens)
    deepest = level = 0
    for token in tokens:
        if token in OPENING:
            level += 1
            deepest = max(deepest, level)
        elif token in CLOSING:
            level -= 1
    return too_nested(limits.nesting) if deepest > limits.nesting else None


OPENING, CLOSING = frozenset("{[("), frozenset("}])")
